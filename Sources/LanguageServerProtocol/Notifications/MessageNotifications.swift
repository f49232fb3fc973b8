public import JSONRPC

/// LSP 3.17 "MessageType".
public enum MessageType: Int, Sendable {
  case error = 1
  case warning, info, log
}

/// What `window/showMessage` and `window/logMessage` carry.
public struct MessageParams: Sendable, JSONEncodable {
  public var type: MessageType
  public var message: String

  public init(type: MessageType, message: String) {
    self.type = type
    self.message = message
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("type", type.rawValue)
      writer.field("message", message)
    }
  }
}

/// `window/showMessage`: a popup; only ever an answer to what the person asked for.
public enum ShowMessageNotification: ServerNotification {
  public static let method = "window/showMessage"
  public typealias Params = MessageParams
}

/// `window/logMessage`: a line in the client's log.
public enum LogMessageNotification: ServerNotification {
  public static let method = "window/logMessage"
  public typealias Params = MessageParams
}

/// `$/setTrace`: how much of `$/logTrace` the client wants.
public enum SetTraceNotification: ClientNotification {
  public static let method = "$/setTrace"

  public struct Params: Sendable, JSONDecodable {
    public var value: String
    public init(json: JSONValue) throws { value = try json.required("value") }
  }
}

/// `$/logTrace`: how the server gets on, for clients that asked for it.
public enum LogTraceNotification: ServerNotification {
  public static let method = "$/logTrace"

  public struct Params: Sendable, JSONEncodable {
    public var message: String
    /// Only for clients that want everything.
    public var verbose: String?

    public init(message: String, verbose: String? = nil) {
      self.message = message
      self.verbose = verbose
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("message", message)
        writer.field("verbose", ifPresent: verbose)
      }
    }
  }
}

/// LSP 3.17 "TraceValue".
public enum TraceValue: String, Sendable {
  case off, messages, verbose
}
