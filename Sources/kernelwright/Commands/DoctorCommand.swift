import ArgumentParser
import Engine
import Foundation
import HardwareRunner

struct DoctorCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Looks whether everything that is needed is there, and says what to do if not.")

  @OptionGroup var common: CommonOptions

  private struct Report: Encodable {
    var checks: [DoctorCheck]
  }

  mutating func report() async throws -> Int32 {
    let workspace = LoadedFile.workspace(of: FileManager.default.currentDirectoryPath + "/_")
    let settings = try common.settings(workspace: workspace)
    let python = Engine.interpreter(for: settings, workspace: workspace)
    let checks = await Doctor(
      python: python ?? settings.python ?? "python3", workspace: workspace,
      allowUnsandboxed: settings.allowUnsandboxed
    ).checks()
    if common.json {
      try JSONOutput.print(Report(checks: checks))
    } else {
      for check in checks {
        let mark = check.status == .ok ? "ok     " : check.status == .warning ? "warning" : "PROBLEM"
        Console.print("\(mark)  \(check.name): \(check.detail)")
        if let next = check.nextStep { Console.print("         \(next)") }
      }
    }
    return checks.contains { $0.status == .problem } ? Exit.environment : 0
  }
}
