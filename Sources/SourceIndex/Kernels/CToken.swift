/// A token of C, C++, CUDA, OpenCL C or Metal, as far as finding kernels needs to tell tokens apart.
struct CToken: Sendable {
  enum Kind: UInt8, Sendable {
    case word, number, string, punctuation
    /// A whole preprocessor line with the lines that backslashes join to it.
    case directive
  }

  var kind: Kind
  var start: Int
  var end: Int
  var line: Int
  var lineStart: Int
  var endLine: Int
  var endLineStart: Int
  /// The byte of a punctuation that is one byte long, else 0.
  var byte: UInt8

  var startPlace: Place { Self.place(start, line, lineStart) }
  var endPlace: Place { Self.place(end, endLine, endLineStart) }

  private static func place(_ offset: Int, _ line: Int, _ lineStart: Int) -> Place {
    Place(
      offset: Int32(truncatingIfNeeded: offset), line: Int32(truncatingIfNeeded: line),
      column: Int32(truncatingIfNeeded: offset - lineStart))
  }
}
