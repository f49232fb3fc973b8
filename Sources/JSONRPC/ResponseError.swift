/// Error codes of JSON-RPC 2.0 (section 5.1) and of LSP 3.17 ("Response Message").
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
  public var rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let parseError = ErrorCode(rawValue: -32700)
  public static let invalidRequest = ErrorCode(rawValue: -32600)
  public static let methodNotFound = ErrorCode(rawValue: -32601)
  public static let invalidParams = ErrorCode(rawValue: -32602)
  public static let internalError = ErrorCode(rawValue: -32603)
  /// A request came before `initialize`.
  public static let serverNotInitialized = ErrorCode(rawValue: -32002)
  /// The request was right but could not be done.
  public static let requestFailed = ErrorCode(rawValue: -32803)
  /// The server gave up on a request of its own accord.
  public static let serverCancelled = ErrorCode(rawValue: -32802)
  /// The document changed under the request.
  public static let contentModified = ErrorCode(rawValue: -32801)
  /// The client took the request back.
  public static let requestCancelled = ErrorCode(rawValue: -32800)
}

/// The error of a response.
public struct ResponseError: Error, Hashable, Sendable, JSONCodable {
  public var code: ErrorCode
  /// One sentence.
  public var message: String

  public init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
  }

  public init(json: JSONValue) throws {
    code = ErrorCode(rawValue: try json.required("code"))
    message = try json.required("message")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("code", code.rawValue)
      writer.field("message", message)
    }
  }
}
