import Foundation
public import HardwareRunner

extension Engine {
  /// The facts of this machine's device, measured if they never were.
  /// - Throws: `EngineError` when nothing can be measured, with what to install.
  public func device(_ settings: EngineSettings) async throws -> DeviceFacts {
    try await environments.resolve(settings, registry: ProcessRegistry()).device
  }

  /// Path of the interpreter that is used in a workspace; nil when there is none. Runs nothing.
  public static func interpreter(for settings: EngineSettings, workspace: String) -> String? {
    InterpreterChoice(
      named: settings.python, workspace: workspace, environment: ProcessInfo.processInfo.environment
    ).executable()
  }
}
