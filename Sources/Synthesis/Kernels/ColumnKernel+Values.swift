/// What belongs to a column: partial results of a sweep, and values computed between sweeps.
extension ColumnKernel {
  func reduction(_ id: ValueID) -> Reduction? { graph.nodes[id].operation.reduced?.reduction }

  func columnType(_ id: ValueID) -> String {
    switch reduction(id) {
    case .sumOfSquares?: "ColumnSquares"
    case .product?: "ColumnProduct"
    case .maximum?: "ColumnMaximum"
    case .minimum?: "ColumnMinimum"
    case .argMaximum?: "ColumnArgMaximum"
    case .argMinimum?: "ColumnArgMinimum"
    case .sum?, nil: "ColumnSum"
    }
  }

  /// Pointers to the partial results of a vector of columns.
  func columnState(_ id: ValueID) -> String {
    reduction(id)?.isIndex == true ? "c\(id) + j, i\(id) + j" : "c\(id) + j"
  }

  /// In double precision: sums and products, and what is made of sums of squares.
  private func isDouble(_ id: ValueID) -> Bool { reduction(id).map(\.isDouble) ?? plan.isWide(id) }

  /// Used for every element of a column, so that a copy in the kernel's own type pays.
  private func isUsedByRows(_ id: ValueID) -> Bool {
    group.members.contains { user in
      (group.roles[user] == .full || graph.nodes[user].operation.isReduction)
        && (group.operands[user] ?? []).contains(.member(id))
    }
  }

  private func hasCopy(_ id: ValueID) -> Bool { isDouble(id) && group.dtype == .float32 && isUsedByRows(id) }

  /// The buffers of a value of the columns: itself, its position for extrema, its copy in the kernel's own type.
  func buffers(_ id: ValueID) -> [(name: String, type: String)] {
    var list = [("c\(id)", isMask(id) ? "uint8_t" : isDouble(id) ? "double" : "real")]
    if reduction(id)?.isIndex == true { list.append(("i\(id)", "lane")) }
    if hasCopy(id) { list.append(("n\(id)", "real")) }
    return list
  }

  mutating func declareColumnValue(_ id: ValueID) {
    for (name, type) in buffers(id) { code.line("alignas(64) \(type) \(name)[block];") }
  }

  /// Partial results of no rows.
  mutating func startColumns(_ id: ValueID) {
    expressions.need(columnType(id))
    let start: String
    switch reduction(id) {
    case .maximum?, .argMaximum?: start = "-INFINITY"
    case .minimum?, .argMinimum?: start = "INFINITY"
    case .product?: start = "1"
    default: start = "0"
    }
    let isIndex = reduction(id)?.isIndex == true
    code.line("for (int64_t j = 0; j < block; ++j) c\(id)[j] = \(start)\(isIndex ? ", i\(id)[j] = 0" : "");")
  }

  /// A vector of a value of the columns.
  mutating func loadColumnValue(_ id: ValueID, isForRows: Bool) {
    if isMask(id) {
      expressions.need("loadMask")
      code.line("const mask v\(id) = load(c\(id) + j, Whole{});")
    } else if isDouble(id), group.dtype == .float32, !(isForRows && hasCopy(id)) {
      expressions.need("narrow")
      code.line("const vec v\(id) = narrow(c\(id) + j);")
    } else {
      expressions.need("load")
      code.line("const vec v\(id) = load(\(isForRows && hasCopy(id) ? "n" : "c")\(id) + j, Whole{});")
    }
  }

  /// Values of the columns that can be computed now, and results that are complete.
  mutating func stage(before pass: Int) {
    let values = plan.rowValues(before: pass)
    let done = pass > 0 ? plan.reduced(in: pass - 1).filter { group.outputs.contains($0) || hasCopy($0) } : []
    if values.isEmpty && done.isEmpty { return }
    let isScalar = (values + done).contains { plan.isWide($0) || reduction($0)?.isIndex == true }
    // Read from earlier stages and sweeps.
    var read: [ValueID] = []
    for id in values {
      for case .member(let member) in group.operands[id] ?? [] where !values.contains(member) && !read.contains(member)
      {
        read.append(member)
      }
    }
    for id in done where !read.contains(id) { read.append(id) }
    if isScalar { scalarStage(values, read, done) } else { vectorStage(values, read, done) }
  }

  /// Used by a later stage or sweep.
  private func isUsedAfter(_ id: ValueID, _ stage: [ValueID]) -> Bool {
    group.members.contains { user in
      !stage.contains(user) && (group.operands[user] ?? []).contains(.member(id))
    }
  }

  private mutating func scalarStage(_ values: [ValueID], _ read: [ValueID], _ done: [ValueID]) {
    code.open("for (int64_t j = 0; j < count; ++j) {")
    for id in read {
      if reduction(id)?.isIndex == true {
        code.line("const lane v\(id) = i\(id)[j];")
      } else if isMask(id) {
        code.line("const bool v\(id) = c\(id)[j];")
      } else {
        let type = plan.isWide(id) ? "double" : "real"
        code.line("const \(type) v\(id) = \(isDouble(id) && type == "real" ? "real(c\(id)[j])" : "c\(id)[j]");")
      }
    }
    let numbers = expressions.rowScalars
    for (index, access) in group.accesses.enumerated() where !isNumber(access) {
      let stride = access.strides.last ?? 0
      let element = "a\(index)[j\(stride == 1 ? "" : " * \(CPlusPlus.integer(stride))")]"
      // Whole numbers are widened where they are not compared.
      let dtype = graph.nodes[access.root].type.dtype
      let isStored = dtype.isFloating && dtype != group.dtype
      expressions.rowScalars[access] = isStored ? "real(\(element))" : element
    }
    for id in values {
      expressions.scalar(id, into: &code)
      if isUsedAfter(id, values) { code.line("c\(id)[j] = v\(id);") }
    }
    expressions.rowScalars = numbers
    for id in values + done {
      if hasCopy(id) { code.line("n\(id)[j] = real(v\(id));") }
      if group.outputs.contains(id) { code.line("r\(id)[j] = \(kernel.element(id))(v\(id));") }
    }
    code.close()
  }

  private mutating func vectorStage(_ values: [ValueID], _ read: [ValueID], _ done: [ValueID]) {
    code.open("sweep<1>(count, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    for id in read { loadColumnValue(id, isForRows: false) }
    expressions.held = [:]
    for (index, access) in group.accesses.enumerated() where !isNumber(access) {
      expressions.pointers[access] = "a\(index)"
    }
    expressions.vectors(values, pass: 0, into: &code)
    for id in values where isUsedAfter(id, values) {
      expressions.need(isMask(id) ? "storeMask" : "store")
      code.line("store(c\(id) + j, v\(id), Whole{});")
    }
    for id in values + done {
      if hasCopy(id) {
        expressions.need("store")
        code.line("store(n\(id) + j, v\(id), Whole{});")
      }
      if group.outputs.contains(id) {
        expressions.need(graph.nodes[id].type.dtype.piece("store", computing: group.dtype))
        code.line("store(r\(id) + j, v\(id), n);")
      }
    }
    code.close("});")
  }
}
