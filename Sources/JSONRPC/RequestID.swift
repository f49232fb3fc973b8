/// The id of a request: an integer or a string, given back as it came.
public enum RequestID: Hashable, Sendable, CustomStringConvertible {
  case number(Int)
  case string(String)

  public var description: String {
    switch self {
    case .number(let value): String(value)
    case .string(let value): value
    }
  }
}

extension RequestID: JSONEncodable, JSONDecodable {
  public init(json: JSONValue) throws {
    if let number = json.intValue {
      self = .number(number)
    } else if let string = json.stringValue {
      self = .string(string)
    } else {
      throw JSONDecodingError("expected an integer or a string")
    }
  }

  public func encode(into writer: inout JSONWriter) {
    switch self {
    case .number(let value): writer.write(value)
    case .string(let value): writer.write(value)
    }
  }
}
