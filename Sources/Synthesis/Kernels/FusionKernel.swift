/// Emits the kernel of a fusion group: rows shared out to threads, one sweep over the row for each pass.
struct FusionKernel {
  typealias ValueID = TensorGraph.ValueID

  /// Stack for kept intermediate results of a row, in bytes: half of a usual first-level cache and then some; rows
  /// that need more are computed again.
  static let keptBytesLimit = 64 * 1024
  /// Vectors added to each other before partial sums are emptied into the total. Of equal terms every addition may round the
  /// same way: sixteen of them are off by half a unit in the seventh digit at most.
  static let summedVectors = 16
  /// Fewer elements than this are not worth waking threads for (about 10 µs of work).
  static let parallelElements = 16 * 1024

  /// Elements that are swept before partial sums are emptied.
  var sumBlock: Int { Self.summedVectors * schedule.unroll * schedule.vectorBits / 8 / group.dtype.size }

  let graph: TensorGraph
  var group: FusionGroup
  let schedule: Schedule
  let name: String
  let threads: Int
  /// Results that take the place of an input that nobody needs afterwards, by the input.
  var replaced: [ValueID: ValueID] = [:]
  /// Results that not every call wants.
  var optional: Set<ValueID> = []

  var rowDimensions: ArraySlice<Int> { group.dimensions[..<group.rowDimensions] }
  var inner: [Int] { Array(group.dimensions[group.rowDimensions...]) }

  /// Too few rows for all threads: rows are cut into blocks instead.
  var cutsRows: Bool {
    group.hasReductions && group.rows < 2 * threads && group.columns >= 65536
  }

  func text() -> KernelText {
    if group.reducesColumns { return ColumnKernel.text(self) }
    if group.scanDimension != nil { return ScanKernel(self).text() }
    let fits = group.columns * group.dtype.size <= Self.keptBytesLimit
    var plan = PassPlan(group, in: graph, keepsIntermediates: schedule.keepsIntermediates && fits && !cutsRows)
    let stackKept = plan.kept.subtracting(group.outputs)
    if stackKept.count * group.columns * group.dtype.size > Self.keptBytesLimit { plan.kept.subtract(stackKept) }
    var expressions = ExpressionWriter(graph, group, plan)
    var code = CodeWriter()
    code.open(signature)
    code.line("constexpr int64_t rows = \(group.rows), columns = \(group.columns);")
    hugePages(&expressions, &code)
    if !group.hasReductions {
      elementwise(&expressions, &code)
    } else if cutsRows {
      blocked(plan, &expressions, &code)
    } else {
      rowwise(plan, &expressions, &code)
    }
    code.close()
    return KernelText(
      name: name, summary: summary, inputs: group.inputs, outputs: targets, dtype: group.dtype,
      vectorBits: schedule.vectorBits, pieces: expressions.pieces.union(["sweep"]), text: code.text,
      optional: leftOut(expressions.plan))
  }

  /// The tensors that it writes to: results, and what results are parts of.
  var targets: [ValueID] {
    var seen = Set<ValueID>()
    return group.outputs.map { group.placements[$0]?.whole ?? $0 }.filter { seen.insert($0).inserted }
  }

  /// Results that may be left out: full ones that no later sweep reads back.
  func leftOut(_ plan: PassPlan) -> Set<ValueID> {
    optional.filter { group.roles[$0] == .full && !plan.kept.contains($0) }
  }

  /// Of the function: what it reads, what it writes, and on how many threads.
  var signature: String {
    let parameters =
      group.inputs.map { "const \(element($0))* \(input($0))" }
      + targets.map { "\(element($0))* \(output($0))" } + ["int64_t threads"]
    return "extern \"C\" void \(name)(\(parameters.joined(separator: ", "))) {"
  }

  func hugePages(_ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    for id in targets where schedule.usesHugePages(for: graph.nodes[id].type.bytes) {
      if replaced.values.contains(id) { continue }
      expressions.need("hugePages")
      let condition = optional.contains(id) ? "if (\(output(id))) " : ""
      code.line("\(condition)huge_pages(\(output(id)), \(CPlusPlus.integer(graph.nodes[id].type.bytes)));")
    }
  }

  var summary: String {
    var seen = Set<String>()
    let calls = group.members.map { graph.nodes[$0].origin }.filter { seen.insert($0.name).inserted }
      .map { $0.target.split(separator: ".").dropFirst().first.map(String.init) ?? $0.target }
    let shape =
      group.reducesColumns
      ? "columns of \(group.dimensions)"
      : group.hasReductions ? "\(group.rows) rows of \(group.columns)" : "\(group.rows * group.columns) elements"
    return calls.joined(separator: ", ") + " over " + shape
  }

  // MARK: Names

  func element(_ id: ValueID) -> String {
    graph.nodes[id].type.dtype.element(computing: group.dtype)
  }
  func input(_ id: ValueID) -> String { "in\(group.inputs.firstIndex(of: id) ?? 0)" }
  func output(_ id: ValueID) -> String { "out\(targets.firstIndex(of: group.placements[id]?.whole ?? id) ?? 0)" }

  /// The C++ type of a single element that was read.
  func number(_ id: ValueID) -> String {
    let dtype = graph.nodes[id].type.dtype
    return dtype == .bool ? "bool" : dtype.isInteger ? "int64_t" : "real"
  }

  /// Its structure, where an element in memory has one.
  func needType(_ id: ValueID, _ expressions: inout ExpressionWriter) {
    let dtype = graph.nodes[id].type.dtype
    if dtype.isHalf || dtype == .uint8 { expressions.need("type \(dtype.rawValue)") }
  }

  private func parallel(_ iterations: String) -> String {
    let share = schedule.rowsPerTask > 0 ? "dynamic, \(schedule.rowsPerTask)" : "static"
    return "#pragma omp \(iterations) schedule(\(share))"
  }

  var isParallel: Bool { group.rows * group.columns >= Self.parallelElements && threads > 1 }

  /// The offset of a row in an access: row numbers taken apart where the access is not simply strided.
  func rowOffset(_ access: FusionGroup.Access, row: String) -> String {
    let own = CPlusPlus.offset(
      row, Array(rowDimensions), Array(access.strides[..<group.rowDimensions]), plus: access.offset)
    guard let index = access.index else { return own }
    let place = CPlusPlus.offset(
      row, Array(rowDimensions), Array(index.strides[..<group.rowDimensions]), plus: index.offset)
    return own + fetched(index, at: input(index.root), place)
  }

  // MARK: Element-wise work

  private func elementwise(_ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    let chunk = max(schedule.block, schedule.vectorBits / 8)
    let chunks = max(1, (group.columns + chunk - 1) / chunk)
    code.line("constexpr int64_t block = \(chunk), blocks = \(chunks);  // of a row")
    openParallel(&code, count: "rows * blocks", variable: "task")
    code.line("const int64_t row = task / blocks, begin = task % blocks * block;")
    code.line("const int64_t count = columns - begin < block ? columns - begin : block;")
    for (index, access) in group.accesses.enumerated() {
      let stride = inner.isEmpty ? 0 : access.strides.last ?? 0
      let start = stride == 0 ? "" : stride == 1 ? " + begin" : " + begin * \(stride)"
      declare(access, "a\(index)", offset: rowOffset(access, row: "row") + start, stride: stride, &expressions, &code)
    }
    declareLaterParts(offset: " + begin", &code)
    for id in group.outputs {
      let row =
        group.placements[id].map { place in
          CPlusPlus.offset(
            "row", Array(rowDimensions), Array(place.strides[..<group.rowDimensions]), plus: place.offset)
        } ?? " + row * columns"
      code.line("\(element(id))* const r\(id) = \(output(id))\(row) + begin;")
    }
    let starts = streamed(of: group.outputs).map { "r\($0)" }
    let isStreamed = openSweep(writing: starts, count: "count", &expressions, &code)
    for (index, _) in laterParts { askForLaterPart(index, &expressions, &code) }
    expressions.vectors(group.outputs, pass: 0, into: &code)
    for id in group.outputs { store(id, "r\(id)", isStreamed: isStreamed, &expressions, &code) }
    code.close("});")
    closeParallel(&expressions, &code)
  }

  /// A pointer to what a row reads, or the number itself where a row reads just one.
  func declare(
    _ access: FusionGroup.Access, _ name: String, offset: String, stride: Int, _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    needType(access.root, &expressions)
    if stride == 0 {
      let address = CPlusPlus.element(input(access.root), at: offset)
      code.line("const \(number(access.root)) \(name) = \(address);")
      expressions.rowScalars[access] = name
    } else {
      code.line("const \(element(access.root))* const \(name) = \(input(access.root))\(offset);")
      expressions.pointers[access] = name
    }
  }

  func openParallel(_ code: inout CodeWriter, count: String, variable: String) {
    if isParallel {
      code.directive("#pragma omp parallel num_threads(threads)")
      code.open("{")
      code.directive(parallel("for nowait"))
    } else {
      code.open("{")
    }
    code.open("for (int64_t \(variable) = 0; \(variable) < \(count); ++\(variable)) {")
  }

  func closeParallel(_ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    code.close()
    if expressions.pieces.contains("fence") { code.line("fence();") }
    code.close()
    if !isParallel { code.line("(void)threads;") }
  }

  // MARK: Rows

  private func rowwise(_ plan: PassPlan, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    openParallel(&code, count: "rows", variable: "row")
    var stackBuffers: [ValueID] = []
    for id in plan.kept.sorted() where !group.outputs.contains(id) {
      stackBuffers.append(id)
      code.line("alignas(64) real kept\(id)[columns];")
    }
    for (index, access) in group.accesses.enumerated() {
      let isConstant = access.strides[group.rowDimensions...].allSatisfy { $0 == 0 }
      // A row that is read along an inner dimension gets its pointer there.
      declare(
        access, "a\(index)", offset: rowOffset(access, row: "row"), stride: isConstant ? 0 : 1, &expressions, &code)
    }
    if asksForLaterRows { declareLaterParts(offset: "", &code) }
    for id in group.outputs where group.roles[id] == .full {
      code.line("\(element(id))* const r\(id) = \(output(id)) + row * columns;")
    }
    let rowPointers = expressions.pointers
    for pass in 0..<plan.passes {
      for id in plan.rowValues(before: pass) { expressions.scalar(id, into: &code) }
      let reduced = plan.reduced(in: pass)
      let written = plan.written(in: pass)
      if reduced.isEmpty && written.isEmpty { continue }
      accumulators(reduced, &expressions, &code)
      // Loops over the inner dimensions but the last.
      var position = ""
      var product = group.columns
      for (index, extent) in inner.dropLast().enumerated() {
        product /= extent
        code.open("for (int64_t k\(index) = 0; k\(index) < \(extent); ++k\(index)) {")
        position += " + k\(index) * \(product)"
      }
      if inner.count > 1 {
        declareLine(rowPointers, &expressions, &code) { strides in
          strides.indices.filter { strides[$0] != 0 }.map { " + k\($0) * \(CPlusPlus.integer(strides[$0]))" }.joined()
        }
      }
      expressions.buffers = [:]
      for id in stackBuffers { expressions.buffers[id] = "kept\(id)\(position)" }
      for id in group.outputs where group.roles[id] == .full { expressions.buffers[id] = "r\(id)\(position)" }
      sweeps(pass, reduced, written, position: position, &expressions, &code)
      for _ in inner.dropLast() { code.close() }
      for id in reduced {
        let type = isIndex(id) ? "int64_t" : expressions.plan.isWide(id) ? "double" : "real"
        code.line("const \(type) \(expressions.name(id)) = \(type)(\(accumulator(id)).value());")
      }
    }
    finishRows(plan, &expressions, &code)
    closeParallel(&expressions, &code)
  }

  /// Where a line of a row along its last dimension is read, or the number itself where it reads just one.
  ///
  /// - Parameter offset: where the line begins, by strides of the inner dimensions but the last.
  func declareLine(
    _ rowPointers: [FusionGroup.Access: String], _ expressions: inout ExpressionWriter, _ code: inout CodeWriter,
    offset: ([Int]) -> String
  ) {
    for (index, access) in group.accesses.enumerated() {
      guard let pointer = rowPointers[access] else { continue }
      let start = offset(Array(access.strides[group.rowDimensions...].dropLast()))
      if access.strides.last == 0 {
        expressions.pointers[access] = nil
        expressions.rowScalars[access] = "b\(index)"
        code.line("const \(number(access.root)) b\(index) = \(CPlusPlus.element(pointer, at: start));")
      } else {
        expressions.pointers[access] = "b\(index)"
        code.line("const \(element(access.root))* const b\(index) = \(pointer)\(start);")
      }
    }
  }

  /// Row values after the last sweep, and the row's own results.
  func finishRows(_ plan: PassPlan, _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    for id in plan.rowValues(before: plan.passes) { expressions.scalar(id, into: &code) }
    for id in group.outputs where group.roles[id] == .row {
      needType(id, &expressions)
      code.line("\(output(id))[row] = \(element(id))(\(expressions.name(id)));")
    }
  }

  func isSum(_ id: ValueID) -> Bool {
    graph.nodes[id].operation.reduced?.reduction.isSum ?? false
  }

  func isIndex(_ id: ValueID) -> Bool { graph.nodes[id].operation.reduced?.reduction.isIndex ?? false }

  func accumulator(_ id: ValueID) -> String { "s\(id)" }

  func accumulators(_ reduced: [ValueID], _ expressions: inout ExpressionWriter, _ code: inout CodeWriter) {
    for id in reduced {
      guard let reduction = graph.nodes[id].operation.reduced?.reduction else { continue }
      let type: String
      switch reduction {
      case .sum: type = "Sum"
      case .product: type = "Product"
      case .sumOfSquares: type = "SumOfSquares"
      case .maximum: type = "Maximum"
      case .minimum: type = "Minimum"
      case .argMaximum: type = "ArgMaximum"
      case .argMinimum: type = "ArgMinimum"
      }
      expressions.need(type)
      code.line("\(type) \(accumulator(id));")
    }
  }

  /// One sweep along the last dimension, in blocks where sums would otherwise grow long.
  func sweeps(
    _ pass: Int, _ reduced: [ValueID], _ written: [ValueID], position: String, _ expressions: inout ExpressionWriter,
    _ code: inout CodeWriter
  ) {
    let length = inner.last ?? 1
    let sums = reduced.filter(isSum)
    let isCut = !sums.isEmpty && length > 2 * sumBlock
    if isCut {
      code.open("for (int64_t block = 0; block < \(length); block += \(sumBlock)) {")
      code.line("const int64_t end = block + \(sumBlock) < \(length) ? block + \(sumBlock) : \(length);")
      body(
        pass, reduced, written, count: "end - block", start: "block + ", position: position, &expressions, &code)
      for id in sums { code.line("\(accumulator(id)).flush();") }
      code.close()
    } else {
      body(pass, reduced, written, count: "\(length)", start: "", position: position, &expressions, &code)
      if !sums.isEmpty, group.columns > 2 * sumBlock {
        // Short inner rows of a long whole: empty the sums now and then.
        let every = max(1, sumBlock / max(length, 1))
        let last = "k\(inner.count - 2)"
        let condition = every > 1 ? "if (\(last) % \(every) == \(every - 1)) " : ""
        code.open("\(condition){")
        for id in sums { code.line("\(accumulator(id)).flush();") }
        code.close()
      }
    }
  }

  func body(
    _ pass: Int, _ reduced: [ValueID], _ written: [ValueID], count: String, start: String,
    position: String = "", _ expressions: inout ExpressionWriter, _ code: inout CodeWriter
  ) {
    let results = written.filter { !expressions.plan.kept.contains($0) }
    let starts = reduced.isEmpty ? streamed(of: results).map { expressions.buffers[$0] ?? "r\($0)" } : nil
    let isStreamed = openSweep(
      writing: starts, count: count, variable: start.isEmpty ? "j" : "i", slot: reduced.isEmpty ? "auto" : "auto slot",
      &expressions, &code)
    if !start.isEmpty { code.line("const int64_t j = \(start)i;") }
    askForNextRows(pass, &expressions, &code)
    expressions.vectors(operands(reduced) + written, pass: pass, into: &code)
    for id in reduced {
      guard let operand = group.operands[id]?.first else { continue }
      let value: String
      switch operand {
      case .member(let member): value = expressions.name(member)
      case .memory(let access): value = expressions.direct(access)
      case .constant(let number): value = "splat(\(CPlusPlus.number(number, group.dtype)))"
      }
      code.line("\(accumulator(id)).add(\(value), \(isIndex(id) ? "j\(position), " : "")n, slot);")
    }
    for id in written {
      let isOutput = group.outputs.contains(id)
      if isOutput && !expressions.plan.kept.contains(id) {
        store(id, expressions.buffers[id] ?? "r\(id)", isStreamed: isStreamed, &expressions, &code)
      } else {
        expressions.need(isOutput ? graph.nodes[id].type.dtype.piece("store", computing: group.dtype) : "store")
        code.line("store(\(expressions.buffers[id] ?? "r\(id)") + j, \(expressions.name(id)), n);")
      }
    }
    code.close("});")
  }
}
