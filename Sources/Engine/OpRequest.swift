public import HardwareRunner
public import SourceIndex

/// What a person asks the engine to work on: one op of one document, as it stands in the editor.
public struct OpRequest: Sendable {
  /// Absolute path of the document.
  public var file: String
  /// The document as it is in the editor; generated regions are taken out by the engine.
  public var document: IndexedDocument
  public var op: Op
  public var settings: EngineSettings
  /// What the person wants the search to respect, in their own words (directives and command arguments).
  public var guidance: [String]
  /// Folder of the workspace, whose own modules the file may import; nil for the file's folder.
  public var workspace: String?

  public init(
    file: String, document: IndexedDocument, op: Op, settings: EngineSettings, guidance: [String] = [],
    workspace: String? = nil
  ) {
    self.file = file
    self.document = document
    self.op = op
    self.settings = settings
    self.guidance = guidance
    self.workspace = workspace
  }
}

/// Settings that reach the engine: `[tool.kernelwright]`, overridden by the editor, overridden by the command line.
public struct EngineSettings: Sendable, Codable, Hashable {
  /// The interpreter, when one was named; else the workspace's `.venv`, `$VIRTUAL_ENV`, conda, `python3`.
  public var python: String?
  /// `cpu` for now.
  public var device: String
  /// How long a search may take, in seconds.
  public var budgetSeconds: Double
  /// Labels that a person consents to in the headline, e.g. `algebraic-pruning`.
  public var allow: Set<Label>
  /// `provider/name` of a language model that takes part; nil for none.
  public var model: String?
  /// Base URL of the provider, for gateways and local servers.
  public var modelBaseURL: String?
  /// The same from a file of the workspace, which may be a stranger's: followed only where no key of the person could
  /// leave this machine through it.
  public var workspaceModel: String?
  public var workspaceModelBaseURL: String?
  /// Run generated code without a sandbox where none can be had; every result then says `unsandboxed`.
  public var allowUnsandboxed: Bool

  public init(
    python: String? = nil, device: String = "cpu", budgetSeconds: Double = 60, allow: Set<Label> = [],
    model: String? = nil, modelBaseURL: String? = nil, allowUnsandboxed: Bool = false
  ) {
    self.python = python
    self.device = device
    self.budgetSeconds = budgetSeconds
    self.allow = allow
    self.model = model
    self.modelBaseURL = modelBaseURL
    self.allowUnsandboxed = allowUnsandboxed
  }
}
