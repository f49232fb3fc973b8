import Foundation

/// The interpreter that the tests ask: `KERNELWRIGHT_TEST_PYTHON`, else the first `python3` on the search path.
enum Python {
  static let interpreter: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["KERNELWRIGHT_TEST_PYTHON"] { return path }
    return (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let version = run(["-c", "import sys; print('%d.%d' % sys.version_info[:2], end='')"]) ?? "?"

  static var minorVersion: Int { version.split(separator: ".").last.flatMap { Int($0) } ?? 0 }

  /// Where PyTorch's Python files are; it is found without being imported.
  static let torchFolder: String? = {
    let code =
      "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '', end='')"
    return run(["-c", code]).flatMap { $0.isEmpty ? nil : $0 }
  }()

  /// Standard output of a run that succeeds.
  static func run(_ arguments: [String]) -> String? {
    guard let interpreter else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }
}
