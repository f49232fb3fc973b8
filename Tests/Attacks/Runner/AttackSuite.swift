import ArgumentParser
import Foundation
import HardwareRunner

/// `attack-suite`: every exploit of `Tests/Attacks/attacks` must be stopped by the gate that its header names, and
/// nothing may be held against any candidate of `Tests/Attacks/honest`.
@main
struct AttackSuite: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack-suite",
    abstract: "Hands every attack and every honest candidate to Kernelwright's verification.")

  @Argument(help: "What to run: attacks, honest, or parts of names, strategies, styles or ops; everything without.")
  var filters: [String] = []
  @Option(help: "The interpreter with PyTorch.") var python = ".venv/bin/python"
  @Option(help: "The folder with ops, attacks and honest.") var folder = "Tests/Attacks"
  @Option(help: "Also writes all outcomes to this file.") var json: String?
  @Flag(help: "Reads the headers and lists what would be run.") var list = false

  func run() async throws {
    let root = URL(fileURLWithPath: folder).standardizedFileURL
    let submissions = try load(root)
    if list {
      for submission in submissions { Self.say("\(submission.name): \(submission.sentence)") }
      return
    }
    // One of the attacks is after this, and it's the only thing worth stealing here.
    setenv("KERNELWRIGHT_ATTACKS_API_KEY", "not-for-candidates", 1)
    let outcomes = try await judge(submissions, root)
    Self.say("")
    Table.summary(outcomes).forEach(Self.say)
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(outcomes).write(to: URL(fileURLWithPath: json))
    }
    let failed = outcomes.count { !$0.passed }
    Self.say("\(outcomes.count - failed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode(1) }
  }

  /// The submissions that the filters leave, sorted by op so that each op is prepared once.
  private func load(_ root: URL) throws -> [Submission] {
    let files = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("ops").path)
    let ops = Set(files.filter { $0.hasSuffix(".py") }.map { String($0.dropLast(3)) })
    let all = try ["attacks", "honest"].flatMap {
      try Submission.load(folder: root.appendingPathComponent($0), ops: ops)
    }
    let chosen = all.filter { submission in
      filters.isEmpty
        || filters.contains { filter in
          submission.kind == filter
            || [submission.name, submission.group, submission.op].contains { $0.contains(filter) }
        }
    }
    guard !chosen.isEmpty else { throw ValidationError("nothing matches \(filters.joined(separator: ", "))") }
    return chosen.enumerated().sorted { ($0.element.op, $0.offset) < ($1.element.op, $1.offset) }.map(\.element)
  }

  private func judge(_ submissions: [Submission], _ root: URL) async throws -> [Outcome] {
    let registry = ProcessRegistry()
    defer { registry.killAll() }
    let device = DeviceFacts.ofThisMachine()
    let environment = RunnerEnvironment(
      python: try await PythonEnvironment.probe(executable: python), sandbox: try await Sandbox.detect(),
      toolchain: await Toolchain.probe(), registry: registry,
      threads: min(device.cores, ProcessInfo.processInfo.activeProcessorCount))
    let referee = Referee(environment: environment, device: device)
    var outcomes: [Outcome] = []
    Self.say(Table.head)
    for op in Set(submissions.map(\.op)).sorted() {
      try await referee.judge(
        submissions.filter { $0.op == op }, opFile: root.appendingPathComponent("ops/\(op).py")
      ) { outcome in
        Self.say(Table.row(outcome))
        outcomes.append(outcome)
      }
    }
    return outcomes
  }

  /// At once, also into a pipe.
  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
