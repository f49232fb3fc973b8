import ArgumentParser
import Engine
import Foundation

struct HistoryCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "What was measured and verified in this workspace.")

  @Argument(help: "Only what concerns this file.") var file: String?
  @Flag(help: "Print exactly one JSON object on standard output.") var json = false

  mutating func report() async throws -> Int32 {
    let path = file.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    let here = FileManager.default.currentDirectoryPath
    let workspace = LoadedFile.workspace(of: path ?? here + "/_")
    let engine = try Engine(workspace: workspace) { _ in }
    defer { engine.close() }
    for notice in engine.notices { Console.note("kernelwright: \(notice)") }
    let report = try engine.history(file: path)
    if json {
      try JSONOutput.print(report)
    } else if report.jobs.isEmpty {
      Console.print("Nothing was measured in \(workspace) yet.")
    } else {
      for job in report.jobs { Console.print(job.line) }
    }
    return 0
  }
}
