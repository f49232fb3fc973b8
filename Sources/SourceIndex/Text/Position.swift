/// A place in a text: zero-based line and zero-based column, the column counted in UTF-8 bytes.
public struct Position: Hashable, Comparable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  public static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A half-open range of a text.
public struct SourceRange: Hashable, Sendable {
  public var start: Position
  public var end: Position

  public init(start: Position, end: Position) {
    self.start = start
    self.end = end
  }

  /// True from `start` up to and including `end`: an editor's cursor stands between characters, and one that stands
  /// right behind the last character still belongs to the thing it follows.
  public func contains(_ position: Position) -> Bool {
    start <= position && position <= end
  }

  public func contains(_ other: SourceRange) -> Bool {
    start <= other.start && other.end <= end
  }

  func shifted(byLines lines: Int) -> SourceRange {
    SourceRange(
      start: Position(line: start.line + lines, column: start.column),
      end: Position(line: end.line + lines, column: end.column))
  }
}

/// What a client counts as one character (LSP 3.17, `PositionEncodingKind`).
public enum PositionEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case utf32 = "utf-32"
}
