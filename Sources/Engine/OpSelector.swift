import Foundation
public import SourceIndex

/// `FILE`, `FILE:LINE` or `FILE::NAME`, and the op that it means.
public struct OpSelector: Sendable {
  enum Target: Equatable {
    case automatic
    /// One-based, as editors and compilers print lines.
    case line(Int)
    case name(String)
  }

  public private(set) var path: String
  private(set) var target: Target

  public init(argument: String) {
    if let separator = argument.range(of: "::", options: .backwards) {
      path = String(argument[..<separator.lowerBound])
      target = .name(String(argument[separator.upperBound...]))
      return
    }
    if let colon = argument.lastIndex(of: ":"), let line = Int(argument[argument.index(after: colon)...]), line > 0 {
      path = String(argument[..<colon])
      target = .line(line)
      return
    }
    path = argument
    target = .automatic
  }

  /// The op meant in a document: the class `Model`, else the file's only op, when no line or name was given.
  /// - Throws: `EngineError` that lists the file's ops.
  public func op(in document: IndexedDocument) throws -> Op {
    let names = document.ops.map { "\(path)::\($0.name)" }
    switch target {
    case .name(let name):
      if let op = document.op(named: name) { return op }
      throw EngineError(.op, "There is no op named \(name) in \(path). " + Self.list(names))
    case .line(let line):
      if let op = document.op(at: Position(line: line - 1, column: 0))
        ?? document.ops.first(where: { $0.range.start.line <= line - 1 && line - 1 <= $0.range.end.line })
      {
        return op
      }
      throw EngineError(.op, "There is no op on line \(line) of \(path). " + Self.list(names))
    case .automatic:
      if let model = document.op(named: "Model") { return model }
      if document.ops.count == 1 { return document.ops[0] }
      throw EngineError(
        .op,
        document.ops.isEmpty
          ? "No op was found in \(path): an op is an nn.Module class or a function that uses torch."
          : "\(path) has several ops; name one. " + Self.list(names))
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "The file has no ops." : "Its ops: " + names.joined(separator: ", ")
  }
}
