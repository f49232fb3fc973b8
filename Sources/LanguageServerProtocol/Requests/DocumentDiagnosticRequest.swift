public import JSONRPC

/// `textDocument/diagnostic`: the document's diagnostics, asked for by clients that pull them (LSP 3.17).
public enum DocumentDiagnosticRequest: ClientRequest {
  public static let method = "textDocument/diagnostic"

  public struct Params: Sendable, JSONDecodable {
    public var textDocument: TextDocumentIdentifier
    public var previousResultId: String?

    public init(json: JSONValue) throws {
      textDocument = try json.required("textDocument")
      previousResultId = try json.optional("previousResultId")
    }
  }

  /// LSP 3.17 "DocumentDiagnosticReport".
  public enum Report: Sendable, JSONEncodable {
    /// `items` is an encoded array of `Diagnostic`.
    case full(resultId: String, items: RawJSON)
    case unchanged(resultId: String)

    public func encode(into writer: inout JSONWriter) {
      writer.object { encodeFields(into: &$0) }
    }

    /// Into an object that has been begun.
    func encodeFields(into writer: inout JSONWriter) {
      switch self {
      case .full(let resultId, let items):
        writer.field("kind", "full")
        writer.field("resultId", resultId)
        writer.field("items", items)
      case .unchanged(let resultId):
        writer.field("kind", "unchanged")
        writer.field("resultId", resultId)
      }
    }
  }
  public typealias Result = Report
}
