public import JSONRPC

/// A request that the client sends: its method, its parameters, its reply (LSP 3.17 "Request Message").
public protocol ClientRequest {
  static var method: String { get }
  associatedtype Params: JSONDecodable
  associatedtype Result: JSONEncodable
}

/// A notification that the client sends.
public protocol ClientNotification {
  static var method: String { get }
  associatedtype Params: JSONDecodable
}

/// A request that the server sends.
public protocol ServerRequest {
  static var method: String { get }
  associatedtype Params: JSONEncodable
  associatedtype Result: JSONDecodable
}

/// A notification that the server sends.
public protocol ServerNotification {
  static var method: String { get }
  associatedtype Params: JSONEncodable
}
