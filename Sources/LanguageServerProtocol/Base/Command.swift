public import JSONRPC

/// A command that the client runs through `workspace/executeCommand` (LSP 3.17 "Command").
public struct Command: Hashable, Sendable, JSONEncodable {
  public var title: String
  public var command: String
  public var arguments: [JSONValue]

  public init(title: String, command: String, arguments: [JSONValue]) {
    self.title = title
    self.command = command
    self.arguments = arguments
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("title", title)
      writer.field("command", command)
      writer.field("arguments", arguments)
    }
  }
}
