import Engine
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// Kinds of our actions, under `refactor.rewrite` so that editors list them where they list refactorings.
enum ActionKind {
  static let base = "refactor.rewrite.kernelwright"
  static let quickFix = "quickfix"

  static func of(_ command: KernelwrightCommand) -> String {
    "\(base).\(command.rawValue.split(separator: ".").last ?? "")"
  }

  /// Whether a kind is among those asked for: kinds are hierarchies, told by dots.
  static func matches(_ kind: String, _ only: [String]?) -> Bool {
    guard let only else { return true }
    return only.contains { $0.isEmpty || kind == $0 || kind.hasPrefix($0 + ".") }
  }
}

/// `textDocument/codeAction` and `codeAction/resolve`: everything that can be done with the op at the cursor.
extension LanguageServer {
  func codeActions(_ params: CodeActionRequest.Params) -> [CodeActionOrCommand] {
    guard let document = documents[params.textDocument.uri] else { return [] }
    let text = document.index.text
    let start = sourcePosition(params.range.start, in: text)
    guard let op = document.index.op(at: start) ?? op(withBlockAt: start, in: document) else {
      return []
    }
    let offers = OfferedActions(view: view(of: op, in: document), uri: document.uri).all
    return offers.compactMap { offer in
      guard ActionKind.matches(offer.kind, params.only) else { return nil }
      return action(
        offer, document, fixes: offer.fixes.map { code in params.diagnostics.filter { $0.code == code } } ?? [])
    }
  }

  private func op(withBlockAt position: SourceIndex.Position, in document: OpenDocument) -> Op? {
    document.index.ops.first { op in
      op.generatedRegion.map { $0.start.line <= position.line && position.line < $0.end.line } ?? false
    }
  }

  /// An offer in the form that the client understands; nil where it understands none.
  private func action(
    _ offer: OfferedAction, _ document: OpenDocument, fixes: [DiagnosticReference]
  ) -> CodeActionOrCommand? {
    if offer.disabledReason != nil, !(capabilities.codeActionLiterals && capabilities.codeActionDisabled) { return nil }
    let argument = JSONValue(encoding: offer.argument)
    guard capabilities.codeActionLiterals else {
      return .command(Command(title: offer.title, command: offer.command.rawValue, arguments: [argument]))
    }
    var action = CodeAction(
      title: offer.title, kind: offer.kind, diagnostics: fixes.map(\.json),
      isPreferred: offer.isPreferred && capabilities.codeActionPreferred, disabledReason: offer.disabledReason)
    action.isFromModel = offer.isFromModel && capabilities.codeActionModelTag
    if offer.disabledReason != nil { return .action(action) }
    if !offer.command.isEdit {
      action.command = Command(title: offer.title, command: offer.command.rawValue, arguments: [argument])
    } else if capabilities.codeActionResolvesEdit {
      action.data = ["command": .string(offer.command.rawValue), "argument": argument]
    } else {
      guard let edit = try? actionEdit(offer.command, offer.argument) else { return nil }
      action.edit = edit
    }
    return .action(action)
  }

  func resolveCodeAction(_ params: CodeActionResolveRequest.Params) throws -> JSONValue {
    guard let name = params.data["command"]?.stringValue, let command = KernelwrightCommand(rawValue: name),
      command.isEdit, let argument = try? params.data.required("argument", as: CommandArgument.self)
    else { return .object(params.action) }
    var action = params.action
    action["edit"] = JSONValue(encoding: try actionEdit(command, argument))
    return .object(action)
  }

  /// An edit as an action carries it: with what it is only for a client that shows that of actions.
  private func actionEdit(_ command: KernelwrightCommand, _ argument: CommandArgument) throws -> WorkspaceEdit {
    var edit = try edit(command, argument).workspaceEdit
    if !capabilities.codeActionAnnotations { edit.annotation = nil }
    return edit
  }
}

/// One thing that is offered.
struct OfferedAction {
  var title: String
  var kind: String
  var command: KernelwrightCommand
  var argument: CommandArgument
  var isPreferred = false
  /// What it puts into the file was written by a language model.
  var isFromModel = false
  var disabledReason: String?
  /// Code of the diagnostics that it resolves.
  var fixes: String?
}

/// What is offered at an op, the likeliest first; what can't be done now says why.
struct OfferedActions {
  let view: OpView
  let uri: DocumentURI

  var all: [OfferedAction] {
    guard view.isRunnable else { return [optimize] }
    return jobs + directive + apply + [optimize, profile] + resume + candidates + report
  }

  private func offer(
    _ title: String, _ command: KernelwrightCommand, job: String? = nil, candidate: String? = nil,
    disabled: String? = nil
  ) -> OfferedAction {
    OfferedAction(
      title: title, kind: ActionKind.of(command), command: command,
      argument: CommandArgument(uri: uri, name: view.op.name, job: job, candidate: candidate), disabledReason: disabled)
  }

  private func offerApply(
    _ title: String, _ candidate: CandidateSummary, disabled: String? = nil
  ) -> OfferedAction {
    var action = offer(title, .apply, candidate: candidate.id, disabled: disabled)
    action.isFromModel = candidate.isFromModel
    return action
  }

  private var jobs: [OfferedAction] {
    view.jobs.filter { !$0.isStopping }.map { job in
      offer("Stop \(job.kind == .optimize ? "optimizing" : "profiling") \(view.op.name)", .cancel, job: job.id.rawValue)
    }
  }

  private var directive: [OfferedAction] {
    guard !view.hasInputs, view.op.directive == nil else { return [] }
    var action = offer("Insert example inputs for \(view.op.name)", .insertDirective)
    action.kind = ActionKind.quickFix
    action.fixes = DiagnosticCode.noInputs.description
    // A comment changes nothing that runs.
    action.isPreferred = true
    return [action]
  }

  private var notRunnable: String? {
    view.isRunnable ? nil : "\(view.op.name) is a \(view.op.kind.title): ops of this kind can't be optimized yet"
  }

  /// Why nothing can be run here.
  private var untrusted: String? { view.isTrusted ? nil : Trust.missing }

  private var missingInputs: String? {
    view.hasInputs ? nil : "\(view.op.name) has no example inputs: insert a directive first"
  }

  private var optimize: OfferedAction {
    offer(
      "Optimize this op", .optimize,
      disabled: notRunnable ?? untrusted ?? missingInputs
        ?? (view.job(.optimize) == nil ? nil : "\(view.op.name) is being optimized"))
  }

  private var profile: OfferedAction {
    offer(
      "Profile this op", .profile,
      disabled: untrusted ?? missingInputs ?? (view.job(.profile) == nil ? nil : "\(view.op.name) is being profiled"))
  }

  private var resume: [OfferedAction] {
    guard view.jobs.isEmpty, let resumable = view.record?.resumable else { return [] }
    let verb = resumable.kind == .optimize ? "optimizing" : "profiling"
    let measured = resumable.kind == .optimize ? "; \(Figures.count(resumable.judged, "candidate")) measured" : ""
    return [
      offer(
        "Resume \(verb) \(view.op.name) (interrupted\(measured))", .resume, job: resumable.job.rawValue,
        disabled: untrusted)
    ]
  }

  private var apply: [OfferedAction] {
    if let best = view.applicable, let speedup = best.verification.speedup {
      let isApplied =
        if case .current(let applied) = view.applied { applied.summary.id == best.summary.id } else { false }
      let apply = offerApply(
        "Apply verified replacement (\(Figures.ratio(speedup.ratio))× faster)", best.summary,
        disabled: isApplied ? "it is applied already" : nil)
      return [apply]
    }
    return [offer("Apply verified replacement", .apply, disabled: nothingToApply)]
  }

  private var nothingToApply: String {
    if view.isStale { return "\(view.op.name) has changed since it was measured: optimize it again" }
    guard let result = view.record?.result else {
      return missingInputs ?? "nothing is verified yet: optimize this op first"
    }
    if !result.needingConsent(allow: view.allow).isEmpty { return "what was found needs your consent, see below" }
    return "no verified replacement was found: \(StatusText.verdict(result, allow: view.allow))"
  }

  private var candidates: [OfferedAction] {
    var actions: [OfferedAction] = []
    let result = view.record?.result
    if let best = view.applicable {
      actions.append(offer("Preview candidate: \(best.summary.idea)", .preview, candidate: best.summary.id))
    }
    for candidate in result?.needingConsent(allow: view.allow) ?? [] {
      guard let speedup = candidate.verification.speedup else { continue }
      let question = "\(candidate.consentQuestion(view.allow)): \(candidate.summary.idea)"
      actions.append(
        offerApply("Apply \(Figures.ratio(speedup.ratio))× replacement (\(question))", candidate.summary))
      actions.append(offer("Preview candidate (\(question))", .preview, candidate: candidate.summary.id))
    }
    if view.hasBlock { actions.append(offer("Remove generated replacement of \(view.op.name)", .remove)) }
    return actions
  }

  private var report: [OfferedAction] {
    guard view.record?.result != nil || view.record?.profile != nil else { return [] }
    return [offer("Show report on \(view.op.name)", .showReport)]
  }
}

extension KernelwrightCommand {
  /// Commands that amount to an edit, which an action can carry itself.
  var isEdit: Bool {
    switch self {
    case .apply, .remove, .insertDirective: true
    default: false
    }
  }
}
