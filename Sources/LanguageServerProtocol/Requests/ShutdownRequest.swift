public import JSONRPC

/// `shutdown`: the client is about to send `exit`. Every job is stopped; nothing is answered afterwards.
public enum ShutdownRequest: ClientRequest {
  public static let method = "shutdown"
  public typealias Params = JSONNull
  public typealias Result = JSONNull
}
