public import JSONRPC

/// What the server can do (LSP 3.17 "ServerCapabilities").
public struct ServerCapabilities: Sendable, JSONEncodable {
  /// Nil for a client that named no encodings: UTF-16, which needs no saying.
  public var positionEncoding: PositionEncodingKind?
  public var codeActionKinds: [String]
  public var commands: [String]
  /// Whether code actions may be resolved.
  public var resolvesCodeActions: Bool
  public var resolvesInlayHints: Bool
  /// Whether the client pulls diagnostics; they are pushed otherwise.
  public var pullsDiagnostics: Bool
  /// Whether the client tells of notebooks.
  public var syncsNotebooks: Bool
  /// Scheme of documents that only the server has, for clients that ask for their text (LSP 3.18).
  public var contentScheme: String?

  public init(
    positionEncoding: PositionEncodingKind?, codeActionKinds: [String], commands: [String],
    resolvesCodeActions: Bool, resolvesInlayHints: Bool, pullsDiagnostics: Bool, syncsNotebooks: Bool = false,
    contentScheme: String? = nil
  ) {
    self.contentScheme = contentScheme
    self.syncsNotebooks = syncsNotebooks
    self.positionEncoding = positionEncoding
    self.codeActionKinds = codeActionKinds
    self.commands = commands
    self.resolvesCodeActions = resolvesCodeActions
    self.resolvesInlayHints = resolvesInlayHints
    self.pullsDiagnostics = pullsDiagnostics
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("positionEncoding", ifPresent: positionEncoding?.rawValue)
      writer.key("textDocumentSync")
      writer.object { writer in
        writer.field("openClose", true)
        writer.field("change", 2)  // incremental
      }
      if syncsNotebooks {
        writer.key("notebookDocumentSync")
        writer.object { writer in
          writer.key("notebookSelector")
          writer.array { writer in
            writer.object { writer in
              writer.field("notebook", "*")
              writer.key("cells")
              writer.array { writer in writer.object { $0.field("language", "python") } }
            }
          }
        }
      }
      writer.field("hoverProvider", true)
      writer.key("codeActionProvider")
      writer.object { writer in
        writer.field("codeActionKinds", codeActionKinds)
        writer.field("resolveProvider", resolvesCodeActions)
      }
      writer.key("codeLensProvider")
      writer.object { $0.field("resolveProvider", true) }
      writer.field("documentSymbolProvider", true)
      writer.key("inlayHintProvider")
      writer.object { $0.field("resolveProvider", resolvesInlayHints) }
      if pullsDiagnostics {
        writer.key("diagnosticProvider")
        writer.object { writer in
          writer.field("identifier", "kernelwright")
          writer.field("interFileDependencies", false)
          writer.field("workspaceDiagnostics", true)
        }
      }
      writer.key("executeCommandProvider")
      writer.object { $0.field("commands", commands) }
      writer.key("workspace")
      writer.object { writer in
        writer.key("workspaceFolders")
        writer.object { writer in
          writer.field("supported", true)
          writer.field("changeNotifications", true)
        }
        if let contentScheme {
          writer.key("textDocumentContent")
          writer.object { $0.field("schemes", [contentScheme]) }
        }
      }
    }
  }
}
