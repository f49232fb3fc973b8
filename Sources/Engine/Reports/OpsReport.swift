import Foundation
public import SourceIndex

/// The object behind `ops --json` (protocol/ops.schema.json).
public struct OpsReport: Sendable, Encodable {
  public struct Place: Sendable, Encodable {
    public var line: Int
    /// UTF-8 bytes.
    public var character: Int
  }
  public struct Extent: Sendable, Encodable {
    public var start: Place
    public var end: Place
  }
  public struct CallEntry: Sendable, Encodable {
    public var name: String
    public var range: Extent
  }
  public struct TensorEntry: Sendable, Encodable {
    public var name: String
    public var dtype: String
    public var shape: [Int]
  }
  public struct Inputs: Sendable, Encodable {
    public var source: String
    public var tensors: [TensorEntry]

    public var summary: String {
      switch source {
      case "missing": "no example inputs"
      case "directive": tensors.map { "\($0.name)=\($0.dtype)\($0.shape)" }.joined(separator: " ")
      default: "inputs from \(source)"
      }
    }
  }
  public struct Entry: Sendable, Encodable {
    public var name: String
    public var kind: String
    public var range: Extent
    public var fingerprint: String
    public var inputs: Inputs
    public var calls: [CallEntry]
  }

  public var file: String
  public var language: String
  public var ops: [Entry]

  public init(file: String, document: IndexedDocument) {
    self.file = file
    language = document.language.rawValue
    ops = document.ops.map { op in
      Entry(
        name: op.name, kind: op.kind.rawValue, range: Extent(op.range), fingerprint: op.fingerprint,
        inputs: Inputs(
          source: op.inputSource.rawValue,
          tensors: (op.directive?.tensors ?? []).map { TensorEntry(name: $0.name, dtype: $0.dtype, shape: $0.shape) }),
        calls: op.calls.map { CallEntry(name: $0.name, range: Extent($0.range)) })
    }
  }
}

extension OpsReport.Extent {
  fileprivate init(_ range: SourceRange) {
    start = .init(line: range.start.line, character: range.start.column)
    end = .init(line: range.end.line, character: range.end.column)
  }
}
