import Engine
import HardwareRunner
import SourceIndex

/// Everything that the features show of one op, looked up once: its status, its jobs, its generated block.
struct OpView {
  /// What stands in the generated block under the op.
  enum Applied {
    case nothing
    /// A replacement made from the op as it is now.
    case current(JudgedCandidate)
    /// A replacement made from an earlier form of the op: it no longer does what the op says.
    case outdated
    /// A block that is in no record: another machine's, or edited by hand.
    case unknown
  }

  var op: Op
  var status: FileKnowledge.Status
  var jobs: [JobView]
  var applied: Applied
  var allow: Set<Label>
  /// Whether the engine can run ops of this kind.
  var isRunnable: Bool
  /// Whether anything of the workspace may be run.
  var isTrusted: Bool

  /// The record of the op as it is now.
  var record: OpRecord? {
    if case .current(let record) = status { record } else { nil }
  }

  var headline: JudgedCandidate? { record?.result?.headline(allow: allow) }
  var applicable: JudgedCandidate? { record?.result?.applicable(allow: allow) }

  var isStale: Bool {
    if case .stale = status { true } else { false }
  }

  var hasInputs: Bool { op.inputSource != .missing }
  var hasBlock: Bool { op.generatedRegion != nil }

  func job(_ kind: JobKind) -> JobView? { jobs.first { $0.kind == kind } }
}

extension LanguageServer {
  func view(of op: Op, in document: OpenDocument) -> OpView {
    OpView(
      op: op, status: document.knowledge.status(of: op), jobs: jobs(on: op, in: document),
      applied: applied(to: op, in: document), allow: settings(for: document.workspace).allow,
      isRunnable: isRunnable(op), isTrusted: isTrusted)
  }

  func isRunnable(_ op: Op) -> Bool { configuration.runnableKinds.contains(op.kind) }

  private func jobs(on op: Op, in document: OpenDocument) -> [JobView] {
    guard !jobs.isEmpty, let path = document.path else { return [] }
    return jobs.values.filter { $0.file == path && $0.opName == op.name }.sorted { $0.id.rawValue < $1.id.rawValue }
  }

  private func applied(to op: Op, in document: OpenDocument) -> OpView.Applied {
    guard let region = op.generatedRegion else { return .nothing }
    let block = Self.trimmed(document.index.text.string(in: region))
    for record in document.knowledge.records(named: op.name) {
      let candidates = (record.result?.best.map { [$0] } ?? []) + (record.result?.candidates ?? [])
      for candidate in candidates where candidate.replacement.map(Self.trimmed) == block {
        return record.fingerprint == op.fingerprint ? .current(candidate) : .outdated
      }
    }
    return .unknown
  }

  /// Without the line ends around it; those depend on what stands next to the block, and `\r\n` on the file.
  private static func trimmed(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isNewline)
  }
}
