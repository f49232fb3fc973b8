import ArgumentParser
import Foundation

@main
enum Kernelwright {
  static let version = "0.1.0"

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // The language server has its own short way in: an editor counts every millisecond until `initialize` is answered.
    if arguments.isEmpty || arguments == ["serve"] || arguments == ["serve", "--stdio"] || arguments == ["--stdio"] {
      exit(ServeCommand.serve())
    }
    await exit(CommandRunner.run(arguments))
  }
}

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernelwright",
    abstract: "Finds the tensor ops in a file, measures them, and searches for verified faster replacements.",
    version: Kernelwright.version,
    subcommands: [
      ServeCommand.self, OptimizeCommand.self, VerifyCommand.self, ProfileCommand.self, OpsCommand.self,
      DevicesCommand.self, DoctorCommand.self, HistoryCommand.self, ModelContextCommand.self,
    ])
}
