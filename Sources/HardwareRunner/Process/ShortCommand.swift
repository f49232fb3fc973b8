import CRunner
import Foundation

/// Runs a program of ours to its end and takes what it printed: for probing interpreters, compilers, sandboxes.
enum ShortCommand {
  struct Output: Sendable {
    /// Exit status, or 128 plus the signal.
    var status: Int32
    var stdout: String
    var stderr: String
    var firstLine: String {
      let text = stderr.isEmpty ? stdout : stderr
      return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "status \(status)"
    }
  }

  /// - Parameters:
  ///   - path: absolute.
  ///   - environment: nil for a short one: `PATH`, `HOME`, `LANG`.
  /// - Throws: ``WorkerFailure`` when it can't be started or doesn't end in time.
  static func run(
    _ path: String, _ arguments: [String], environment: [String: String]? = nil, timeout: Duration
  ) async throws -> Output {
    let own = ProcessInfo.processInfo.environment
    let environment =
      environment ?? own.filter { ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].contains($0.key) }
    let input = Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))
    let out = try Descriptor.pipe()
    let err = try Descriptor.pipe()
    let child = try await ChildProcess.spawn(
      LaunchCommand(path: path, arguments: arguments, environment: environment),
      descriptors: [input.number, out.write.number, err.write.number])
    // The child has its own now; were ours left open, the streams would never end.
    out.write.close()
    err.write.close()
    defer { child.signal(SIGKILL) }
    let deadline = crunner_now() + timeout.nanoseconds
    async let printed = WorkThread(name: "short command").run { try readAll(out.read, deadline: deadline) }
    async let complained = WorkThread(name: "short command").run { try readAll(err.read, deadline: deadline) }
    let texts: (String, String)
    do {
      texts = try await (printed, complained)
    } catch WorkerFailure.timedOut {
      throw WorkerFailure.timedOut(seconds: timeout.seconds)
    }
    switch await child.wait() {
    case .exited(let status): return Output(status: status, stdout: texts.0, stderr: texts.1)
    case .signalled(let signal): return Output(status: 128 + signal, stdout: texts.0, stderr: texts.1)
    }
  }

  private static func readAll(_ source: Descriptor, deadline: UInt64) throws -> String {
    var bytes: [UInt8] = []
    while true {
      let part = try source.read(upTo: 64 << 10, deadline: deadline)
      if part.isEmpty { return String(decoding: bytes, as: UTF8.self) }
      if bytes.count < 1 << 20 { bytes += part }
    }
  }

  /// The absolute path of a program, looked up in `PATH` unless it holds a slash; nil where there is none to execute.
  static func find(_ name: String, path: String? = nil) -> String? {
    let manager = FileManager.default
    if name.contains("/") {
      let absolute = name.hasPrefix("/") ? name : manager.currentDirectoryPath + "/" + name
      return manager.isExecutableFile(atPath: absolute) ? absolute : nil
    }
    let path = path ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(name)"
      if manager.isExecutableFile(atPath: candidate) { return candidate }
    }
    return nil
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
  /// 0 for negative durations; centuries at most.
  var nanoseconds: UInt64 { UInt64(min(max(seconds, 0), 1e9) * 1e9) }
}
