import ArgumentParser
import JSONRPC
import ModelContextProtocol

struct ModelContextCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp", abstract: "The same engine as tools for other agents: an MCP server on standard streams.")

  mutating func report() async throws -> Int32 {
    guard let streams = StandardStreams.claim() else { return Exit.environment }
    let configuration = ModelContextServer.Configuration(version: Kernelwright.version) {
      ProjectSettings.load(workspace: $0).settings
    }
    await ModelContextServer.run(input: streams.input, output: streams.output, configuration: configuration)
    return 0
  }
}
