public import JSONRPC

/// `initialized`: the client has read the reply to `initialize`; from now on the server may ask it things.
public enum InitializedNotification: ClientNotification {
  public static let method = "initialized"
  public typealias Params = JSONNull
}

/// `exit`: the process ends, with status 0 after `shutdown` and 1 without.
public enum ExitNotification: ClientNotification {
  public static let method = "exit"
  public typealias Params = JSONNull
}

/// `$/cancelRequest`: the client is no longer interested in a reply, but must still get one.
public enum CancelRequestNotification: ClientNotification {
  public static let method = "$/cancelRequest"

  public struct Params: Sendable, JSONDecodable {
    public var id: RequestID
    public init(json: JSONValue) throws { id = try json.required("id") }
  }
}
