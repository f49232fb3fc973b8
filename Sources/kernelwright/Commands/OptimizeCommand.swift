import ArgumentParser
import Engine
import Foundation
import HardwareRunner
import SourceIndex

struct OptimizeCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize", abstract: "Searches for a verified faster replacement of an op.")

  @Argument(help: "FILE, FILE:LINE or FILE::NAME.", transform: OpSelector.init(argument:)) var target: OpSelector
  @OptionGroup var common: CommonOptions
  @Option(help: "How long to search, e.g. 120s or 2m.") var budget: String?
  @Option(help: "What the search should respect, in your own words.") var guide: [String] = []
  @Option(help: "A language model that takes part, as PROVIDER/NAME.") var model: String?
  @Option(help: "Labels to consent to, e.g. algebraic-pruning,precision-change.") var allow: String?
  @Flag(help: "Put the verified replacement into the file.") var apply = false

  mutating func report() async throws -> Int32 {
    let file = try LoadedFile(target.path)
    let op = try target.op(in: file.document)
    let request = OpRequest(
      file: file.path, document: file.document, op: op, settings: try settings(file), guidance: guide,
      workspace: file.workspace)
    let outcome = try await ForegroundJob(workspace: file.workspace).run(.optimize, request)
    guard case .finished(let result?) = outcome else { return Exit.environment }
    if apply, let best = result.best, best.verification.verdict == .verified {
      try AppliedReplacement(best, of: op, in: file).write()
    }
    if common.json {
      try JSONOutput.print(
        VerdictReport.of(
          result, op: op, device: DeviceFacts.ofThisMachine().name, policy: VerificationPolicy.currentVersion))
    } else {
      Console.print(ResultText.of(result, op: op))
    }
    return result.best?.verification.verdict == .verified ? Exit.verified : Exit.otherAnswer
  }

  private func settings(_ file: LoadedFile) throws -> EngineSettings {
    var settings = try common.settings(workspace: file.workspace)
    if let budget {
      guard let seconds = BudgetArgument.seconds(budget) else {
        throw UsageError("The budget \(budget) can't be read; write it as 120s or 2m.")
      }
      settings.budgetSeconds = seconds
    }
    if let model { settings.model = model }
    if let allow {
      settings.allow = Set(
        try allow.split(separator: ",").map { name in
          guard let label = Label(rawValue: String(name)) else {
            let known = Label.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(name) is not a label that can be allowed; the labels: \(known).")
          }
          return label
        })
    }
    return settings
  }
}
