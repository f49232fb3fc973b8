/// Emits sliding means along the last dimension.
///
/// Windows are never updated by subtraction: an Inf, a NaN or one large value touches only the windows that hold it,
/// and rounding errors don't travel along the row. Either every window's taps are added as a tree in registers, or
/// sums of 2, 4, 8, … neighbours are doubled in a block that stays in the first-level cache.
struct SlidingKernel {
  let graph: TensorGraph
  let node: TensorGraph.ValueID
  let input: TensorGraph.ValueID
  let window: SlidingWindow
  let schedule: Schedule
  let name: String
  let threads: Int

  /// Outputs of a block when doubling: with its partial sums it fits the first-level cache.
  private static let block = 2048

  private var dtype: ElementType { graph.nodes[node].type.dtype }
  /// What is computed in, and the C++ name of an element in memory.
  private var real: ElementType { dtype.arithmetic ?? .float32 }
  private var element: String { dtype.element(computing: real) }

  func text() -> KernelText {
    let type = graph.nodes[node].type
    let length = graph.nodes[graph.nodes[node].operands[0]].type.shape.last ?? 1
    let outputs = type.shape.last ?? 1
    let rows = type.count / max(outputs, 1)
    // Windows that lie inside the row as a whole.
    let whole = (0..<outputs).filter {
      let start = $0 * window.stride - window.padding
      return start >= 0 && start + window.size <= length
    }
    let first = whole.first ?? outputs
    let last = whole.last.map { $0 + 1 } ?? outputs
    var pieces: Set<String> = ["load", "store", "sweep"]
    pieces.formUnion(["load", "store"].map { dtype.piece($0, computing: real) })
    var code = CodeWriter()
    code.open("extern \"C\" void \(name)(const \(element)* in0, \(element)* out0, int64_t threads) {")
    code.line("constexpr int64_t rows = \(rows), length = \(length), outputs = \(outputs);")
    code.line("constexpr int64_t first = \(first), last = \(last);  // windows from first to last lie inside the row")
    if schedule.usesHugePages(for: type.bytes) {
      pieces.insert("hugePages")
      code.line("huge_pages(out0, \(CPlusPlus.integer(type.bytes)));")
    }
    let isParallel = type.count >= FusionKernel.parallelElements && threads > 1
    if isParallel { code.directive("#pragma omp parallel num_threads(threads)") }
    code.open("{")
    if isParallel {
      code.directive(
        "#pragma omp for nowait schedule(\(schedule.rowsPerTask > 0 ? "dynamic, \(schedule.rowsPerTask)" : "static"))")
    }
    code.open("for (int64_t row = 0; row < rows; ++row) {")
    code.line("const \(element)* const x = in0 + row * length;")
    code.line("\(element)* const y = out0 + row * outputs;")
    edges(&code, length: length)
    if first < last {
      interior(&code, &pieces, isAligned: outputs * real.size % (schedule.vectorBits / 8) == 0 && first == 0)
    }
    code.close()
    if pieces.contains("fence") { code.line("fence();") }
    code.close()
    if !isParallel { code.line("(void)threads;") }
    code.close()
    return KernelText(
      name: name, summary: "means over sliding windows of \(window.size), \(rows) rows of \(length)", inputs: [input],
      outputs: [node], dtype: real, vectorBits: schedule.vectorBits, pieces: pieces, text: code.text)
  }

  /// Windows that reach over an end of the row, one by one.
  private func edges(_ code: inout CodeWriter, length: Int) {
    code.open("for (int64_t o = 0; o < outputs; ++o) {")
    code.line("if (o == first && last > first) o = last;  // those inside are done together below")
    code.line("if (o >= outputs) break;")
    code.line("const int64_t start = o * \(window.stride) - \(window.padding);")
    code.line(
      "const int64_t end = start + \(window.size) < length + \(window.padding) ? start + \(window.size) : length + \(window.padding);"
    )
    code.line("const int64_t low = start < 0 ? 0 : start, high = end < length ? end : length;")
    code.line("double sum = 0;")
    code.line("for (int64_t i = low; i < high; ++i) sum += x[i];")
    code.line("y[o] = \(element)(sum / double(\(window.countsPadding ? "end - start" : "high - low")));")
    code.close()
  }

  private func interior(_ code: inout CodeWriter, _ pieces: inout Set<String>, isAligned: Bool) {
    let base = window.padding == 0 ? "x" : "x - \(window.padding)"
    code.line("const \(element)* const taps = \(base);  // of window o at o * \(window.stride)")
    if window.stride != 1 {
      code.directive("#pragma omp simd")
      code.open("for (int64_t o = first; o < last; ++o) {")
      code.line("const \(element)* const t = taps + o * \(window.stride);")
      let taps = (0..<window.size).map { dtype == real ? "t[\($0)]" : "real(t[\($0)])" }
      let value = mean(tree(taps))
      code.line("y[o] = \(dtype == real ? value : "\(element)(\(value))");")
      code.close()
      return
    }
    if schedule.slidingByDoubling {
      doubling(&code)
      return
    }
    let streams = schedule.streams && isAligned
    if streams { pieces.formUnion([dtype.piece("stream", computing: real), "fence"]) }
    code.open("sweep<\(schedule.unroll)>(last - first, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    code.line("const \(element)* const t = taps + first + j;")
    let sum = tree((0..<window.size).map { $0 == 0 ? "load(t, n)" : "load(t + \($0), n)" })
    code.line("\(streams ? "stream" : "store")(y + first + j, \(mean(sum)), n);")
    code.close("});")
  }

  /// Sums of 2ᵏ neighbours, doubled in place, put together by the binary digits of the window's size.
  private func doubling(_ code: inout CodeWriter) {
    let size = window.size
    code.open("for (int64_t begin = first; begin < last; begin += \(Self.block)) {")
    code.line("const int64_t count = last - begin < \(Self.block) ? last - begin : \(Self.block);")
    code.line("alignas(64) real part[\(Self.block + size)];  // sums of \"width\" neighbours")
    let isPower = size & (size - 1) == 0
    if !isPower { code.line("alignas(64) real sum[\(Self.block)];") }
    var width = 1
    var offset = 0
    var isFirst = true
    var held = "taps + begin"
    func at(_ pointer: String, _ distance: Int) -> String {
      distance == 0 ? "\(pointer) + j" : "\(pointer) + j + \(distance)"
    }
    while true {
      if size & width != 0 && !isPower {
        let isLast = width * 2 > size
        let value = isFirst ? "load(\(at(held, offset)), n)" : "load(sum + j, n) + load(\(at(held, offset)), n)"
        let target = isLast ? "y + begin + j, \(mean("(\(value))"))" : "sum + j, \(value)"
        code.line(
          "sweep<1>(count, [&](int64_t j, auto n, auto) __attribute__((always_inline)) { store(\(target), n); });")
        isFirst = false
        offset += width
        if isLast { break }
      }
      if isPower && width * 2 == size {
        let value = "(load(\(at(held, 0)), n) + load(\(at(held, width)), n))"
        code.line(
          "sweep<1>(count, [&](int64_t j, auto n, auto) __attribute__((always_inline)) { store(y + begin + j, \(mean(value)), n); });"
        )
        break
      }
      let needed = size - width * 2
      code.line(
        "sweep<1>(count + \(needed), [&](int64_t j, auto n, auto) __attribute__((always_inline)) { store(part + j, load(\(at(held, 0)), n) + load(\(at(held, width)), n), n); });  // \(width * 2)"
      )
      held = "part"
      width *= 2
    }
    code.close()
  }

  /// Pairwise, so that the error grows with the logarithm of the window.
  private func tree(_ terms: [String]) -> String {
    if terms.count == 1 { return terms[0] }
    let middle = (terms.count + 1) / 2
    return "(\(tree(Array(terms[..<middle]))) + \(tree(Array(terms[middle...]))))"
  }

  /// Dividing by a power of two is exact as a product.
  private func mean(_ sum: String) -> String {
    let size = window.size
    if size == 1 { return sum }
    return size & (size - 1) == 0 ? "\(sum) * real(\(1 / Double(size)))" : "\(sum) / real(\(size))"
  }
}
