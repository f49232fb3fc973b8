public import JSONRPC

/// A place in a document: zero-based line, and zero-based character in the negotiated encoding
/// (LSP 3.17 "Position").
public struct Position: Hashable, Comparable, Sendable, JSONCodable {
  public var line: Int
  public var character: Int

  public init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }

  public static func < (left: Position, right: Position) -> Bool {
    (left.line, left.character) < (right.line, right.character)
  }

  public init(json: JSONValue) throws {
    line = try json.required("line")
    character = try json.required("character")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginValue()
    writeMembers(into: &writer)
  }

  fileprivate func writeMembers(into writer: inout JSONWriter) {
    writer.fragment("{\"line\":")
    writer.digits(line)
    writer.fragment(",\"character\":")
    writer.digits(character)
    writer.fragment("}")
  }
}

/// A half-open range of a document (LSP 3.17 "Range").
public struct Range: Hashable, Sendable, JSONCodable {
  public var start: Position
  public var end: Position

  public init(start: Position, end: Position) {
    self.start = start
    self.end = end
  }

  public init(json: JSONValue) throws {
    start = try json.required("start")
    end = try json.required("end")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginValue()
    writer.fragment("{\"start\":")
    start.writeMembers(into: &writer)
    writer.fragment(",\"end\":")
    end.writeMembers(into: &writer)
    writer.fragment("}")
  }
}

/// How a client counts characters (LSP 3.17 "PositionEncodingKind").
public enum PositionEncodingKind: String, Sendable {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case utf32 = "utf-32"
}
