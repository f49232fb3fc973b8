/// Emits running totals with the element-wise work before and after them.
///
/// Along the last dimension the totals of a vector are made in registers and the rest of the row is carried along;
/// along any other dimension a strip of neighbouring columns is carried from row to row. Sums and products are kept in
/// double precision, as PyTorch keeps them.
struct ScanKernel {
  typealias ValueID = TensorGraph.ValueID

  let graph: TensorGraph
  let group: FusionGroup
  let schedule: Schedule
  let name: String
  let threads: Int

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
    let parameters =
      group.inputs.map { "const \(element($0))* \(input($0))" } + group.outputs.map { "\(element($0))* \(output($0))" }
    code.open("extern \"C\" void \(name)(\((parameters + ["int64_t threads"]).joined(separator: ", "))) {")
    code.line("constexpr int64_t rows = \(rows), length = \(group.dimensions[scanDimension]);")
    if !isTrailing {
      code.line("constexpr int64_t columns = \(columns), strip = \(strip), strips = \((columns + strip - 1) / strip);")
    }
    if schedule.hugePages {
      for id in group.outputs where graph.nodes[id].type.bytes >= 4 << 20 {
        expressions.need("hugePages")
        code.line("huge_pages(\(output(id)), \(CPlusPlus.integer(graph.nodes[id].type.bytes)));")
      }
    }
    let isParallel = threads > 1 && group.dimensions.reduce(1, *) >= FusionKernel.parallelElements
    if isParallel { code.directive("#pragma omp parallel num_threads(threads)") }
    code.open("{")
    if isParallel { code.directive("#pragma omp for nowait schedule(static)") }
    if isTrailing {
      code.open("for (int64_t row = 0; row < rows; ++row) {")
      trailing(outer, &expressions, &code)
    } else {
      code.open("for (int64_t task = 0; task < rows * strips; ++task) {")
      code.line("const int64_t row = task / strips, begin = task % strips * strip;")
      code.line("const int64_t count = columns - begin < strip ? columns - begin : strip;")
      leading(outer, strip: strip, &expressions, &code)
    }
    code.close()
    if expressions.pieces.contains("fence") { code.line("fence();") }
    code.close()
    if !isParallel { code.line("(void)threads;") }
    code.close()
    return KernelText(
      name: name, summary: summary, inputs: group.inputs, outputs: group.outputs, dtype: group.dtype,
      vectorBits: schedule.vectorBits, pieces: expressions.pieces.union(["sweep", "backwards"]), text: code.text)
  }

  private var summary: String {
    var seen = Set<String>()
    let calls = group.members.map { graph.nodes[$0].origin }.filter { seen.insert($0.name).inserted }
      .map { $0.target.split(separator: ".").dropFirst().first.map(String.init) ?? $0.target }
    return calls.joined(separator: ", ") + " over \(group.dimensions.map(String.init).joined(separator: " × "))"
  }

  private func element(_ id: ValueID) -> String { graph.nodes[id].type.dtype == .bool ? "uint8_t" : "real" }
  private func input(_ id: ValueID) -> String { "in\(group.inputs.firstIndex(of: id) ?? 0)" }
  private func output(_ id: ValueID) -> String { "out\(group.outputs.firstIndex(of: id) ?? 0)" }

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
      declare(access, index, offset: offset(access.strides, outer, plus: access.offset), last, &expressions, &code)
    }
    for id in group.outputs { code.line("\(element(id))* const r\(id) = \(output(id)) + row * length;") }
    for (id, scan) in scans {
      expressions.need("Running", piece(scan.kind))
      code.line("Running<\(piece(scan.kind)), \(scan.isReversed)> scan\(id);")
    }
    let sweep = isReversed ? "backwards(length, " : "sweep<\(schedule.unroll)>(length, "
    body(sweep, &expressions, &code)
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
      declare(access, index, offset: text, last, &expressions, &code)
    }
    let strides = Shape.strides(group.dimensions)
    let place = offset(strides, outer, plus: 0) + " + i * \(CPlusPlus.integer(strides[scanned])) + begin"
    for id in group.outputs { code.line("\(element(id))* const r\(id) = \(output(id))\(place);") }
    body("sweep<\(schedule.unroll)>(count, ", &expressions, &code)
    code.close()
  }

  // MARK: Common

  private func declare(
    _ access: FusionGroup.Access, _ index: Int, offset: String, _ dimension: Int, _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    if access.strides[dimension] == 0 {
      let isMask = graph.nodes[access.root].type.dtype == .bool
      let place = offset.isEmpty ? "0" : String(offset.dropFirst(3))
      code.line("const \(isMask ? "bool" : "real") a\(index) = \(input(access.root))[\(place)];")
      expressions.rowScalars[access] = "a\(index)"
    } else {
      code.line("const \(element(access.root))* const a\(index) = \(input(access.root))\(offset);")
      expressions.pointers[access] = "a\(index)"
    }
  }

  /// Where a row starts: its number taken apart into the outer dimensions.
  private func offset(_ strides: [Int], _ outer: [Int], plus constant: Int) -> String {
    var terms: [String] = []
    var below = 1
    for (position, dimension) in outer.enumerated().reversed() {
      let extent = group.dimensions[dimension]
      if strides[dimension] != 0, extent > 1 {
        var number = below == 1 ? "row" : "row / \(below)"
        if position > 0 { number += " % \(extent)" }
        if below > 1 || position > 0 { number = "(\(number))" }
        terms.append("\(number) * \(CPlusPlus.integer(strides[dimension]))")
      }
      below *= extent
    }
    if constant != 0 { terms.append(CPlusPlus.integer(constant)) }
    return terms.isEmpty ? "" : " + " + terms.reversed().joined(separator: " + ")
  }

  private func body(_ sweep: String, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    code.open("\(sweep)[&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    expressions.vectors(group.outputs, pass: 0, into: &code)
    for id in group.outputs {
      if graph.nodes[id].type.dtype == .bool {
        expressions.need("storeMask")
        code.line("store(r\(id) + j, \(expressions.name(id)), n);")
      } else {
        let streams = schedule.streams && isStreamable
        if streams { expressions.need("stream", "fence") } else { expressions.need("store") }
        code.line("\(streams ? "stream" : "store")(r\(id) + j, \(expressions.name(id)), n);")
      }
    }
    code.close("});")
  }

  /// Streaming stores need every row to start on a whole vector.
  private var isStreamable: Bool {
    let last = group.dimensions[group.dimensions.count - 1]
    return schedule.vectorBits >= 256 && last * group.dtype.size % (schedule.vectorBits / 8) == 0
  }
}
