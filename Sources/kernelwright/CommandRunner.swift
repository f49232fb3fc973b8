import ArgumentParser
import Engine
import Foundation
import HardwareRunner

/// A command that works asynchronously and whose exit code says what came of it.
protocol ReportingCommand: ParsableCommand {
  mutating func report() async throws -> Int32
}

/// Parses the command line, runs the command, and turns every failure into one sentence and the right exit code.
enum CommandRunner {
  static func run(_ arguments: [String]) async -> Int32 {
    var command: any ParsableCommand
    do {
      command = try RootCommand.parseAsRoot(arguments)
    } catch {
      let code = RootCommand.exitCode(for: error)
      let message = RootCommand.fullMessage(for: error)
      // Help and version are answers; anything else is a usage error.
      if code == .success {
        Console.print(message)
        return 0
      }
      Console.note(message)
      return Exit.usage
    }
    do {
      if var reporting = command as? any ReportingCommand {
        return try await reporting.report()
      }
      try command.run()
      return 0
    } catch {
      return explain(error)
    }
  }

  private static func explain(_ error: any Error) -> Int32 {
    switch error {
    case let error as UsageError:
      Console.note("kernelwright: \(error)")
      return Exit.usage
    case let error as EngineError where error.code == .op:
      Console.note("kernelwright: \(error)")
      return Exit.usage
    case is EnvironmentFailure, is EngineError, is EnvironmentProblem:
      Console.note("kernelwright: \(error)")
      return Exit.environment
    case is CancellationError:
      return Exit.interrupted
    case is CleanExit, is ExitCode, is ValidationError:
      Console.note(RootCommand.fullMessage(for: error))
      return RootCommand.exitCode(for: error) == .success ? 0 : Exit.usage
    default:
      // A subcommand's help is thrown while it runs, as an error of a type that isn't public.
      if RootCommand.exitCode(for: error) == .success {
        Console.print(RootCommand.fullMessage(for: error))
        return 0
      }
      Console.note("kernelwright: \(error)")
      return Exit.environment
    }
  }
}
