/// Few columns and many rows: the rows are cut into segments, whose partial results are put together in order, so that
/// the result doesn't depend on the number of threads.
extension ColumnKernel {
  mutating func segmented() {
    code.line("constexpr int64_t segments = \(segments), segment = (rows + segments - 1) / segments;")
    let values = group.members.filter { group.roles[$0] == .row }
    let sums = values.filter { reduction($0) != nil }
    // Of every column, and of every column in every segment.
    for id in values {
      for (name, type) in buffers(id) { code.line("\(type)* const all_\(name) = new \(type)[tasks * block];") }
    }
    for id in sums {
      for (name, type) in buffers(id) where name.first != "n" {
        code.line("\(type)* const part_\(name) = new \(type)[segments * tasks * block];")
      }
    }
    for pass in 0...plan.passes {
      let reduced = pass > 0 ? plan.reduced(in: pass - 1) : []
      if !reduced.isEmpty || !plan.rowValues(before: pass).isEmpty { between(pass, reduced, values) }
      if pass < plan.passes { part(pass, values) }
    }
    for id in values { for (name, _) in buffers(id) { code.line("delete[] all_\(name);") } }
    for id in sums { for (name, _) in buffers(id) where name.first != "n" { code.line("delete[] part_\(name);") } }
  }

  /// One sweep, each segment by itself.
  private mutating func part(_ pass: Int, _ values: [ValueID]) {
    let reduced = plan.reduced(in: pass)
    if reduced.isEmpty && plan.written(in: pass).isEmpty { return }
    code.directive("#pragma omp parallel for num_threads(threads) schedule(static)")
    code.open("for (int64_t number = 0; number < segments * tasks; ++number) {")
    code.line("const int64_t task = number % tasks, from = number / tasks * segment;")
    code.line("const int64_t to = rows - from < segment ? rows : from + segment;")
    let used = computed(in: pass)
    declareTask(kernel.accesses(of: used + reduced).map(\.access))
    let read = Set(
      used.flatMap { group.operands[$0] ?? [] }.compactMap { operand -> ValueID? in
        if case .member(let member) = operand, group.roles[member] == .row { member } else { nil }
      })
    for id in values where read.contains(id) {
      for (name, type) in buffers(id) { code.line("const \(type)* const \(name) = all_\(name) + task * block;") }
    }
    for id in reduced {
      for (name, type) in buffers(id) where name.first != "n" {
        code.line("\(type)* const \(name) = part_\(name) + number * block;")
      }
    }
    sweep(pass)
    if expressions.pieces.contains("fence") { code.line("fence();") }
    code.close()
  }

  /// Partial results put together, and the values made of them.
  private mutating func between(_ pass: Int, _ reduced: [ValueID], _ values: [ValueID]) {
    code.open("for (int64_t task = 0; task < tasks; ++task) {")
    declareTask(kernel.accesses(of: plan.rowValues(before: pass)).map(\.access))
    for id in values {
      for (name, type) in buffers(id) { code.line("\(type)* const \(name) = all_\(name) + task * block;") }
    }
    for id in reduced {
      startColumns(id)
      code.open("for (int64_t number = task; number < segments * tasks; number += tasks) {")
      code.open("for (int64_t j = 0; j < count; ++j) {")
      let (all, part) = ("c\(id)[j]", "part_c\(id)[number * block + j]")
      switch reduction(id) {
      case .maximum?: code.line("\(all) = maximum(\(all), \(part));")
      case .minimum?: code.line("\(all) = minimum(\(all), \(part));")
      case .argMaximum?, .argMinimum?:
        // Segments come in order: only a better one counts.
        let symbol = reduction(id) == .argMaximum ? ">" : "<"
        code.line("const real v = \(part);")
        code.line(
          "if (v \(symbol) \(all) || (v != v && \(all) == \(all))) \(all) = v, i\(id)[j] = part_i\(id)[number * block + j];"
        )
      case .product?: code.line("\(all) *= \(part);")
      default: code.line("\(all) += \(part);")
      }
      code.close()
      code.close()
    }
    stage(before: pass)
    code.close()
  }
}
