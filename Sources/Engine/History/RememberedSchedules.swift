import Store
import Synthesis

/// What was fastest on ops like this one, on this chip: decides what is tried first and nothing else.
struct RememberedSchedules: Sendable {
  /// Latest first.
  private let records: [ScheduleRecord]
  private let exact: String
  private let extents: [Int]

  /// Nothing is known.
  init() { self.init([], exact: "", extents: []) }

  /// - Parameters:
  ///   - records: of ops of this one's structure, latest first.
  ///   - exact: what those records have that were measured on the very same op.
  ///   - extents: this op's, as `GraphDescription` lists them.
  init(_ records: [ScheduleRecord], exact: String, extents: [Int]) {
    self.records = records
    self.exact = exact
    self.extents = extents
  }

  /// An agent's proposals, the one first that was fastest on the same op, or else on the nearest of those with similar
  /// extents; those last that came to nothing there. All others keep their order.
  ///
  /// - Returns: also why, for a person to read; nil where nothing is remembered or there is nothing to choose.
  func ordered(_ proposals: [Proposal], agent: String) -> (proposals: [Proposal], reason: String?) {
    guard proposals.count > 1 else { return (proposals, nil) }
    for op in ops(agent) {
      let ratios = proposals.map { op.known[$0.memoryKey] ?? .unknown }
      let best = proposals.indices.max { ratios[$0].value < ratios[$1].value }
      guard let best, ratios[best].value > 0 else { continue }
      let others = proposals.indices.filter { $0 != best }
      let order = [best] + others.filter { !ratios[$0].isHopeless } + others.filter { ratios[$0].isHopeless }
      let place = op.isSame ? "the same op" : "a similar op"
      let reason =
        "The \(agent) agent starts with “\(proposals[best].idea)” because it was the fastest of \(op.measured) tried on "
        + "\(place) (\(op.name))."
      return (order.map { proposals[$0] }, reason)
    }
    return (proposals, nil)
  }

  /// What is known of one proposal.
  private enum Worth {
    case unknown, refused
    case ratio(Double)

    /// Larger is better; positive where it was right.
    var value: Double { if case .ratio(let ratio) = self { ratio } else { 0 } }
    var isHopeless: Bool {
      switch self {
      case .unknown: false
      case .refused: true
      case .ratio(let ratio): ratio < SearchLimits.hopeless
      }
    }
  }

  private struct MeasuredOp {
    var exact: String
    var name: String
    var isSame: Bool
    /// In extents.
    var distance: Double
    var known: [MemoryKey: Worth] = [:]
    /// How many were right.
    var measured = 0
  }

  /// The ops that an agent has measured anything on: the same one first, then the nearest, of equally near ones the latest.
  private func ops(_ agent: String) -> [MeasuredOp] {
    var ops: [MeasuredOp] = []
    for record in records where record.agent == agent {
      guard let distance = GraphDescription.distance(extents, record.extents) else { continue }
      let index = ops.firstIndex { $0.exact == record.exact } ?? ops.endIndex
      if index == ops.endIndex {
        let isSame = record.exact == exact
        ops.append(MeasuredOp(exact: record.exact, name: record.opName, isSame: isSame, distance: distance))
      }
      let ratio = record.ratio.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
      ops[index].known[MemoryKey(rule: record.rule, traits: record.traits)] = ratio.map { .ratio($0) } ?? .refused
      if ratio != nil { ops[index].measured += 1 }
    }
    return ops.enumerated().sorted { first, second in
      if first.element.isSame != second.element.isSame { return first.element.isSame }
      if first.element.distance != second.element.distance { return first.element.distance < second.element.distance }
      return first.offset < second.offset
    }.map(\.element)
  }
}

/// What makes two proposals of an agent for two similar ops the same idea.
struct MemoryKey: Sendable, Hashable {
  var rule: String
  /// Empty where there are no kernels.
  var traits: String
}

extension Proposal {
  var memoryKey: MemoryKey { MemoryKey(rule: rule, traits: schedule?.traits ?? "") }
}
