public import JSONRPC

/// `kernelwright/ops`: the document's ops with what is known of each, for editor packages that show a list or a status.
/// Everything in it can be had through standard requests as well (`protocol/lsp/ops.schema.json`).
public enum OpsRequest: ClientRequest {
  public static let method = "kernelwright/ops"
  public typealias Params = DocumentParams
  public typealias Result = [OpStatusItem]
}

public struct OpStatusItem: Sendable, JSONEncodable {
  public var name: String
  public var kind: String
  public var range: Range
  public var fingerprint: String
  /// Where example inputs come from: `directive`, `get_inputs`, `recorded` or `missing`.
  public var inputs: String
  /// One line, as on the op's hint.
  public var status: String
  /// A verdict of `docs/verification.md`, or null when there is none.
  public var verdict: String?
  public var speedup: Double?
  /// The job that runs on it now.
  public var job: String?
  /// Whether a generated replacement stands under the op.
  public var applied: Bool

  public init(
    name: String, kind: String, range: Range, fingerprint: String, inputs: String, status: String, verdict: String?,
    speedup: Double?, job: String?, applied: Bool
  ) {
    self.name = name
    self.kind = kind
    self.range = range
    self.fingerprint = fingerprint
    self.inputs = inputs
    self.status = status
    self.verdict = verdict
    self.speedup = speedup
    self.job = job
    self.applied = applied
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", name)
      writer.field("kind", kind)
      writer.field("range", range)
      writer.field("fingerprint", fingerprint)
      writer.field("inputs", inputs)
      writer.field("status", status)
      writer.field("verdict", verdict)
      writer.field("speedup", speedup)
      writer.field("job", job)
      writer.field("applied", applied)
    }
  }
}
