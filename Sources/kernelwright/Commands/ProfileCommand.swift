import ArgumentParser
import Engine
import Foundation
import HardwareRunner
import SourceIndex

struct ProfileCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Measures where an op's time goes, line by line.")

  @Argument(help: "FILE, FILE:LINE or FILE::NAME.", transform: OpSelector.init(argument:)) var target: OpSelector
  @OptionGroup var common: CommonOptions

  mutating func report() async throws -> Int32 {
    let file = try LoadedFile(target.path)
    let op = try target.op(in: file.document)
    let request = OpRequest(
      file: file.path, document: file.document, op: op, settings: try common.settings(workspace: file.workspace),
      workspace: file.workspace)
    var view: ProfileView?
    _ = try await ForegroundJob(workspace: file.workspace).run(.profile, request) { event in
      if case .profiled(let profile) = event.body { view = profile }
    }
    guard let view, let profile = view.profile else {
      throw EngineError(.environment, "The profile of \(op.name) came back empty; run it again.")
    }
    if common.json {
      try JSONOutput.print(ProfileReport(file: file.path, op: op, profile: profile))
    } else {
      show(view, op: op, file: file)
    }
    return 0
  }

  private func show(_ view: ProfileView, op: Op, file: LoadedFile) {
    Console.print(String(format: "%@: %.3f ms on %@", op.name, view.totalMs, view.device))
    for line in view.lines {
      let number = op.range.start.line + line.offset
      let source = file.document.text.line(number).trimmingCharacters(in: .whitespaces)
      Console.print("\(number + 1): \(source)\n      \(line.hint)")
      if let diagnostic = line.diagnostic { Console.print("      \(diagnostic)") }
    }
  }
}
