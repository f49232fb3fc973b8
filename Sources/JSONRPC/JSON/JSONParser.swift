/// Why bytes are not JSON.
public struct JSONParseError: Error, Hashable, CustomStringConvertible {
  public enum Reason: String, Sendable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "unexpected character"
    case badNumber = "malformed number"
    case badEscape = "malformed escape in a string"
    case tooDeep = "nested too deeply"
    case tooMany = "too many values"
    case trailingBytes = "something follows the value"
  }
  public var reason: Reason
  /// Offset of the byte that was wrong.
  public var offset: Int

  public var description: String { "\(reason.rawValue) at byte \(offset)" }
}

/// Bounds that keep one message from taking the stack or the memory.
public struct JSONLimits: Sendable {
  /// Nested arrays and objects. Protocol messages nest about ten deep (document symbols more); the parser and the
  /// release of the tree recurse, and 512 levels fit the smallest thread's stack many times over.
  public var depth = 512
  /// Values in one message. A tree takes about 50 bytes a value, so that the worst message costs 200 MB.
  public var values = 4_000_000

  public init() {}
}

extension JSONValue {
  /// Reads one value; white space may surround it.
  ///
  /// Invalid UTF-8 and lone surrogates in strings are replaced by U+FFFD rather than refused: a text that an editor
  /// managed to load should not make the server deaf.
  /// - Throws: `JSONParseError`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws {
    self = try bytes.withUnsafeBufferPointer { try JSONValue(parsing: $0, limits: limits) }
  }

  public init(parsing bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = JSONLimits()) throws {
    var parser = JSONParser(bytes: bytes, limits: limits)
    self = try parser.parseDocument()
  }

  public init(parsing text: String) throws {
    try self.init(parsing: Array(text.utf8))
  }
}

/// A recursive-descent parser over bytes. It reads each byte once and copies only strings.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0
  private var depthLeft: Int
  private var valuesLeft: Int

  init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
    self.bytes = bytes
    depthLeft = limits.depth
    valuesLeft = limits.values
  }

  mutating func parseDocument() throws -> JSONValue {
    let value = try parseValue()
    skipWhitespace()
    guard offset == bytes.count else { throw error(.trailingBytes) }
    return value
  }

  private mutating func parseValue() throws -> JSONValue {
    valuesLeft -= 1
    guard valuesLeft >= 0 else { throw error(.tooMany) }
    skipWhitespace()
    guard let byte = peek() else { throw error(.unexpectedEnd) }
    switch byte {
    case UInt8(ascii: "{"): return try parseObject()
    case UInt8(ascii: "["): return try parseArray()
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseLiteral("true", .bool(true))
    case UInt8(ascii: "f"): return try parseLiteral("false", .bool(false))
    case UInt8(ascii: "n"): return try parseLiteral("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw error(.unexpectedByte)
    }
  }

  private mutating func parseObject() throws -> JSONValue {
    try enter()
    defer { depthLeft += 1 }
    var members: [JSONObject.Member] = []
    skipWhitespace()
    if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
    while true {
      skipWhitespace()
      guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
      let key = try parseString()
      skipWhitespace()
      guard take(UInt8(ascii: ":")) else { throw unexpected() }
      members.append(JSONObject.Member(key: key, value: try parseValue()))
      skipWhitespace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw unexpected() }
      return .object(JSONObject(members))
    }
  }

  private mutating func parseArray() throws -> JSONValue {
    try enter()
    defer { depthLeft += 1 }
    var elements: [JSONValue] = []
    skipWhitespace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try parseValue())
      skipWhitespace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw unexpected() }
      return .array(elements)
    }
  }

  private mutating func parseLiteral(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
    let matches = word.withUTF8Buffer { word in
      offset + word.count <= bytes.count && bytes[offset..<offset + word.count].elementsEqual(word)
    }
    guard matches else { throw error(.unexpectedByte) }
    offset += word.utf8CodeUnitCount
    return value
  }

  private mutating func enter() throws {
    guard depthLeft > 0 else { throw error(.tooDeep) }
    depthLeft -= 1
    offset += 1
  }

  func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  func error(_ reason: JSONParseError.Reason) -> JSONParseError { JSONParseError(reason: reason, offset: offset) }

  private func unexpected() -> JSONParseError {
    error(offset < bytes.count ? .unexpectedByte : .unexpectedEnd)
  }

  private mutating func skipWhitespace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }
}
