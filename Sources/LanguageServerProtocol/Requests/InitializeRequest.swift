public import JSONRPC

/// `initialize`: the first request, sent once. The reply says what the server can do; nothing else is answered before.
public enum InitializeRequest: ClientRequest {
  public static let method = "initialize"

  public struct Params: Sendable, JSONDecodable {
    /// The client's process; the server ends when it does.
    public var processId: Int?
    public var clientName: String?
    public var rootUri: DocumentURI?
    public var rootPath: String?
    public var workspaceFolders: [WorkspaceFolder]
    public var capabilities: ClientCapabilities
    public var initializationOptions: JSONValue
    public var trace: TraceValue

    public init(json: JSONValue) throws {
      processId = try json.optional("processId")
      clientName = json["clientInfo"]?["name"]?.stringValue
      rootUri = try json.optional("rootUri")
      rootPath = try? json.optional("rootPath")
      workspaceFolders = try json.optional("workspaceFolders") ?? []
      capabilities = ClientCapabilities(json: json["capabilities"] ?? .null)
      initializationOptions = json["initializationOptions"] ?? .null
      trace = json["trace"]?.stringValue.flatMap(TraceValue.init) ?? .off
    }
  }

  public struct Result: Sendable, JSONEncodable {
    public var capabilities: ServerCapabilities
    public var serverName: String
    public var serverVersion: String

    public init(capabilities: ServerCapabilities, serverName: String, serverVersion: String) {
      self.capabilities = capabilities
      self.serverName = serverName
      self.serverVersion = serverVersion
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("capabilities", capabilities)
        writer.key("serverInfo")
        writer.object { writer in
          writer.field("name", serverName)
          writer.field("version", serverVersion)
        }
      }
    }
  }
}
