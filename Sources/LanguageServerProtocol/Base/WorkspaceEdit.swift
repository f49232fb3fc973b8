public import JSONRPC

/// One replacement in a document (LSP 3.17 "TextEdit").
public struct TextEdit: Hashable, Sendable, JSONCodable {
  public var range: Range
  public var newText: String

  public init(range: Range, newText: String) {
    self.range = range
    self.newText = newText
  }

  public init(json: JSONValue) throws {
    range = try json.required("range")
    newText = try json.required("newText")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { encodeFields(into: &$0) }
  }

  /// Into an object that has been begun.
  func encodeFields(into writer: inout JSONWriter) {
    writer.field("range", range)
    writer.field("newText", newText)
  }
}

/// Edits of one document (LSP 3.17 "WorkspaceEdit"): with its version for clients that take `documentChanges`, so that
/// an edit can never land in a text it wasn't made for; as a plain map for the others.
public struct WorkspaceEdit: Hashable, Sendable, JSONEncodable {
  public var document: VersionedTextDocumentIdentifier
  public var edits: [TextEdit]
  /// What the client said of `workspace.workspaceEdit.documentChanges`.
  public var usesDocumentChanges: Bool
  /// What the change is, for clients that show it (LSP 3.17 "ChangeAnnotation").
  public var annotation: String?

  private static let annotationID = "kernelwright"

  public init(
    document: VersionedTextDocumentIdentifier, edits: [TextEdit], usesDocumentChanges: Bool, annotation: String? = nil
  ) {
    self.annotation = annotation
    self.document = document
    self.edits = edits
    self.usesDocumentChanges = usesDocumentChanges
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      guard usesDocumentChanges else {
        writer.key("changes")
        return writer.object { writer in
          writer.key(document.uri)
          edits.encode(into: &writer)
        }
      }
      writer.key("documentChanges")
      writer.array { writer in
        writer.object { writer in
          writer.field("textDocument", document)
          writer.key("edits")
          writer.array { writer in
            for edit in edits {
              writer.object { writer in
                edit.encodeFields(into: &writer)
                if annotation != nil { writer.field("annotationId", Self.annotationID) }
              }
            }
          }
        }
      }
      guard let annotation else { return }
      writer.key("changeAnnotations")
      writer.object { writer in
        writer.key(Self.annotationID)
        writer.object { writer in
          writer.field("label", annotation)
          // It was asked for by name.
          writer.field("needsConfirmation", false)
        }
      }
    }
  }
}
