import ArgumentParser
import JSONRPC
import LanguageServer

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "The language server on standard input and output (also with no argument).")

  @Flag(help: .hidden) var stdio = false

  func run() throws {
    throw ExitCode(Self.serve())
  }

  static func serve() -> Int32 {
    guard let streams = StandardStreams.claim() else { return 1 }
    let configuration = LanguageServerConfiguration(
      version: Kernelwright.version, settingsForWorkspace: { ProjectSettings.load(workspace: $0).settings })
    return LanguageServer.run(input: streams.input, output: streams.output, configuration: configuration)
  }
}
