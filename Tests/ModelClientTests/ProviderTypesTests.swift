import Foundation
import LoopbackProvider
import Testing

@testable import ModelClient

/// What is sent, and what the loopback provider answers, against the types that the providers themselves publish for Python.
@Suite("The providers' own types", .enabled(if: ToolsPython.isThere, ToolsPython.skipReason), .timeLimit(.minutes(2)))
struct ProviderTypesTests {
  @Test("requests and events are theirs")
  func types() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let requests = [
      ("plain", Support.request), ("tools", ToolTests.conversation), ("structured", ToolTests.structured),
    ]
    for speaks in ModelProtocol.allCases {
      let base = speaks == .anthropicMessages ? "https://api.anthropic.com" : "https://api.openai.com/v1"
      let provider = speaks.implementation
      for (name, request) in requests {
        let body = try provider.body(for: request, to: Support.configuration(speaks, at: base))
        try body.write(to: folder.appendingPathComponent("\(speaks.rawValue).\(name).request"))
      }
      for (name, calls) in [("plain", []), ("tools", [ToolTests.call])] {
        let events = LoopbackAnswer.events(path: provider.version + provider.path, text: "x", calls: calls) ?? []
        try Data(events.joined().utf8).write(to: folder.appendingPathComponent("\(speaks.rawValue).\(name).events"))
      }
    }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Python/check_types.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ToolsPython.interpreter ?? "")
    process.arguments = [script.path, folder.path]
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.contains("15 files"), "\(said)")
  }
}

/// The interpreter that has the packages which only tests use.
enum ToolsPython {
  static let interpreter = ProcessInfo.processInfo.environment["KERNELWRIGHT_TEST_TOOLS_PYTHON"]
  /// Asked of the interpreter itself: the packages want a newer Python than the tests do.
  static let isThere: Bool = {
    guard let interpreter else { return false }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: interpreter)
    let question =
      "import sys; from importlib.util import find_spec; sys.exit(not (find_spec('anthropic') and find_spec('openai')))"
    process.arguments = ["-c", question]
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
  static let skipReason: Comment = "KERNELWRIGHT_TEST_TOOLS_PYTHON names no interpreter with the providers' packages"
}
