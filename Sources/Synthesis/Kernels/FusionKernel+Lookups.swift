/// Parts of tensors that are fetched by number: where they are, and asking for those of later rows.
extension FusionKernel {
  /// What an index adds to an offset: the number at `place` from `pointer` on, in steps.
  func fetched(_ index: FusionGroup.Index, at pointer: String, _ place: String) -> String {
    " + \(CPlusPlus.element(pointer, at: place))" + (index.step == 1 ? "" : " * \(CPlusPlus.integer(index.step))")
  }

  /// What lies somewhere else for every row, where no prefetcher finds it.
  var laterParts: [(index: Int, access: FusionGroup.Access)] {
    group.accesses.enumerated().filter { _, access in
      access.strides.last == 1 && access.index?.strides[..<group.rowDimensions].contains { $0 != 0 } ?? false
    }.map { ($0.offset, $0.element) }
  }

  /// Pointers to what a later row fetches, as far ahead as memory takes to answer.
  func declareLaterParts(offset: String, _ code: inout CodeWriter) {
    let parts = laterParts
    guard let first = parts.first else { return }
    let ahead = (Self.aheadBytes - 1) / (group.columns * graph.nodes[first.access.root].type.dtype.size) + 1
    code.line("const int64_t later = row + \(ahead) < rows ? row + \(ahead) : row;")
    for (index, access) in parts {
      code.line(
        "const \(element(access.root))* const l\(index) = \(input(access.root))\(rowOffset(access, row: "later"))\(offset);"
      )
    }
  }

  func askForLaterPart(_ index: Int, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    expressions.need("prefetch")
    code.line("prefetch(l\(index) + j);")
  }

  /// The last sweep that reads it and writes nothing: memory has time then.
  func sweepThatAsks(for access: FusionGroup.Access, _ plan: PassPlan) -> Int? {
    let reading = (0..<plan.passes).filter { pass in reads(in: pass, plan).contains { $0.access == access } }
    return reading.last { plan.written(in: $0).isEmpty } ?? reading.last
  }
}
