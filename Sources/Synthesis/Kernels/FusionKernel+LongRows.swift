extension FusionKernel {
  /// Every pass is a parallel loop over blocks of a row; partial results are put together in order, so that the
  /// result doesn't depend on the number of threads.
  func blocked(_ plan: PassPlan, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    let length = inner.last ?? 1
    let isOneLine = inner.count <= 1
    // Elements, or lines along the last dimension.
    let (whole, block) = isOneLine ? (group.columns, 32768) : (group.columns / length, max(1, 32768 / length))
    code.line("constexpr int64_t block = \(block), blocks = \((whole + block - 1) / block);")
    code.open("for (int64_t row = 0; row < rows; ++row) {")
    for (index, access) in group.accesses.enumerated() {
      let isConstant = access.strides[group.rowDimensions...].allSatisfy { $0 == 0 }
      declare(
        access, "a\(index)", offset: rowOffset(access, row: "row"), stride: isConstant ? 0 : 1, &expressions, &code)
    }
    let rowPointers = expressions.pointers
    for id in group.outputs where group.roles[id] == .full {
      code.line("\(element(id))* const r\(id) = \(output(id)) + row * columns;")
    }
    for pass in 0..<plan.passes {
      for id in plan.rowValues(before: pass) { expressions.scalar(id, into: &code) }
      let reduced = plan.reduced(in: pass)
      let written = plan.written(in: pass)
      if reduced.isEmpty && written.isEmpty { continue }
      for id in reduced { code.line("static thread_local double partial\(id)[blocks];") }
      for id in reduced { code.line("double* const parts\(id) = partial\(id);  // this thread's, filled by all") }
      for id in reduced where isIndex(id) {
        code.line("static thread_local int64_t place\(id)[blocks];")
        code.line("int64_t* const places\(id) = place\(id);")
      }
      code.directive("#pragma omp parallel for num_threads(threads) schedule(static)")
      code.open("for (int64_t number = 0; number < blocks; ++number) {")
      accumulators(reduced, &expressions, &code)
      if isOneLine {
        code.line("const int64_t first_column = number * block;")
        code.line("const int64_t count = columns - first_column < block ? columns - first_column : block;")
        code.open("for (int64_t begin = 0; begin < count; begin += \(sumBlock)) {")
        code.line("const int64_t length = count - begin < \(sumBlock) ? count - begin : \(sumBlock);")
        body(pass, reduced, written, count: "length", start: "first_column + begin + ", &expressions, &code)
        for id in reduced.filter(isSum) { code.line("\(accumulator(id)).flush();") }
        code.close()
      } else {
        lines(pass, whole, rowPointers, &expressions, &code)
      }
      for id in reduced {
        code.line(
          isIndex(id)
            ? "parts\(id)[number] = \(accumulator(id)).extremum(places\(id)[number]);"
            : "parts\(id)[number] = \(accumulator(id)).value();")
      }
      code.close()
      for id in reduced {
        guard let reduction = graph.nodes[id].operation.reduced?.reduction else { continue }
        if reduction.isIndex {
          // Blocks come in order: only a better one counts.
          let symbol = reduction == .argMaximum ? ">" : "<"
          code.line("int64_t best\(id) = 0;")
          code.open("for (int64_t number = 1; number < blocks; ++number) {")
          code.line("const double a = parts\(id)[best\(id)], b = parts\(id)[number];")
          code.line("if (b \(symbol) a || (b != b && a == a)) best\(id) = number;")
          code.close()
          code.line("const int64_t \(expressions.name(id)) = places\(id)[best\(id)];")
        } else if isSum(id) {
          let type = expressions.plan.isWide(id) ? "double" : "real"
          expressions.need("Total")
          code.line("Total t\(id);")
          code.line("for (int64_t number = 0; number < blocks; ++number) t\(id).add(parts\(id)[number]);")
          code.line("const \(type) \(expressions.name(id)) = \(type)(t\(id).value());")
        } else if reduction == .product {
          code.line("double t\(id) = 1;")
          code.line("for (int64_t number = 0; number < blocks; ++number) t\(id) *= parts\(id)[number];")
          code.line("const real \(expressions.name(id)) = real(t\(id));")
        } else {
          code.line("real \(expressions.name(id)) = real(parts\(id)[0]);")
          code.line(
            "for (int64_t number = 1; number < blocks; ++number) \(expressions.name(id)) = \(reduction.rawValue)(\(expressions.name(id)), real(parts\(id)[number]));"
          )
        }
      }
    }
    finishRows(plan, &expressions, &code)
    code.close()
  }

  /// A block's lines, one after the other.
  private func lines(
    _ pass: Int, _ whole: Int, _ rowPointers: [FusionGroup.Access: String], _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    let line = "k\(inner.count - 2)"
    let position = " + \(line) * \(inner.last ?? 1)"
    code.line("const int64_t last = \(whole) - number * block < block ? \(whole) : (number + 1) * block;")
    code.open("for (int64_t \(line) = number * block; \(line) < last; ++\(line)) {")
    declareLine(rowPointers, &expressions, &code) { CPlusPlus.offset(line, Array(inner.dropLast()), $0) }
    expressions.buffers = [:]
    for id in group.outputs where group.roles[id] == .full { expressions.buffers[id] = "r\(id)\(position)" }
    let plan = expressions.plan
    sweeps(pass, plan.reduced(in: pass), plan.written(in: pass), position: position, &expressions, &code)
    code.close()
  }
}
