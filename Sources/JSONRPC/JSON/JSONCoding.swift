/// What can be written as JSON, straight into the bytes that go out: no tree in between.
public protocol JSONEncodable {
  func encode(into writer: inout JSONWriter)
}

/// What can be read from JSON.
public protocol JSONDecodable {
  /// - Throws: `JSONDecodingError` when the value has another form.
  init(json: JSONValue) throws
}

public typealias JSONCodable = JSONEncodable & JSONDecodable

/// Says what was wrong with a value that should have had another form.
public struct JSONDecodingError: Error, Hashable, CustomStringConvertible {
  /// Dotted path of the member, empty for the value itself.
  public var path: String
  public var problem: String

  public init(_ problem: String, at path: String = "") {
    self.path = path
    self.problem = problem
  }

  public var description: String { path.isEmpty ? problem : "\(path): \(problem)" }

  func under(_ key: String) -> JSONDecodingError {
    JSONDecodingError(problem, at: path.isEmpty ? key : "\(key).\(path)")
  }
}

extension JSONValue {
  /// A member that must be there.
  public func required<T: JSONDecodable>(_ key: String, as type: T.Type = T.self) throws -> T {
    guard case .object(let object) = self else { throw JSONDecodingError("expected an object") }
    guard let value = object[key] else { throw JSONDecodingError("missing", at: key) }
    do {
      return try T(json: value)
    } catch let error as JSONDecodingError {
      throw error.under(key)
    }
  }

  /// A member that may be absent or null.
  public func optional<T: JSONDecodable>(_ key: String, as type: T.Type = T.self) throws -> T? {
    guard case .object(let object) = self else { throw JSONDecodingError("expected an object") }
    guard let value = object[key], value != .null else { return nil }
    do {
      return try T(json: value)
    } catch let error as JSONDecodingError {
      throw error.under(key)
    }
  }
}

extension JSONValue: JSONEncodable, JSONDecodable {
  public init(json: JSONValue) { self = json }

  public func encode(into writer: inout JSONWriter) {
    switch self {
    case .null: writer.writeNull()
    case .bool(let value): writer.write(value)
    case .int(let value): writer.write(value)
    case .double(let value): writer.write(value)
    case .string(let value): writer.write(value)
    case .array(let elements):
      writer.array { writer in for element in elements { element.encode(into: &writer) } }
    case .object(let object):
      writer.object { writer in
        for member in object.members {
          writer.key(member.key)
          member.value.encode(into: &writer)
        }
      }
    }
  }

  /// The value as a tree, for what wants to look into it.
  public init(encoding value: some JSONEncodable) {
    var writer = JSONWriter()
    value.encode(into: &writer)
    // What a writer wrote parses; `null` stands in for what a faulty `encode` could have left.
    self = (try? JSONValue(parsing: writer.bytes)) ?? .null
  }
}

extension String: JSONEncodable, JSONDecodable {
  public init(json: JSONValue) throws {
    guard let value = json.stringValue else { throw JSONDecodingError("expected a string") }
    self = value
  }
  public func encode(into writer: inout JSONWriter) { writer.write(self) }
}

extension Int: JSONEncodable, JSONDecodable {
  public init(json: JSONValue) throws {
    guard let value = json.intValue else { throw JSONDecodingError("expected an integer") }
    self = value
  }
  public func encode(into writer: inout JSONWriter) { writer.write(self) }
}

extension Double: JSONEncodable, JSONDecodable {
  public init(json: JSONValue) throws {
    guard let value = json.doubleValue else { throw JSONDecodingError("expected a number") }
    self = value
  }
  public func encode(into writer: inout JSONWriter) { writer.write(self) }
}

extension Bool: JSONEncodable, JSONDecodable {
  public init(json: JSONValue) throws {
    guard let value = json.boolValue else { throw JSONDecodingError("expected true or false") }
    self = value
  }
  public func encode(into writer: inout JSONWriter) { writer.write(self) }
}

extension Array: JSONEncodable where Element: JSONEncodable {
  public func encode(into writer: inout JSONWriter) {
    writer.array { writer in for element in self { element.encode(into: &writer) } }
  }
}

extension Array: JSONDecodable where Element: JSONDecodable {
  public init(json: JSONValue) throws {
    guard let elements = json.arrayValue else { throw JSONDecodingError("expected an array") }
    self = []
    reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      do {
        append(try Element(json: element))
      } catch let error as JSONDecodingError {
        throw error.under("[\(index)]")
      }
    }
  }
}

extension Optional: JSONEncodable where Wrapped: JSONEncodable {
  public func encode(into writer: inout JSONWriter) {
    if let self { self.encode(into: &writer) } else { writer.writeNull() }
  }
}

extension Optional: JSONDecodable where Wrapped: JSONDecodable {
  public init(json: JSONValue) throws {
    self = json == .null ? nil : try Wrapped(json: json)
  }
}

/// No parameters, and the result of what has none to give: `null` on the wire.
public struct JSONNull: JSONCodable, Sendable, Hashable {
  public init() {}
  public init(json: JSONValue) {}
  public func encode(into writer: inout JSONWriter) { writer.writeNull() }
}

/// JSON that was encoded before, written as it is.
public struct RawJSON: JSONEncodable, Sendable {
  public var bytes: [UInt8]
  public init(bytes: [UInt8]) { self.bytes = bytes }
  public static var emptyArray: RawJSON { RawJSON(bytes: Array("[]".utf8)) }
  public func encode(into writer: inout JSONWriter) { writer.writeRaw(bytes) }
}

/// The JSON text of a value.
public func jsonString(_ value: some JSONEncodable) -> String {
  var writer = JSONWriter()
  value.encode(into: &writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}
