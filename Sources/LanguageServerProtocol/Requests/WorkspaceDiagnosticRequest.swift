public import JSONRPC

/// `workspace/diagnostic`: the diagnostics of all documents, asked for by clients that pull them (LSP 3.17).
public enum WorkspaceDiagnosticRequest: ClientRequest {
  public static let method = "workspace/diagnostic"

  public struct Params: Sendable, JSONDecodable {
    /// Result ids that the client has, by document.
    public var previousResultIds: [DocumentURI: String]

    public init(json: JSONValue) throws {
      previousResultIds = [:]
      for entry in json["previousResultIds"]?.arrayValue ?? [] {
        previousResultIds[try entry.required("uri")] = try entry.required("value", as: String.self)
      }
    }
  }

  /// LSP 3.17 "WorkspaceDocumentDiagnosticReport".
  public struct DocumentReport: Sendable, JSONEncodable {
    public var uri: DocumentURI
    /// Nil for a document that is not open.
    public var version: Int?
    public var report: DocumentDiagnosticRequest.Report

    public init(uri: DocumentURI, version: Int?, report: DocumentDiagnosticRequest.Report) {
      self.uri = uri
      self.version = version
      self.report = report
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("uri", uri)
        writer.key("version")
        if let version { writer.write(version) } else { writer.writeNull() }
        report.encodeFields(into: &writer)
      }
    }
  }

  public struct Result: Sendable, JSONEncodable {
    public var items: [DocumentReport]
    public init(items: [DocumentReport]) { self.items = items }
    public func encode(into writer: inout JSONWriter) { writer.object { $0.field("items", items) } }
  }
}
