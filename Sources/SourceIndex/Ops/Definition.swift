/// A class or function, wherever it stands in the file.
public struct Definition: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case `class`, function
  }

  /// Names of the enclosing classes and functions and its own, joined by dots.
  public var name: String
  public var kind: Kind
  /// From `class`, `def` or `async` to its end, as CPython's `ast` gives it.
  public var range: SourceRange
  /// With its decorators.
  public var fullRange: SourceRange
  public var nameRange: SourceRange
}

extension IndexedDocument {
  /// All classes and functions of the file, in order of their start.
  public var definitions: [Definition] {
    var result: [Definition] = []
    var line = 0
    for chunk in index.chunks {
      for (index, record) in chunk.contents.definitions.enumerated() {
        let range = record.span.range(at: line)
        result.append(
          Definition(
            name: chunk.qualifiedName(index), kind: record.kind == .class ? .class : .function, range: range,
            fullRange: SourceRange(start: record.fullStart.position(at: line), end: range.end),
            nameRange: record.nameSpan.range(at: line)))
      }
      line += chunk.contents.lineCount
    }
    return result
  }

  /// All call expressions of the file, in order of their start; calls that start together, the inner one first.
  public var calls: [Call] {
    var result: [Call] = []
    var line = 0
    for chunk in index.chunks {
      result += chunk.contents.calls.map { chunk.call($0, firstLine: line) }
      line += chunk.contents.lineCount
    }
    return result
  }
}
