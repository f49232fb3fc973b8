public import JSONRPC

/// `workspace/applyEdit`: asks the client to change a document, after a command that means just that.
public enum ApplyWorkspaceEditRequest: ServerRequest {
  public static let method = "workspace/applyEdit"

  public struct Params: Sendable, JSONEncodable {
    /// Named in the client's undo list.
    public var label: String
    public var edit: WorkspaceEdit

    public init(label: String, edit: WorkspaceEdit) {
      self.label = label
      self.edit = edit
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("label", label)
        writer.field("edit", edit)
      }
    }
  }

  public struct Result: Sendable, JSONDecodable {
    public var applied: Bool
    public var failureReason: String?

    public init(json: JSONValue) throws {
      applied = try json.required("applied")
      failureReason = try json.optional("failureReason")
    }
  }
}
