import Foundation

/// Any JSON value that somebody else knows the schema of: schemas of tools and answers, what a model calls a tool with, a
/// worker's capture. Object keys are what they are, whatever strategy an encoder has for the keys of our own types.
public indirect enum JSONTree: Sendable, Hashable, Codable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }

  /// What a text says; nil when it isn't JSON.
  public init?(text: String) {
    guard let value = try? JSONDecoder().decode(JSONTree.self, from: Data(text.utf8)) else { return nil }
    self = value
  }

  /// Members in order, so that equal values have equal texts.
  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }

  public subscript(_ key: String) -> JSONTree? { if case .object(let members) = self { members[key] } else { nil } }
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var array: [JSONTree]? { if case .array(let values) = self { values } else { nil } }
}

/// The part of JSON Schema that every provider's strict mode has: every member is required, and there are no others.
public struct JSONSchema: Sendable, Hashable {
  public let tree: JSONTree

  private init(_ members: [String: JSONTree], _ description: String?) {
    var members = members
    if let description { members["description"] = .string(description) }
    tree = .object(members)
  }

  public static func string(_ description: String? = nil) -> JSONSchema {
    JSONSchema(["type": .string("string")], description)
  }

  /// One of these texts.
  public static func choice(_ values: [String], _ description: String? = nil) -> JSONSchema {
    JSONSchema(["type": .string("string"), "enum": .array(values.map { .string($0) })], description)
  }

  public static func number(_ description: String? = nil) -> JSONSchema {
    JSONSchema(["type": .string("number")], description)
  }

  public static func integer(_ description: String? = nil) -> JSONSchema {
    JSONSchema(["type": .string("integer")], description)
  }

  public static func list(of item: JSONSchema, _ description: String? = nil) -> JSONSchema {
    JSONSchema(["type": .string("array"), "items": item.tree], description)
  }

  public static func object(_ members: KeyValuePairs<String, JSONSchema>, _ description: String? = nil) -> JSONSchema {
    JSONSchema(
      [
        "type": .string("object"), "additionalProperties": .boolean(false),
        "properties": .object(Dictionary(members.map { ($0.key, $0.value.tree) }) { $1 }),
        "required": .array(members.map { .string($0.key) }),
      ], description)
  }
}
