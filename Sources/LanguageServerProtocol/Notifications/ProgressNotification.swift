public import JSONRPC

/// `$/progress`: how far a job is (LSP 3.17 "Work Done Progress").
public enum ProgressNotification: ServerNotification {
  public static let method = "$/progress"

  public struct Params: Sendable, JSONEncodable {
    public var token: String
    public var value: WorkDoneProgress

    public init(token: String, value: WorkDoneProgress) {
      self.token = token
      self.value = value
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("token", token)
        writer.field("value", value)
      }
    }
  }
}

public enum WorkDoneProgress: Sendable, JSONEncodable {
  case begin(title: String, message: String?, percentage: Int)
  case report(message: String, percentage: Int)
  case end(message: String)

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      switch self {
      case .begin(let title, let message, let percentage):
        writer.field("kind", "begin")
        writer.field("title", title)
        writer.field("cancellable", true)
        writer.field("message", ifPresent: message)
        writer.field("percentage", percentage)
      case .report(let message, let percentage):
        writer.field("kind", "report")
        writer.field("cancellable", true)
        writer.field("message", message)
        writer.field("percentage", percentage)
      case .end(let message):
        writer.field("kind", "end")
        writer.field("message", message)
      }
    }
  }
}

/// `window/workDoneProgress/cancel`: the person pressed the client's stop button.
public enum WorkDoneProgressCancelNotification: ClientNotification {
  public static let method = "window/workDoneProgress/cancel"

  public struct Params: Sendable, JSONDecodable {
    public var token: String

    public init(json: JSONValue) throws {
      token = try json.required("token", as: RequestID.self).description
    }
  }
}
