public import JSONRPC

/// The commands of `workspace/executeCommand`. Each takes one object as its only argument
/// (`protocol/lsp/command-arguments.schema.json`).
public enum KernelwrightCommand: String, CaseIterable, Sendable {
  /// Runs the op on its example inputs and shows the time on its lines. Result: `{"job"}`.
  case profile = "kernelwright.profile"
  /// Searches for verified faster replacements. Result: `{"job"}`.
  case optimize = "kernelwright.optimize"
  /// Stops the op's jobs, or one job. Result: `{"cancelled": [job]}`.
  case cancel = "kernelwright.cancel"
  /// Takes up a search that was interrupted. Result: `{"job"}`.
  case resume = "kernelwright.resume"
  /// Puts a verified replacement under the op. Result: `{"applied"}`.
  case apply = "kernelwright.apply"
  /// Takes the op's generated replacement out. Result: `{"applied"}`.
  case remove = "kernelwright.remove"
  /// Shows what applying would change. Result: `{"uri"}`, a unified diff.
  case preview = "kernelwright.preview"
  /// Shows everything that is known of the op. Result: `{"uri"}`, Markdown.
  case showReport = "kernelwright.showReport"
  /// Puts a directive with example inputs over the op. Result: `{"applied"}`.
  case insertDirective = "kernelwright.insertDirective"
}

/// The argument of every command; what a command doesn't need is left out.
public struct CommandArgument: Hashable, Sendable, JSONCodable {
  public var uri: DocumentURI
  /// The op's name, e.g. `Model`.
  public var name: String
  /// The job to cancel or to resume.
  public var job: String?
  /// The candidate to apply or to preview; the best permitted one when left out.
  public var candidate: String?
  /// What the search should respect, in the person's words.
  public var guidance: [String]

  public init(
    uri: DocumentURI, name: String, job: String? = nil, candidate: String? = nil, guidance: [String] = []
  ) {
    self.uri = uri
    self.name = name
    self.job = job
    self.candidate = candidate
    self.guidance = guidance
  }

  public init(json: JSONValue) throws {
    uri = try json.required("uri")
    name = try json.required("name")
    job = try json.optional("job")
    candidate = try json.optional("candidate")
    guidance = try json.optional("guidance") ?? []
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("uri", uri)
      writer.field("name", name)
      writer.field("job", ifPresent: job)
      writer.field("candidate", ifPresent: candidate)
      if !guidance.isEmpty { writer.field("guidance", guidance) }
    }
  }
}
