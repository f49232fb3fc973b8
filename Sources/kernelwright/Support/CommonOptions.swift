import ArgumentParser
import Engine
import Foundation
import HardwareRunner

/// Options that every command with a file has.
struct CommonOptions: ParsableArguments {
  @Option(help: "The Python interpreter to use (else the workspace's .venv, $VIRTUAL_ENV, conda, python3).")
  var python: String?

  @Option(help: "The device to measure on.")
  var device: String?

  @Flag(help: "Print exactly one JSON object on standard output.")
  var json = false

  @Flag(help: "Run generated code without a sandbox where none can be had; results then say `unsandboxed`.")
  var allowUnsandboxed = false

  /// The workspace's settings with the command line's on top.
  func settings(workspace: String) throws -> EngineSettings {
    let loaded = ProjectSettings.load(workspace: workspace)
    for problem in loaded.problems { Console.note("kernelwright: \(problem)") }
    var settings = loaded.settings
    if let python { settings.python = python }
    if let device { settings.device = device }
    if allowUnsandboxed { settings.allowUnsandboxed = true }
    guard settings.device == "cpu" else {
      throw UsageError("The device \(settings.device) is not known; `kernelwright devices` lists what is there.")
    }
    return settings
  }
}
