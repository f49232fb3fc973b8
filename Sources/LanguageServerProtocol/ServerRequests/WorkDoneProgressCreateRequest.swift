public import JSONRPC

/// `window/workDoneProgress/create`: announces a token of the server's own; progress begins after the client agreed.
public enum WorkDoneProgressCreateRequest: ServerRequest {
  public static let method = "window/workDoneProgress/create"

  public struct Params: Sendable, JSONEncodable {
    public var token: String
    public init(token: String) { self.token = token }
    public func encode(into writer: inout JSONWriter) { writer.object { $0.field("token", token) } }
  }
  public typealias Result = JSONValue
}
