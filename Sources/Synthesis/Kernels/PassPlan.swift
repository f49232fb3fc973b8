/// In which sweep over a row each value of a fusion group is computed.
///
/// A reduction can only be used after its sweep, so values fall into levels: level 0 needs memory alone, level n + 1
/// a reduction over values of level n. Each level is one sweep; values of an earlier level that a later one needs are
/// computed again unless they are kept.
struct PassPlan {
  typealias ValueID = TensorGraph.ValueID

  let group: FusionGroup
  /// For a full value the sweep it belongs to; for a row value the first sweep it can be used in.
  var level: [ValueID: Int] = [:]
  /// Full values written to a buffer of the row in their own sweep and read back in later ones.
  var kept: Set<ValueID> = []
  let passes: Int
  private let reductions: Set<ValueID>
  private let wide: Set<ValueID>

  init(_ group: FusionGroup, in graph: TensorGraph, keepsIntermediates: Bool) {
    var level: [ValueID: Int] = [:]
    var reductions: Set<ValueID> = []
    var passes = 0
    var wide = Set<ValueID>()
    for id in group.members {
      let deepest =
        (group.operands[id] ?? []).compactMap { operand -> Int? in
          if case .member(let member) = operand { level[member] } else { nil }
        }.max() ?? 0
      if graph.nodes[id].operation.isReduction {
        reductions.insert(id)
        level[id] = deepest + 1
        passes = max(passes, deepest + 1)
      } else {
        level[id] = deepest
        if group.roles[id] == .full { passes = max(passes, deepest + 1) }
      }
    }
    for id in group.members where group.roles[id] == .row {
      switch graph.nodes[id].operation {
      case .reduce(.sumOfSquares, _), .reduceColumns(.sumOfSquares, _, _): wide.insert(id)
      case .elementwise(.divide), .elementwise(.multiply), .elementwise(.add), .elementwise(.sqrt),
        .elementwise(.rsqrt):
        let isFromWide = (group.operands[id] ?? []).contains { operand in
          if case .member(let member) = operand { wide.contains(member) } else { false }
        }
        if isFromWide { wide.insert(id) }
      default: break
      }
    }
    self.wide = wide
    self.group = group
    self.level = level
    self.passes = passes
    self.reductions = reductions
    if keepsIntermediates { kept = expensiveAcrossPasses(graph) }
  }

  /// A row value held in double precision: a sum of squares and what simple arithmetic makes of it.
  func isWide(_ id: ValueID) -> Bool { wide.contains(id) }

  /// The values that reductions of this sweep add up.
  func reduced(in pass: Int) -> [ValueID] {
    group.members.filter { reductions.contains($0) && level[$0] == pass + 1 }
  }

  /// Full values that have to be written in this sweep.
  func written(in pass: Int) -> [ValueID] {
    group.members.filter {
      group.roles[$0] == .full && level[$0] == pass && (group.outputs.contains($0) || kept.contains($0))
    }
  }

  /// Row values that are no reductions and can be computed just before this sweep (or after the last).
  func rowValues(before pass: Int) -> [ValueID] {
    group.members.filter { group.roles[$0] == .row && !reductions.contains($0) && level[$0] == pass }
  }

  /// The members computed anew in a sweep that yields `roots`; kept ones of earlier sweeps are read back instead.
  func needed(for roots: [ValueID], pass: Int, in graph: TensorGraph) -> [ValueID] {
    var seen = Set<ValueID>()
    var stack = roots
    while let id = stack.popLast() {
      guard seen.insert(id).inserted, !((level[id] ?? 0) < pass && kept.contains(id)) else { continue }
      for case .member(let operand) in group.operands[id] ?? [] where group.roles[operand] == .full {
        stack.append(operand)
      }
    }
    return group.members.filter { seen.contains($0) && !((level[$0] ?? 0) < pass && kept.contains($0)) }
  }

  /// Full values used in a later sweep than their own that cost more to compute than to read back.
  private func expensiveAcrossPasses(_ graph: TensorGraph) -> Set<ValueID> {
    var users: [ValueID: [ValueID]] = [:]
    for id in group.members {
      for case .member(let operand) in group.operands[id] ?? [] { users[operand, default: []].append(id) }
    }
    var kept = Set<ValueID>()
    var isExpensive = Set<ValueID>()
    for id in group.members where group.roles[id] == .full {
      guard case .elementwise(let operation) = graph.nodes[id].operation else { continue }
      let inherits = (group.operands[id] ?? []).contains { operand in
        if case .member(let member) = operand { isExpensive.contains(member) && !kept.contains(member) } else { false }
      }
      guard operation.isExpensive || inherits else { continue }
      isExpensive.insert(id)
      let own = level[id] ?? 0
      let isUsedLater = (users[id] ?? []).contains { user in
        reductions.contains(user) ? false : (level[user] ?? 0) > own
      }
      if isUsedLater, graph.nodes[id].type.dtype != .bool { kept.insert(id) }
    }
    return kept
  }
}
