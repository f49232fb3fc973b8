/// Emits the kernel of a fusion group that reduces columns: dimensions that others follow in memory.
///
/// A task is a block of neighbouring columns, wide enough for long reads and narrow enough for everything that it goes
/// over several times to stay in the second-level cache. Each sweep goes down the rows, a few at a time, with vectors
/// across the columns; what belongs to a column (partial results, then the values made of them) lies in buffers of the
/// block's width in the first-level cache.
struct ColumnKernel {
  typealias ValueID = TensorGraph.ValueID

  /// Bytes that a block may go over in several sweeps: half of a usual second-level cache.
  static let tileBytes = 384 * 1024
  /// Stack for kept intermediate results of a block, in bytes.
  static let keptBytesLimit = 384 * 1024
  /// Rows added up in registers before the partial results are put back: as many streams as a prefetcher follows.
  static let rowsAtOnce = 8
  /// Bytes of later rows that are asked for ahead, or as many rows as are added up at once.
  static let aheadBytes = 8192
  /// Rows from which it pays to cut them where columns are few.
  static let segmentedRows = 1024
  /// Widest block in bytes: a page's worth of every row.
  static let widestBlock = 4096

  let kernel: FusionKernel
  let plan: PassPlan
  var expressions: ExpressionWriter
  var code = CodeWriter()

  var graph: TensorGraph { kernel.graph }
  var group: FusionGroup { kernel.group }

  private var reducedFirst: Int { group.rowDimensions }
  private var innerFirst: Int { group.dimensions.count - group.innerDimensions }
  /// Extents of the dimensions before the reduced ones, of the reduced ones, and of those after them but the last.
  var outer: [Int] { Array(group.dimensions[..<reducedFirst]) }
  var reduced: [Int] { Array(group.dimensions[reducedFirst..<innerFirst]) }
  var lead: [Int] { Array(group.dimensions[innerFirst...].dropLast()) }
  var columns: Int { group.dimensions.last ?? 1 }
  var rows: Int { reduced.reduce(1, *) }
  /// Elements from one row to the next in a row-major result.
  var distance: Int { lead.reduce(columns, *) }
  let block: Int
  /// Parts that the rows are cut into where there are too few columns for all threads; 1 where there are enough.
  let segments: Int

  init(_ kernel: FusionKernel) {
    self.kernel = kernel
    let group = kernel.group
    let element = group.dtype.size
    let lanes = kernel.schedule.vectorBits / 8 / element
    let columns = group.dimensions.last ?? 1
    let rows = group.columns / group.dimensions.suffix(group.innerDimensions).reduce(1, *)
    var plan = PassPlan(group, in: kernel.graph, keepsIntermediates: kernel.schedule.keepsIntermediates)
    // The narrowest block still reads whole cache lines in a row.
    let narrowest = max(lanes, 256 / element)
    let streams = max(1, group.accesses.count)
    var width = Self.widestBlock / element
    if plan.passes > 1 { width = min(width, Self.tileBytes / (rows * element * streams)) }
    // Enough tasks for all threads.
    let others = group.rows * group.dimensions.suffix(group.innerDimensions).dropLast().reduce(1, *)
    let wanted = (4 * kernel.threads + others - 1) / others
    let tasks = others * ((columns * element + Self.widestBlock - 1) / Self.widestBlock)
    if tasks < 2 * kernel.threads, kernel.isParallel, rows >= Self.segmentedRows {
      width = Self.widestBlock / element
      segments = max(2, min(64, rows * min(columns, width) / FusionKernel.parallelElements))
      plan = PassPlan(group, in: kernel.graph, keepsIntermediates: false)
    } else {
      width = min(width, (columns + wanted - 1) / wanted)
      segments = 1
    }
    width = (max(width, narrowest) + lanes - 1) / lanes * lanes
    // Blocks of one width, as far as that goes.
    let blocks = (columns + width - 1) / width
    width = ((columns + blocks - 1) / blocks + lanes - 1) / lanes * lanes
    block = width
    let stackKept = plan.kept.subtracting(group.outputs)
    if stackKept.count * rows * width * element > Self.keptBytesLimit { plan.kept.subtract(stackKept) }
    self.plan = plan
    expressions = ExpressionWriter(kernel.graph, group, plan)
    expressions.rowValuesAreVectors = true
  }

  static func text(_ kernel: FusionKernel) -> KernelText {
    var writer = ColumnKernel(kernel)
    return writer.text()
  }

  private mutating func text() -> KernelText {
    code.open(kernel.signature)
    code.line("constexpr int64_t rows = \(rows), columns = \(columns), block = \(block);")
    kernel.hugePages(&expressions, &code)
    let tasks = group.rows * lead.reduce(1, *)
    code.line("constexpr int64_t blocks = \((columns + block - 1) / block), tasks = \(tasks) * blocks;")
    if segments > 1 {
      segmented()
    } else {
      kernel.openParallel(&code, count: "tasks", variable: "task")
      declareTask(group.accesses)
      for id in plan.kept.sorted() where !group.outputs.contains(id) {
        code.line("alignas(64) real kept\(id)[rows * block];")
      }
      for id in group.members where group.roles[id] == .row { declareColumnValue(id) }
      for pass in 0...plan.passes {
        stage(before: pass)
        if pass < plan.passes { if isPaired(pass) { pairedSweep(pass) } else { sweep(pass) } }
      }
      kernel.closeParallel(&expressions, &code)
    }
    code.close()
    return KernelText(
      name: kernel.name, summary: kernel.summary, inputs: group.inputs, outputs: group.outputs, dtype: group.dtype,
      vectorBits: kernel.schedule.vectorBits, pieces: expressions.pieces.union(["sweep"]), text: code.text,
      optional: kernel.leftOut(expressions.plan))
  }

  // MARK: Where things are

  func rowStrides(_ access: FusionGroup.Access) -> [Int] { Array(access.strides[reducedFirst..<innerFirst]) }
  func rowOffset(_ access: FusionGroup.Access, row: String = "row") -> String {
    let own = CPlusPlus.offset(row, reduced, rowStrides(access))
    guard isFetchedByRow(access), let index = access.index else { return own }
    let number = group.accesses.firstIndex(of: access) ?? 0
    return own
      + kernel.fetched(
        index, at: "places\(number)", CPlusPlus.offset(row, reduced, Array(index.strides[reducedFirst..<innerFirst])))
  }
  /// Every row is fetched by a number of its own.
  func isFetchedByRow(_ access: FusionGroup.Access) -> Bool {
    access.index?.strides[reducedFirst..<innerFirst].contains { $0 != 0 } ?? false
  }
  /// The same for all rows.
  func isHeld(_ access: FusionGroup.Access) -> Bool { rowOffset(access).isEmpty }
  /// The same for all columns of a block.
  func isNumber(_ access: FusionGroup.Access) -> Bool { access.strides.last == 0 || columns == 1 }
  func isMask(_ id: ValueID) -> Bool { graph.nodes[id].type.dtype == .bool }

  /// Where a task's block begins in memory, for what is read there.
  mutating func declareTask(_ accesses: [FusionGroup.Access]) {
    code.line("const int64_t begin = task % blocks * block;")
    code.line("const int64_t count = columns - begin < block ? columns - begin : block;")
    let leads = lead.reduce(1, *)
    if leads > 1 { code.line("const int64_t lead = task / blocks % \(leads);") }
    if group.rows > 1 { code.line("const int64_t slab = task / \(leads > 1 ? "(blocks * \(leads))" : "blocks");") }
    for (index, access) in group.accesses.enumerated() where accesses.contains(access) {
      kernel.needType(access.root, &expressions)
      var start = CPlusPlus.offset(
        "slab", outer, Array(access.strides[..<reducedFirst]), plus: access.offset)
      start += CPlusPlus.offset("lead", lead, Array(access.strides[innerFirst...].dropLast()))
      if !isNumber(access) {
        let stride = access.strides.last ?? 0
        start += stride == 1 ? " + begin" : " + begin * \(CPlusPlus.integer(stride))"
      }
      if let numbers = access.index {
        let place =
          CPlusPlus.offset("slab", outer, Array(numbers.strides[..<reducedFirst]), plus: numbers.offset)
          + CPlusPlus.offset("lead", lead, Array(numbers.strides[innerFirst...].dropLast()))
        if isFetchedByRow(access) {
          code.line("const int64_t* const places\(index) = \(kernel.input(numbers.root))\(place);")
        } else {
          start += kernel.fetched(numbers, at: kernel.input(numbers.root), place)
        }
      }
      if isHeld(access), isNumber(access) {
        let element = CPlusPlus.element(kernel.input(access.root), at: start)
        code.line("const \(kernel.number(access.root)) a\(index) = \(element);")
        expressions.rowScalars[access] = "a\(index)"
      } else {
        code.line("const \(kernel.element(access.root))* const a\(index) = \(kernel.input(access.root))\(start);")
      }
    }
    let start = (leads > 1 ? " + lead * columns" : "") + " + begin"
    for id in group.outputs {
      kernel.needType(id, &expressions)
      let span = group.roles[id] == .full ? rows * distance : distance
      let slab = group.rows > 1 ? " + slab * \(CPlusPlus.integer(span))" : ""
      code.line("\(kernel.element(id))* const r\(id) = \(kernel.output(id))\(slab)\(start);")
    }
  }

  // MARK: Sweeps over rows

  private func operand(_ id: ValueID) -> FusionGroup.Operand? { group.operands[id]?.first }

  /// What a sweep computes for every element.
  func computed(in pass: Int) -> [ValueID] { kernel.computed(in: pass, plan) }

  mutating func sweep(_ pass: Int) {
    let reduced = plan.reduced(in: pass)
    let written = plan.written(in: pass)
    if reduced.isEmpty && written.isEmpty { return }
    let used = computed(in: pass)
    let (from, to) = segments > 1 ? ("from", "to") : ("0", "rows")
    for id in reduced { startColumns(id) }
    let isStreamed: Bool
    if reduced.isEmpty {
      code.open("for (int64_t row = \(from); row < \(to); ++row) {")
      rowNumbers(used)
      let start = kernel.streamed(of: written).map { "r\($0) + row * \(CPlusPlus.integer(distance))" }
      isStreamed = kernel.openSweep(writing: start, count: "count", &expressions, &code)
      held(used, reduced)
    } else {
      let isCut = rows > Self.rowsAtOnce || segments > 1
      if isCut {
        code.open("for (int64_t first = \(from); first < \(to); first += \(Self.rowsAtOnce)) {")
        code.line("const int64_t last = \(to) - first < \(Self.rowsAtOnce) ? \(to) : first + \(Self.rowsAtOnce);")
      }
      isStreamed = kernel.openSweep(writing: nil, count: "count", &expressions, &code)
      held(used, reduced)
      for id in reduced { code.line("\(columnType(id)) s\(id)(\(columnState(id)));") }
      code.open(
        isCut
          ? "for (int64_t row = first; row < last; ++row) {" : "for (int64_t row = 0; row < rows; ++row) {")
      rowNumbers(used, reduced)
    }
    // In the row: loads, expressions, stores, sums.
    for (index, access) in group.accesses.enumerated() where !isNumber(access) {
      expressions.pointers[access] = "a\(index)\(rowOffset(access))"
    }
    askForNextRows(pass)
    expressions.buffers = [:]
    for id in plan.kept where !group.outputs.contains(id) { expressions.buffers[id] = "kept\(id) + row * block" }
    for id in group.outputs where group.roles[id] == .full {
      expressions.buffers[id] = "r\(id) + row * \(CPlusPlus.integer(distance))"
    }
    expressions.vectors(kernel.operands(reduced) + written, pass: pass, into: &code)
    for id in reduced { code.line("s\(id).add(\(value(of: id)), row);") }
    for id in written {
      kernel.store(id, expressions.buffers[id] ?? "r\(id)", isStreamed: isStreamed, &expressions, &code)
    }
    if reduced.isEmpty {
      code.close("});")
      code.close()
    } else {
      code.close()
      for id in reduced { code.line("s\(id).save(\(columnState(id)));") }
      code.close("});")
      if rows > Self.rowsAtOnce || segments > 1 { code.close() }
    }
    expressions.held = [:]
  }

  mutating func value(of id: ValueID) -> String {
    switch operand(id) {
    case .member(let member)?: expressions.name(member)
    case .memory(let access)?: expressions.direct(access)
    case .constant(let number)?: "splat(\(CPlusPlus.number(number, group.dtype)))"
    case nil: "vec{}"
    }
  }

  /// Asks for later rows in the first sweep that reads them; the others find the block in the cache.
  private mutating func askForNextRows(_ pass: Int) {
    let earlier = Set((0..<pass).flatMap { kernel.reads(in: $0, plan) }.map(\.index))
    for (index, access) in kernel.reads(in: pass, plan)
    where !earlier.contains(index) && isFetchedByRow(access) && !isNumber(access) && rows > Self.rowsAtOnce {
      expressions.need("prefetch")
      let later = "(row + \(Self.rowsAtOnce) < rows ? row + \(Self.rowsAtOnce) : row)"
      code.line("prefetch(a\(index)\(rowOffset(access, row: later)) + j);")
    }
    for (index, access) in kernel.reads(in: pass, plan) where !earlier.contains(index) && kernel.isAskedFor(access) {
      let size = graph.nodes[access.root].type.dtype.size
      let ahead = max(Self.rowsAtOnce, (Self.aheadBytes - 1) / (block * size) + 1)
      guard let step = Shape.commonStride(reduced, rowStrides(access)), step != 0,
        // What follows the last row is read next where tasks follow each other in memory.
        rows >= 4 * ahead || block >= columns && step == columns && lead.isEmpty
      else { continue }
      expressions.need("prefetch")
      code.line("prefetch(a\(index) + (row + \(ahead)) * \(CPlusPlus.integer(step)) + j);")
    }
  }

  /// Numbers of a row that all columns share.
  mutating func rowNumbers(_ used: [ValueID], _ reduced: [ValueID] = []) {
    for (index, access) in kernel.accesses(of: used + reduced) where isNumber(access) && !isHeld(access) {
      let element = CPlusPlus.element("a\(index)", at: rowOffset(access))
      code.line("const \(kernel.number(access.root)) b\(index) = \(element);")
      expressions.rowScalars[access] = "b\(index)"
    }
  }

  /// Vectors that all rows share: values of columns, and what is read without a stride down the rows.
  private mutating func held(_ used: [ValueID], _ reduced: [ValueID]) {
    for (index, access) in kernel.accesses(of: used + reduced) where isHeld(access) && !isNumber(access) {
      expressions.pointers[access] = "a\(index)"
      let load = expressions.direct(access)
      code.line("const \(isMask(access.root) ? "mask" : "vec") h\(index) = \(load);")
      expressions.held[access] = "h\(index)"
    }
    var seen = Set<ValueID>()
    for id in used {
      for case .member(let member) in group.operands[id] ?? []
      where group.roles[member] == .row && seen.insert(member).inserted {
        loadColumnValue(member, isForRows: true)
      }
    }
  }
}
