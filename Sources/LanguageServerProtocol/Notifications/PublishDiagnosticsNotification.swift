public import JSONRPC

/// `textDocument/publishDiagnostics`: all diagnostics of a document; an empty list takes the earlier ones back.
public enum PublishDiagnosticsNotification: ServerNotification {
  public static let method = "textDocument/publishDiagnostics"

  public struct Params: Sendable, JSONEncodable {
    public var uri: DocumentURI
    /// Left out for clients that don't know versions.
    public var version: Int?
    /// An encoded array of `Diagnostic`.
    public var diagnostics: RawJSON

    public init(uri: DocumentURI, version: Int?, diagnostics: RawJSON) {
      self.uri = uri
      self.version = version
      self.diagnostics = diagnostics
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("uri", uri)
        writer.field("version", ifPresent: version)
        writer.field("diagnostics", diagnostics)
      }
    }
  }
}
