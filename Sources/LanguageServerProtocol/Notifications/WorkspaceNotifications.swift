public import JSONRPC

/// `workspace/didChangeConfiguration`: settings were changed; older clients put them in, newer ones want to be asked.
public enum DidChangeConfigurationNotification: ClientNotification {
  public static let method = "workspace/didChangeConfiguration"

  public struct Params: Sendable, JSONDecodable {
    public var settings: JSONValue
    public init(json: JSONValue) throws { settings = json["settings"] ?? .null }
  }
}

/// `workspace/didChangeWorkspaceFolders`: folders joined or left the workspace.
public enum DidChangeWorkspaceFoldersNotification: ClientNotification {
  public static let method = "workspace/didChangeWorkspaceFolders"

  public struct Params: Sendable, JSONDecodable {
    public var added: [WorkspaceFolder]
    public var removed: [WorkspaceFolder]

    public init(json: JSONValue) throws {
      let event: JSONValue = try json.required("event")
      added = try event.optional("added") ?? []
      removed = try event.optional("removed") ?? []
    }
  }
}

/// `workspace/didChangeWatchedFiles`: files that the server asked to hear of were made, changed or removed.
public enum DidChangeWatchedFilesNotification: ClientNotification {
  public static let method = "workspace/didChangeWatchedFiles"

  public struct Params: Sendable, JSONDecodable {
    public var uris: [DocumentURI]

    public init(json: JSONValue) throws {
      let changes: [JSONValue] = try json.required("changes")
      uris = try changes.map { try $0.required("uri") }
    }
  }
}
