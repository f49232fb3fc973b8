import ArgumentParser
import Engine
import Foundation

struct OpsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ops", abstract: "Lists the ops that the index finds in a file, without running anything.")

  @Argument(help: "A Python file.") var file: String
  @Flag(help: "Print exactly one JSON object on standard output.") var json = false

  func run() throws {
    let loaded = try LoadedFile(file)
    let report = OpsReport(file: loaded.path, document: loaded.document)
    if json { return try JSONOutput.print(report) }
    if report.ops.isEmpty { Console.print("No ops in \(file).") }
    for op in report.ops {
      Console.print("\(file):\(op.range.start.line + 1)  \(op.kind) \(op.name)  \(op.inputs.summary)")
    }
  }
}
