public import JSONRPC

/// `workspace/executeCommand`: a command of `Kernelwright/Commands.swift`, acknowledged at once.
public enum ExecuteCommandRequest: ClientRequest {
  public static let method = "workspace/executeCommand"

  public struct Params: Sendable, JSONDecodable {
    public var command: String
    public var arguments: [JSONValue]

    public init(json: JSONValue) throws {
      command = try json.required("command")
      arguments = try json.optional("arguments") ?? []
    }
  }
  public typealias Result = JSONValue
}
