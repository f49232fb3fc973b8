import ArgumentParser
import Engine
import Foundation
import HardwareRunner
import SourceIndex

struct VerifyCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks and times `ModelNew` of one file against `Model` of another.",
    discussion: "Both files are in the kernel-benchmark form: the reference has get_inputs() (or a directive).")

  @Argument(help: "The file with the op: FILE, FILE:LINE or FILE::NAME.", transform: OpSelector.init(argument:))
  var reference: OpSelector
  @Argument(help: "The file that defines `ModelNew`.") var candidate: String
  @OptionGroup var common: CommonOptions

  mutating func report() async throws -> Int32 {
    let file = try LoadedFile(reference.path)
    let op = try reference.op(in: file.document)
    let source = try LoadedFile(candidate).document.text.string
    let request = OpRequest(
      file: file.path, document: file.document, op: op, settings: try common.settings(workspace: file.workspace),
      workspace: file.workspace)
    let engine = try Engine(workspace: file.workspace) { _ in }
    for notice in engine.notices { Console.note("kernelwright: \(notice)") }
    let registry = ProcessRegistry()
    let interrupted = InterruptionFlag()
    let interruption = Interruption {
      interrupted.set()
      registry.killAll()
    }
    defer {
      registry.killAll()
      engine.close()
      withExtendedLifetime(interruption) {}
    }
    let name = URL(fileURLWithPath: candidate).lastPathComponent
    do {
      let verification = try await engine.verify(source, named: name, against: request, registry: registry) { step in
        Console.note("[\(Int((step.fraction * 100).rounded())) %] \(step.message)")
      }
      if common.json {
        try JSONOutput.print(VerdictReport(verification: verification, source: source))
      } else {
        Console.print(ResultText.of(verification, idea: name))
      }
      return verification.verdict == .verified ? Exit.verified : Exit.otherAnswer
    } catch {
      throw interrupted.isSet ? CancellationError() : error
    }
  }
}
