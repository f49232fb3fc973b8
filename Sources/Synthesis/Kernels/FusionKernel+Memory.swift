/// What a kernel asks for ahead of its reads, and what it writes past the caches.
extension FusionKernel {
  /// Bytes by which reads are asked for ahead: what the second-level cache holds with ease, and memory takes to answer.
  static let aheadBytes = 4096
  /// Rows that are longer don't stay in the second-level cache until they are read.
  private static let longestAskedFor = 256 * 1024
  /// What is read as a whole is in the caches already where it is no more than this.
  private static let leastAskedFor = 1 << 20

  // MARK: Reads

  /// What a sweep computes for every element.
  func computed(in pass: Int, _ plan: PassPlan) -> [ValueID] {
    plan.needed(for: operands(plan.reduced(in: pass)) + plan.written(in: pass), pass: pass, in: graph)
  }

  /// What reductions reduce, where it is computed.
  func operands(_ reduced: [ValueID]) -> [ValueID] {
    reduced.compactMap { id -> ValueID? in
      if case .member(let member)? = group.operands[id]?.first { member } else { nil }
    }
  }

  /// What a sweep reads: operands of what it computes and of what it reduces.
  func reads(in pass: Int, _ plan: PassPlan) -> [(index: Int, access: FusionGroup.Access)] {
    accesses(of: computed(in: pass, plan) + plan.reduced(in: pass))
  }

  /// What these values have as operands in memory.
  func accesses(of values: [ValueID]) -> [(index: Int, access: FusionGroup.Access)] {
    let all = Set(
      values.flatMap { group.operands[$0] ?? [] }.compactMap { operand -> FusionGroup.Access? in
        if case .memory(let access) = operand { access } else { nil }
      })
    return group.accesses.enumerated().filter { all.contains($0.element) }.map { ($0.offset, $0.element) }
  }

  /// Whether it is so much that it comes from memory, or from a cache that others share.
  func isAskedFor(_ access: FusionGroup.Access) -> Bool {
    access.strides.last == 1 && access.index == nil && graph.nodes[access.root].type.bytes > Self.leastAskedFor
  }

  /// Whether a kernel over rows asks for anything of later rows: not where threads share a row, or a row is no line.
  var asksForLaterRows: Bool { inner.count == 1 && !cutsRows }

  /// Asks for the rows after this one in the sweep that computes most of those that read a row, the last of several: in the
  /// others memory has enough to do with what they read for the first time, and with what they write.
  func askForNextRows(_ pass: Int, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    guard asksForLaterRows else { return }
    let plan = expressions.plan
    for (index, access) in laterParts where sweepThatAsks(for: access, plan) == pass {
      askForLaterPart(index, &expressions, &code)
    }
    let work = (0..<plan.passes).map { pass in
      computed(in: pass, plan).reduce(0) { $0 + (graph.nodes[$1].operation.isExpensive ? 10 : 1) }
    }
    let indices = (0..<plan.passes).map { Set(reads(in: $0, plan).map(\.index)) }
    for (index, access) in reads(in: pass, plan) where isAskedFor(access) {
      let best = indices.indices.filter { indices[$0].contains(index) }.max { (work[$0], $0) < (work[$1], $1) }
      guard best == pass else { continue }
      let strides = Array(access.strides[..<group.rowDimensions])
      askForNextRows(of: index, Array(rowDimensions), strides, length: group.columns, &expressions, &code)
    }
  }

  /// Asks for the row so far after this one that memory has answered by then; `length` elements of each are read.
  func askForNextRows(
    of index: Int, _ dimensions: [Int], _ strides: [Int], length: Int, _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    let bytes = length * graph.nodes[group.accesses[index].root].type.dtype.size
    guard let distance = Shape.commonStride(dimensions, strides), distance != 0, bytes > 0,
      bytes <= Self.longestAskedFor
    else { return }
    let rows = (Self.aheadBytes - 1) / bytes + 1
    guard dimensions.reduce(1, *) >= 8 * rows else { return }
    expressions.need("prefetch")
    code.line("prefetch(a\(index) + j + \(CPlusPlus.integer(rows * distance)));")
  }

  // MARK: Writes

  /// Where a sweep may write past the caches.
  enum Streaming {
    case never
    /// Wherever a sweep has a whole vector.
    case everywhere
    /// Once the sweep has come to where a vector may lie.
    case afterStart
  }

  /// Opens a sweep over `count` elements that writes from the pointer `start` on (nil: that also reduces, or writes no
  /// result); says whether results go past the caches.
  ///
  /// - Parameter isReversed: from the end of the row to its start.
  func openSweep(
    writing start: String?, count: String, variable: String = "j", slot: String = "auto", isReversed: Bool = false,
    _ expressions: inout ExpressionWriter, _ code: inout CodeWriter
  ) -> Bool {
    let body = "[&](int64_t \(variable), auto n, \(slot)) __attribute__((always_inline)) {"
    let sweep = isReversed ? "backwards" : "sweep<\(schedule.unroll)>"
    if streaming == .afterStart, let start {
      expressions.need(isReversed ? "alignedBackwards" : "alignedSweep")
      code.open("aligned_\(sweep)(\(start), \(count), \(body)")
      return true
    }
    expressions.need(isReversed ? "backwards" : "sweep")
    code.open("\(sweep)(\(count), \(body)")
    return streaming == .everywhere
  }

  func store(
    _ id: ValueID, _ pointer: String, isStreamed: Bool, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter
  ) {
    let dtype = graph.nodes[id].type.dtype
    let goesPast = isStreamed && dtype != .bool && group.outputs.contains(id) && !expressions.plan.kept.contains(id)
    if goesPast { expressions.need("fence") }
    let condition = leftOut(expressions.plan).contains(id) ? "if (\(output(id))) " : ""
    let store = goesPast ? "stream" : "store"
    expressions.need(dtype.piece(store, computing: group.dtype))
    code.line("\(condition)\(store)(\(pointer) + j, \(expressions.name(id)), n);")
  }

  /// Of what a sweep writes, the result that goes past the caches once it has come to where a vector may lie.
  func streamed(of written: [ValueID]) -> ValueID? {
    written.first { group.outputs.contains($0) && graph.nodes[$0].type.dtype != .bool }
  }

  /// The machine wants whole vectors to begin at multiples of their size.
  var streaming: Streaming {
    let bytes = schedule.vectorBits / 8
    guard schedule.streams, schedule.vectorBits >= 256, !cutsRows,
      group.placements.values.allSatisfy({ $0.strides.last == 1 })
    else { return .never }
    let isByColumns = group.reducesColumns || group.scanDimension != nil
    let isOneRow = !isByColumns && inner.count <= 1 && group.rows == 1
    // What a sweep writes.
    let row = (isByColumns || inner.count > 1 ? group.dimensions.last ?? 1 : group.columns) * group.dtype.size
    let starts = group.placements.values.flatMap { $0.strides.dropLast() + [$0.offset] }
    let isWhole = isOneRow || row % bytes == 0
    if isWhole && starts.allSatisfy({ $0 * group.dtype.size % bytes == 0 }) {
      return .everywhere
    }
    // Of several results only one could be waited for.
    let full = group.outputs.filter { group.roles[$0] == .full && graph.nodes[$0].type.dtype != .bool }
    return full.count == 1 && row >= 8 * bytes ? .afterStart : .never
  }
}
