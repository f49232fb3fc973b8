/// Emits running totals with the element-wise work before and after them.
///
/// Along the last dimension the totals of a vector are made in registers and the rest of the row is carried along;
/// along any other dimension a strip of neighbouring columns is carried from row to row. Sums and products are kept in
/// double precision, as PyTorch keeps them.
struct ScanKernel {
  typealias ValueID = TensorGraph.ValueID

  let kernel: FusionKernel

  private var graph: TensorGraph { kernel.graph }
  private var group: FusionGroup { kernel.group }
  private var schedule: Schedule { kernel.schedule }

  /// Columns carried at a time: their totals stay in the first-level cache.
  private static let strip = 512

  func text() -> KernelText {
    let scanDimension = group.scanDimension ?? 0
    let isTrailing = scanDimension == group.dimensions.count - 1
    // Dimensions that are looped over in parallel; the scanned one and the one that vectors run along are not.
    let outer = group.dimensions.indices.filter {
      $0 != scanDimension && (isTrailing || $0 != group.dimensions.count - 1)
    }
    let rows = outer.map { group.dimensions[$0] }.reduce(1, *)
    let columns = isTrailing ? 1 : group.dimensions[group.dimensions.count - 1]
    let strip = min(Self.strip, columns)
    var expressions = ExpressionWriter(graph, group, PassPlan(group, in: graph, keepsIntermediates: false))
    expressions.scanPosition = isTrailing ? "n" : "j, n"
    var code = CodeWriter()
    code.open(kernel.signature)
    code.line("constexpr int64_t rows = \(rows), length = \(group.dimensions[scanDimension]);")
    if !isTrailing {
      code.line("constexpr int64_t columns = \(columns), strip = \(strip), strips = \((columns + strip - 1) / strip);")
    }
    kernel.hugePages(&expressions, &code)
    kernel.openParallel(&code, count: isTrailing ? "rows" : "rows * strips", variable: isTrailing ? "row" : "task")
    if isTrailing {
      trailing(outer, &expressions, &code)
    } else {
      code.line("const int64_t row = task / strips, begin = task % strips * strip;")
      code.line("const int64_t count = columns - begin < strip ? columns - begin : strip;")
      leading(outer, strip: strip, &expressions, &code)
    }
    kernel.closeParallel(&expressions, &code)
    code.close()
    return KernelText(
      name: kernel.name, summary: kernel.summary, inputs: group.inputs, outputs: group.outputs, dtype: group.dtype,
      vectorBits: schedule.vectorBits, pieces: expressions.pieces.union(["sweep"]), text: code.text,
      optional: kernel.leftOut(expressions.plan))
  }

  private var scans: [(id: ValueID, scan: Scan)] {
    group.members.compactMap { id in
      if case .scan(let scan) = graph.nodes[id].operation { (id, scan) } else { nil }
    }
  }

  private var isReversed: Bool { scans.first?.scan.isReversed ?? false }

  private func piece(_ kind: Scan.Kind) -> String {
    switch kind {
    case .sum: "RunningSum"
    case .product: "RunningProduct"
    case .maximum: "RunningMaximum"
    case .minimum: "RunningMinimum"
    }
  }

  // MARK: Along the last dimension

  private func trailing(_ outer: [Int], _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    let last = group.dimensions.count - 1
    for (index, access) in group.accesses.enumerated() {
      kernel.declare(
        access, "a\(index)", offset: offset(access.strides, outer, plus: access.offset), stride: access.strides[last],
        &expressions, &code)
    }
    for id in group.outputs { code.line("\(kernel.element(id))* const r\(id) = \(kernel.output(id)) + row * length;") }
    for (id, scan) in scans {
      expressions.need("Running", piece(scan.kind))
      code.line("Running<\(piece(scan.kind)), \(scan.isReversed)> scan\(id);")
    }
    body("length", over: outer, length: group.dimensions[last], isReversed: isReversed, &expressions, &code)
  }

  // MARK: Along any other dimension

  private func leading(
    _ outer: [Int], strip: Int, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter
  ) {
    let last = group.dimensions.count - 1
    let scanned = group.scanDimension ?? 0
    for (id, scan) in scans {
      expressions.need("Columns", piece(scan.kind))
      code.line("Columns<\(piece(scan.kind)), \(strip)> scan\(id);")
    }
    code.open("for (int64_t step = 0; step < length; ++step) {")
    if isReversed { code.line("const int64_t i = length - 1 - step;") } else { code.line("const int64_t i = step;") }
    for (index, access) in group.accesses.enumerated() {
      var text = offset(access.strides, outer, plus: access.offset)
      if access.strides[scanned] != 0 { text += " + i * \(CPlusPlus.integer(access.strides[scanned]))" }
      if access.strides[last] != 0 { text += " + begin * \(CPlusPlus.integer(access.strides[last]))" }
      kernel.declare(access, "a\(index)", offset: text, stride: access.strides[last], &expressions, &code)
    }
    let strides = Shape.strides(group.dimensions)
    let place = offset(strides, outer, plus: 0) + " + i * \(CPlusPlus.integer(strides[scanned])) + begin"
    for id in group.outputs { code.line("\(kernel.element(id))* const r\(id) = \(kernel.output(id))\(place);") }
    body("count", over: [scanned], length: strip, isReversed: false, &expressions, &code)
    code.close()
  }

  // MARK: Common

  /// Where a row starts: its number taken apart into the outer dimensions.
  private func offset(_ strides: [Int], _ outer: [Int], plus constant: Int) -> String {
    CPlusPlus.offset("row", outer.map { group.dimensions[$0] }, outer.map { strides[$0] }, plus: constant)
  }

  /// One sweep over `count` elements: a row, or a strip of one.
  ///
  /// - Parameters:
  ///   - next: the dimensions along which one sweep follows another.
  ///   - length: most elements of a sweep.
  private func body(
    _ count: String, over next: [Int], length: Int, isReversed: Bool, _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    let isStreamed = kernel.openSweep(
      writing: kernel.streamed(of: group.outputs).map { "r\($0)" }, count: count, isReversed: isReversed, &expressions,
      &code)
    for (index, access) in group.accesses.enumerated() where kernel.isAskedFor(access) {
      // From the last row of columns to the first, where these are what is reversed.
      let sign = self.isReversed && !isReversed ? -1 : 1
      kernel.askForNextRows(
        of: index, next.map { group.dimensions[$0] }, next.map { sign * access.strides[$0] }, length: length,
        &expressions,
        &code)
    }
    expressions.vectors(group.outputs, pass: 0, into: &code)
    for id in group.outputs { kernel.store(id, "r\(id)", isStreamed: isStreamed, &expressions, &code) }
    code.close("});")
  }
}
