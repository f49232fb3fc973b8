import Engine
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// `workspace/executeCommand`: what was clicked on. Acknowledged as soon as the engine has taken it; what comes of it is
/// told by progress, hints and the card.
extension LanguageServer {
  func execute(_ id: RequestID, _ params: ExecuteCommandRequest.Params) {
    do {
      guard let command = KernelwrightCommand(rawValue: params.command) else {
        throw ResponseError(.invalidParams, "The command \(params.command) is not known here.")
      }
      guard let first = params.arguments.first else {
        throw ResponseError(.invalidParams, "\(command.rawValue) takes one object: {\"uri\", \"name\", …}.")
      }
      let argument: CommandArgument
      do {
        argument = try CommandArgument(json: first)
      } catch {
        throw ResponseError(.invalidParams, "The argument of \(command.rawValue): \(error)")
      }
      try execute(id, command, argument)
    } catch let error as ResponseError {
      loop.fail(id, error)
    } catch {
      loop.fail(id, ResponseError(.internalError, "\(error)"))
    }
  }

  private func execute(_ id: RequestID, _ command: KernelwrightCommand, _ argument: CommandArgument) throws {
    switch command {
    case .profile: try start(id, .profile, argument)
    case .optimize: try start(id, .optimize, argument)
    case .resume: try resume(id, argument)
    case .cancel: loop.reply(id, cancel(argument))
    case .apply, .remove, .insertDirective: try applyEdit(id, try edit(command, argument))
    case .preview: try preview(id, argument)
    case .showReport: try showReport(id, argument)
    }
  }

  // MARK: Jobs

  private func start(_ id: RequestID, _ kind: JobKind, _ argument: CommandArgument) throws {
    try launch(id, argument, kind) { engine, request in engine.start(kind, request) }
  }

  private func resume(_ id: RequestID, _ argument: CommandArgument) throws {
    let (document, op) = try target(argument)
    guard let resumable = view(of: op, in: document).record?.resumable else {
      throw ResponseError(.requestFailed, "There is nothing to resume at \(op.name): optimize it.")
    }
    endedJobs.remove(resumable.job)
    try launch(id, argument, resumable.kind) { engine, request in engine.resume(resumable.job, request) }
  }

  /// Hands a job to the engine on the workspace's thread, and answers with its number.
  private func launch(
    _ id: RequestID, _ argument: CommandArgument, _ kind: JobKind,
    _ start: @escaping @Sendable (any EngineService, OpRequest) -> JobID
  ) throws {
    let (document, op) = try target(argument)
    guard let path = document.path, let workspace = document.workspace else {
      throw ResponseError(.requestFailed, "\(op.name) can't be run before its document is a file: save it first.")
    }
    guard isTrusted else {
      throw ResponseError(.requestFailed, "\(op.name) can't be run: \(Trust.missing). Trust it first.")
    }
    guard isRunnable(op) else {
      throw ResponseError(.requestFailed, "\(op.name) is a \(op.kind.title): ops of this kind can't be run yet.")
    }
    guard op.inputSource != .missing else {
      throw ResponseError(
        .requestFailed, "\(op.name) has no example inputs: “Insert example inputs” writes a directive to fill in.")
    }
    document.hasAskedForJobs = true
    let guidance = (op.directive?.guide.map { [$0] } ?? []) + argument.guidance
    // A cell's op runs in its notebook's program.
    let index = document.notebook?.program.document ?? document.index
    guard let op = index.ops.last(where: { $0.name == op.name && $0.fingerprint == op.fingerprint }) else {
      throw ResponseError(.contentModified, "There is no op \(op.name) in this document any more.")
    }
    deferReply(id)
    let (overlay, folder) = (overlay(for: workspace), workspace.path)
    let readSettings = configuration.settingsForWorkspace
    struct Launched: Sendable {
      var job: JobID
      var settings: EngineSettings
      var records: [OpRecord]
    }
    background(workspace) { host -> Result<Launched, EngineHost.OpeningFailure> in
      do throws(EngineHost.OpeningFailure) {
        let engine = try host.open()
        let settings = readSettings(folder)
        let request = OpRequest(
          file: path, document: index, op: op, settings: overlay.applied(to: settings), guidance: guidance,
          workspace: folder)
        // Records first: the engine may have been opened just now, and the job's own events come after them.
        let records = engine.records(file: path)
        return .success(Launched(job: start(engine, request), settings: settings, records: records))
      } catch {
        return .failure(error)
      }
    } then: { [weak self, weak document] result in
      // After a shutdown nobody asks for anything any more, and the engine is being closed with what it has begun.
      guard let self, phase == .running else { return }
      switch result {
      case .failure(let failure): replyLater(id, .failure(ResponseError(.requestFailed, failure.message)))
      case .success(let launched):
        workspace.baseSettings = launched.settings
        if let document, document.isOpen { adopt(launched.records, in: document) }
        if !endedJobs.contains(launched.job) {
          let job = track(launched.job, kind, file: path, opName: op.name)
          // Taken back while the engine was being opened: then the job is unwanted as well.
          if !deferred.contains(id) { stop(job) }
        }
        replyLater(id, .success(["job": .string(launched.job.rawValue)]))
        if let document, document.isOpen { viewChanged(document) }
      }
    }
  }

  /// Takes over records where nothing newer was seen: events may have overtaken them.
  private func adopt(_ records: [OpRecord], in document: OpenDocument) {
    if document.knowledge.isEmpty { _ = document.knowledge.replace(with: records) }
  }

  private func cancel(_ argument: CommandArgument) -> JSONValue {
    let path = FilePath.path(of: argument.uri)
    let stopped = jobs.values.filter { job in
      if let wanted = argument.job { return job.id.rawValue == wanted }
      return job.file == path && job.opName == argument.name
    }
    for job in stopped { stop(job) }
    return ["cancelled": .array(stopped.map { .string($0.id.rawValue) })]
  }

  // MARK: Edits

  /// Asks the client to make the edit, and answers with what became of it.
  private func applyEdit(_ id: RequestID, _ edit: OfferedEdit) throws {
    guard capabilities.applyEdit else {
      throw ResponseError(.requestFailed, "This editor does not let a server edit a document: use the code action.")
    }
    deferReply(id)
    ask(ApplyWorkspaceEditRequest.self, .init(label: edit.label, edit: edit.workspaceEdit)) { [weak self] result in
      switch result {
      case .success(let answer):
        if let reason = answer.failureReason, !answer.applied { self?.log(.warning, "\(edit.label): \(reason)") }
        self?.replyLater(id, .success(["applied": .bool(answer.applied)]))
      case .failure(let error):
        self?.replyLater(id, .failure(ResponseError(.requestFailed, "\(edit.label): \(error.message)")))
      }
    }
  }
}
