/// Sweeps in which all columns of a row meet the same number, as where all points are put beside all others: several
/// vectors of columns share it, and their partial results stay in registers.
extension ColumnKernel {
  /// Vectors of columns in flight.
  static let vectorsAtOnce = 4
  /// Rows added up in registers; what is read lies in the caches.
  static let pairedRowsAtOnce = 16

  /// Only reduces, over something with a number for each row, and with nothing to be held for all rows.
  func isPaired(_ pass: Int) -> Bool {
    let reduced = plan.reduced(in: pass)
    guard !reduced.isEmpty, plan.written(in: pass).isEmpty, segments == 1 else { return false }
    let used = computed(in: pass)
    let read = kernel.accesses(of: used + reduced).map(\.access)
    let usesColumnValues = used.contains { id in
      (group.operands[id] ?? []).contains { operand in
        if case .member(let member) = operand { group.roles[member] == .row } else { false }
      }
    }
    return !usesColumnValues && read.contains { isNumber($0) && !isHeld($0) }
      && !read.contains { isHeld($0) && !isNumber($0) }
  }

  mutating func pairedSweep(_ pass: Int) {
    let reduced = plan.reduced(in: pass)
    for id in reduced { startColumns(id) }
    expressions.need("wideSweep")
    let isCut = rows > Self.pairedRowsAtOnce
    let step = Self.pairedRowsAtOnce
    if isCut {
      code.open("for (int64_t first = 0; first < rows; first += \(step)) {")
      code.line("const int64_t last = rows - first < \(step) ? rows : first + \(step);")
    }
    let body = "[&](int64_t start, auto n, auto width) __attribute__((always_inline)) {"
    code.open("wide_sweep<\(Self.vectorsAtOnce)>(count, \(body)")
    for id in reduced { code.line("\(columnType(id)) s\(id)[width.index];") }
    openEach()
    for id in reduced { code.line("s\(id)[u.index] = \(columnType(id))(\(columnState(id)));") }
    code.close("});")
    code.open(
      isCut ? "for (int64_t row = first; row < last; ++row) {" : "for (int64_t row = 0; row < rows; ++row) {")
    rowNumbers(computed(in: pass), reduced)
    openEach()
    for (index, access) in group.accesses.enumerated() where !isNumber(access) {
      expressions.pointers[access] = "a\(index)\(rowOffset(access))"
    }
    expressions.buffers = [:]
    let factors = reduced.reduce(into: [ValueID: [ValueID]]()) { $0[$1] = self.factors($1) }
    expressions.vectors(reduced.flatMap { factors[$0] ?? kernel.operands([$0]) }, pass: pass, into: &code)
    for id in reduced {
      if let factors = factors[id] {
        expressions.need("fma")
        code.line("s\(id)[u.index].add_product(\(factors.map(expressions.name).joined(separator: ", ")));")
      } else {
        code.line("s\(id)[u.index].add(\(value(of: id)), row);")
      }
    }
    code.close("});")
    code.close()
    openEach()
    for id in reduced { code.line("s\(id)[u.index].save(\(columnState(id)));") }
    code.close("});")
    code.close("});")
    if isCut { code.close() }
  }

  private mutating func openEach() {
    code.open("each<width.index>([&](auto u) __attribute__((always_inline)) {")
    code.line("const int64_t j = start + u.index * lanes;")
  }

  /// The factors of what is summed up, where it is a product that nothing else needs: it is added without being rounded.
  private func factors(_ id: ValueID) -> [ValueID]? {
    guard columnType(id) == "ColumnSum", case .member(let product)? = group.operands[id]?.first,
      graph.nodes[product].operation == .elementwise(.multiply), graph.nodes[product].type.dtype == group.dtype
    else { return nil }
    let isUsedElsewhere = group.members.contains { user in
      user != id && (group.operands[user] ?? []).contains(.member(product))
    }
    let factors = (group.operands[product] ?? []).compactMap { operand -> ValueID? in
      if case .member(let member) = operand, group.roles[member] == .full, graph.nodes[member].type.dtype != .bool {
        member
      } else {
        nil
      }
    }
    return factors.count == 2 && !isUsedElsewhere ? factors : nil
  }
}
