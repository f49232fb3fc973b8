/// Emits running totals and loops with the element-wise work before and after them.
///
/// Along the last dimension the totals of a vector are made in registers and the rest of the row is carried along;
/// along any other dimension a strip of neighbouring columns is carried from row to row. Sums and products are kept in
/// double precision, as PyTorch keeps them. Loops always carry columns: where they go along the last dimension, the rows
/// are what columns are elsewhere.
struct ScanKernel {
  typealias ValueID = TensorGraph.ValueID

  let kernel: FusionKernel

  init(_ kernel: FusionKernel) {
    let hasLoops = kernel.group.members.contains { id in
      if case .recurrence = kernel.graph.nodes[id].operation { true } else { false }
    }
    var kernel = kernel
    if hasLoops, kernel.group.scanDimension == kernel.group.dimensions.count - 1 { kernel.group = kernel.group.turned }
    self.kernel = kernel
  }

  private var graph: TensorGraph { kernel.graph }
  private var group: FusionGroup { kernel.group }
  private var schedule: Schedule { kernel.schedule }

  /// Columns carried at a time: their totals stay in the first-level cache.
  private static let strip = 512
  /// The same where neighbouring columns are far from each other: then their lines do.
  private static let turnedStrip = 64

  func text() -> KernelText {
    let scanDimension = group.scanDimension ?? 0
    let isTrailing = scanDimension == group.dimensions.count - 1
    // Dimensions that are looped over in parallel; the scanned one and the one that vectors run along are not.
    let outer = group.dimensions.indices.filter {
      $0 != scanDimension && (isTrailing || $0 != group.dimensions.count - 1)
    }
    let rows = outer.map { group.dimensions[$0] }.reduce(1, *)
    let columns = isTrailing ? 1 : group.dimensions[group.dimensions.count - 1]
    let strip = min(isTurned ? Self.turnedStrip : Self.strip, columns)
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
      name: kernel.name, summary: kernel.summary, inputs: group.inputs, outputs: kernel.targets, dtype: group.dtype,
      vectorBits: schedule.vectorBits, pieces: expressions.pieces.union(["sweep"]), text: code.text,
      optional: kernel.leftOut(expressions.plan))
  }

  /// Whether a vector's elements lie apart in a result.
  private var isTurned: Bool { group.outputs.contains { place($0).strides.last != 1 } }

  /// Where a result is written: from where on, and by which strides over the domain.
  private func place(_ id: ValueID) -> (offset: Int, strides: [Int]) {
    group.placements[id].map { ($0.offset, $0.strides) } ?? (0, Shape.strides(group.dimensions))
  }

  private var scans: [(id: ValueID, scan: Scan)] {
    group.members.compactMap { id in
      if case .scan(let scan) = graph.nodes[id].operation { (id, scan) } else { nil }
    }
  }

  private var isReversed: Bool {
    group.members.lazy.compactMap { ScannedExtent(graph.nodes[$0]) }.first?.isReversed ?? false
  }

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
    for id in group.outputs {
      let place = place(id)
      code.line(
        "\(kernel.element(id))* const r\(id) = \(kernel.output(id))\(offset(place.strides, outer, plus: place.offset));"
      )
    }
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
    let loops = expressions.loops
    for (number, loop) in loops.enumerated() { begin(loop, number, outer, strip: strip, &expressions, &code) }
    // What only the first step reads is read by then.
    let read = group.members.flatMap { id in expressions.loop(id).map { Array($0.read) } ?? group.operands[id] ?? [] }
    code.open("for (int64_t step = 0; step < length; ++step) {")
    if isReversed { code.line("const int64_t i = length - 1 - step;") } else { code.line("const int64_t i = step;") }
    for (index, access) in group.accesses.enumerated() where read.contains(.memory(access)) {
      var text = offset(access.strides, outer, plus: access.offset)
      if access.strides[scanned] != 0 { text += " + i * \(CPlusPlus.integer(access.strides[scanned]))" }
      if access.strides[last] != 0 { text += " + begin * \(CPlusPlus.integer(access.strides[last]))" }
      kernel.declare(access, "a\(index)", offset: text, stride: access.strides[last], &expressions, &code)
    }
    for id in group.outputs {
      let place = place(id)
      let start =
        offset(place.strides, outer, plus: place.offset) + " + i * \(CPlusPlus.integer(place.strides[scanned]))"
      let stride = place.strides[last]
      code.line(
        "\(kernel.element(id))* const r\(id) = \(kernel.output(id))\(start) + begin\(stride == 1 ? "" : " * \(stride)");"
      )
    }
    body("count", over: [scanned], length: strip, isReversed: false, &expressions, &code)
    code.close()
  }

  /// A loop's states before its first step.
  private func begin(
    _ loop: ExpressionWriter.Loop, _ number: Int, _ outer: [Int], strip: Int, _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    let last = group.dimensions.count - 1
    for index in loop.recurrence.states.indices {
      code.line("alignas(64) real \(ExpressionWriter.state(number, index))[strip];")
    }
    for (index, operand) in loop.initial.enumerated() {
      if case .memory(let access) = operand {
        var text = offset(access.strides, outer, plus: access.offset)
        if access.strides[last] != 0 { text += " + begin * \(CPlusPlus.integer(access.strides[last]))" }
        kernel.declare(
          access, "before\(number)_\(index)", offset: text, stride: access.strides[last], &expressions, &code)
      }
    }
    expressions.need("sweep")
    code.open("sweep<1>(count, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    for (index, operand) in loop.initial.enumerated() {
      let text: String
      switch operand {
      case .memory(let access): text = expressions.direct(access)
      case .constant(let value): text = "splat(\(CPlusPlus.number(value, group.dtype)))"
      // It has one element where the loop has many steps.
      case .member: continue
      }
      code.line("store(\(ExpressionWriter.state(number, index)) + j, \(text), n);")
    }
    code.close("});")
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
    for id in group.outputs {
      let stride = place(id).strides.last ?? 1
      if stride == 1 {
        kernel.store(id, "r\(id)", isStreamed: isStreamed, &expressions, &code)
      } else {
        expressions.need("scatter", graph.nodes[id].type.dtype.piece("store", computing: group.dtype))
        code.line("scatter(r\(id) + j * \(stride), \(stride), \(expressions.name(id)), n);")
      }
    }
    code.close("});")
  }
}
