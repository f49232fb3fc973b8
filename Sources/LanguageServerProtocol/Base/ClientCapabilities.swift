public import JSONRPC

/// What the client said it can do, as far as it changes what the server does (LSP 3.17 "ClientCapabilities").
///
/// Read leniently: a capability of an unexpected form counts as not announced, so that an odd client is served as an
/// old one rather than refused.
public struct ClientCapabilities: Sendable {
  public var positionEncodings: [String]
  public var workDoneProgress: Bool
  public var showDocument: Bool
  public var applyEdit: Bool
  public var documentChanges: Bool
  public var changeAnnotations: Bool
  /// The client shows what the edits of a code action are, too.
  public var codeActionAnnotations: Bool
  public var configuration: Bool
  public var configurationDynamicRegistration: Bool
  public var watchedFilesDynamicRegistration: Bool
  /// The client asks for texts of documents that only the server has (LSP 3.18).
  public var textDocumentContent: Bool
  public var inlayHintRefresh: Bool
  public var codeLensRefresh: Bool
  public var diagnosticRefresh: Bool
  /// The client asks for diagnostics, and can be told to ask again: ours change without an edit. One that can't be told
  /// gets them pushed, unless it knows nothing else.
  public var pullDiagnostics: Bool
  public var publishVersion: Bool
  public var hoverMarkdown: Bool
  public var codeActionLiterals: Bool
  public var codeActionDisabled: Bool
  public var codeActionPreferred: Bool
  /// The client knows of actions whose code a language model wrote (LSP 3.18).
  public var codeActionModelTag: Bool
  /// The client gets the `edit` of an action when the person chooses it.
  public var codeActionResolvesEdit: Bool
  public var hierarchicalSymbols: Bool
  public var inlayHintTooltipResolve: Bool
  /// The client tells of notebooks as such.
  public var notebooks: Bool

  public init(json: JSONValue) {
    func flag(_ path: String...) -> Bool { Self.value(json, path)?.boolValue ?? false }
    func strings(_ path: String...) -> [String] {
      Self.value(json, path)?.arrayValue?.compactMap(\.stringValue) ?? []
    }
    func isObject(_ path: String...) -> Bool { Self.value(json, path)?.objectValue != nil }
    positionEncodings = strings("general", "positionEncodings")
    workDoneProgress = flag("window", "workDoneProgress")
    showDocument = flag("window", "showDocument", "support")
    applyEdit = flag("workspace", "applyEdit")
    documentChanges = flag("workspace", "workspaceEdit", "documentChanges")
    changeAnnotations = documentChanges && isObject("workspace", "workspaceEdit", "changeAnnotationSupport")
    watchedFilesDynamicRegistration = flag("workspace", "didChangeWatchedFiles", "dynamicRegistration")
    textDocumentContent = isObject("workspace", "textDocumentContent")
    configuration = flag("workspace", "configuration")
    configurationDynamicRegistration = flag("workspace", "didChangeConfiguration", "dynamicRegistration")
    inlayHintRefresh = flag("workspace", "inlayHint", "refreshSupport")
    codeLensRefresh = flag("workspace", "codeLens", "refreshSupport")
    // Named `diagnostics` in the specification's types, `diagnostic` by early clients.
    diagnosticRefresh =
      flag("workspace", "diagnostics", "refreshSupport") || flag("workspace", "diagnostic", "refreshSupport")
    pullDiagnostics =
      isObject("textDocument", "diagnostic")
      && (diagnosticRefresh || !isObject("textDocument", "publishDiagnostics"))
    publishVersion = flag("textDocument", "publishDiagnostics", "versionSupport")
    hoverMarkdown = strings("textDocument", "hover", "contentFormat").contains("markdown")
    codeActionLiterals = isObject("textDocument", "codeAction", "codeActionLiteralSupport")
    codeActionDisabled = flag("textDocument", "codeAction", "disabledSupport")
    codeActionPreferred = flag("textDocument", "codeAction", "isPreferredSupport")
    codeActionAnnotations = changeAnnotations && flag("textDocument", "codeAction", "honorsChangeAnnotations")
    codeActionModelTag =
      Self.value(json, ["textDocument", "codeAction", "tagSupport", "valueSet"])?.arrayValue?
      .contains(.int(CodeAction.modelTag)) ?? false
    codeActionResolvesEdit =
      strings("textDocument", "codeAction", "resolveSupport", "properties").contains("edit")
      && flag("textDocument", "codeAction", "dataSupport")
    hierarchicalSymbols = flag("textDocument", "documentSymbol", "hierarchicalDocumentSymbolSupport")
    notebooks = isObject("notebookDocument", "synchronization")
    inlayHintTooltipResolve =
      strings("textDocument", "inlayHint", "resolveSupport", "properties").contains("tooltip")
  }

  private static func value(_ json: JSONValue, _ path: [String]) -> JSONValue? {
    path.reduce(Optional(json)) { value, key in value?[key] }
  }
}
