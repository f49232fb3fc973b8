/// Emits maxima and means over windows along one to three trailing dimensions.
///
/// Windows are taken apart: the rows that a row of windows sees are put together first, in vectors along the row, into
/// a line in the first-level cache; windows along the line come next. Padding is in the line as what changes nothing.
/// Nothing is updated by subtraction: an Inf or NaN touches only the windows that hold it.
struct PoolKernel {
  let graph: TensorGraph
  let node: TensorGraph.ValueID
  let pooling: Pooling
  let schedule: Schedule
  let name: String
  let threads: Int

  /// Windows along a line at a time, and elements of a line: an eighth of a usual first-level cache.
  private static let block = 1024
  private static let lineLimit = 16384
  /// Taps that are written out; more become a loop.
  private static let unrolledTaps = 32

  private var dtype: ElementType { graph.nodes[node].type.dtype }
  /// What is computed in, and the C++ name of an element in memory.
  private var real: ElementType { dtype.arithmetic ?? .float32 }
  private var element: String { dtype.element(computing: real) }

  /// Wider windows would be added tap by tap for too long.
  static func fits(_ pooling: Pooling) -> Bool {
    guard let last = pooling.windows.last, (1...3).contains(pooling.windows.count) else { return false }
    return last.size <= 64 && last.reach <= lineLimit / 2 && last.stride <= lineLimit / 2
      && pooling.windows.dropLast().map(\.size).reduce(1, *) <= 256
  }

  func text() -> KernelText {
    let type = graph.nodes[node].type
    let input = graph.nodes[node].operands[0]
    let spatial = pooling.windows.count
    let missing = 3 - spatial
    let inputs = [Int](repeating: 1, count: missing) + graph.nodes[input].type.shape.suffix(spatial)
    let outputs = [Int](repeating: 1, count: missing) + type.shape.suffix(spatial)
    let windows = [WindowExtent](repeating: WindowExtent(size: 1), count: missing) + pooling.windows
    let last = windows[2]
    let lanes = schedule.vectorBits / 8 / real.size
    let block = max(1, min(outputs[2], Self.block, (Self.lineLimit - last.reach) / last.stride))
    let isMaximum = pooling.kind == .maximum
    let identity = isMaximum ? "real(-INFINITY)" : "real(0)"
    var pieces: Set<String> = ["load", "store", "sweep", "every"]
    pieces.formUnion(["load", "store"].map { dtype.piece($0, computing: real) })
    if isMaximum { pieces.insert("maximum") }
    func combined(_ terms: [String]) -> String {
      if terms.count == 1 { return terms[0] }
      let middle = (terms.count + 1) / 2
      let (a, b) = (combined(Array(terms[..<middle])), combined(Array(terms[middle...])))
      return isMaximum ? "maximum(\(a), \(b))" : "(\(a) + \(b))"
    }

    var code = CodeWriter()
    code.open("extern \"C\" void \(name)(const \(element)* in0, \(element)* out0, int64_t threads) {")
    code.line("constexpr int64_t planes = \(type.count / outputs.reduce(1, *));")
    code.line("constexpr int64_t depth = \(inputs[0]), height = \(inputs[1]), width = \(inputs[2]);")
    code.line("constexpr int64_t out_depth = \(outputs[0]), out_height = \(outputs[1]), out_width = \(outputs[2]);")
    code.line(
      "constexpr int64_t block = \(block), blocks = \((outputs[2] + block - 1) / block);  // of a row of windows")
    if schedule.usesHugePages(for: type.bytes) {
      pieces.insert("hugePages")
      code.line("huge_pages(out0, \(CPlusPlus.integer(type.bytes)));")
    }
    let isParallel = type.count >= FusionKernel.parallelElements / 4 && threads > 1
    if isParallel { code.directive("#pragma omp parallel num_threads(threads)") }
    code.open("{")
    code.line("alignas(64) real line[\((block - 1) * last.stride + last.reach + (last.stride + 2) * lanes)] = {};")
    if !isMaximum { divisors(&code, windows) }
    if isParallel { code.directive("#pragma omp for nowait schedule(static)") }
    code.open("for (int64_t task = 0; task < planes * out_depth * out_height * blocks; ++task) {")
    code.line("const int64_t row = task / blocks, begin = task % blocks * block;")
    code.line("const int64_t count = out_width - begin < block ? out_width - begin : block;")
    code.line(
      "const int64_t oh = row % out_height, od = row / out_height % out_depth, plane = row / out_height / out_depth;")
    rows(&code, windows)
    code.line("// From `start` on the row is seen by this block of windows; from low to high it is there.")
    code.line(
      "const int64_t start = begin * \(last.stride) - \(last.padding), end = start + (count - 1) * \(last.stride) + \(last.reach);"
    )
    code.line("const int64_t low = start < 0 ? 0 : start, high = end < width ? end : width;")
    code.line("const real* seen = line;")
    let taps = windows[0].size * windows[1].size
    let isWhole = "start >= 0 && end + \(2 * last.stride * lanes) <= width"
    if taps == 1, dtype == real {
      code.open("if (\(isWhole) && taps == 1) {")
      code.line("seen = tap[0] + start;")
      code.close()
      code.open("else {")
    } else {
      code.open("{")
    }
    code.line("for (int64_t i = start; i < low; ++i) line[i - start] = \(identity);")
    code.line("for (int64_t i = high > low ? high : low; i < end; ++i) line[i - start] = \(identity);")
    if taps <= Self.unrolledTaps {
      code.open("if (taps == \(taps)) {")
      code.open("sweep<1>(high - low, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
      code.line("store(line + (low - start) + j, \(combined((0..<taps).map { "load(tap[\($0)] + low + j, n)" })), n);")
      code.close("});")
      code.close()
      code.open("else {")
    } else {
      code.open("{")
    }
    code.open("sweep<1>(high - low, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    code.line("vec v = splat(\(identity));")
    code.line("for (int k = 0; k < taps; ++k) v = \(combined(["v", "load(tap[k] + low + j, n)"]));")
    code.line("store(line + (low - start) + j, v, n);")
    code.close("});")
    code.close()
    code.close()
    along(&code, &pieces, last, combined)
    code.close()
    if pieces.contains("fence") { code.line("fence();") }
    code.close()
    if !isParallel { code.line("(void)threads;") }
    code.close()
    let kind = isMaximum ? "maxima" : "means"
    let size = pooling.windows.map { String($0.size) }.joined(separator: " × ")
    return KernelText(
      name: name, summary: "\(kind) over windows of \(size)", inputs: [input], outputs: [node], dtype: real,
      vectorBits: schedule.vectorBits, pieces: pieces, text: code.text)
  }

  /// The rows that the windows of this row see, those in the padding left out.
  private func rows(_ code: inout CodeWriter, _ windows: [WindowExtent]) {
    let (deep, high) = (windows[0], windows[1])
    code.line("const \(element)* tap[\(deep.size * high.size)];")
    code.line("int taps = 0;")
    code.open("for (int64_t kd = 0; kd < \(deep.size); ++kd) {")
    code.line("const int64_t d = od * \(deep.stride) - \(deep.padding) + kd * \(deep.dilation);")
    code.line("if (d < 0 || d >= depth) continue;")
    code.open("for (int64_t kh = 0; kh < \(high.size); ++kh) {")
    code.line("const int64_t h = oh * \(high.stride) - \(high.padding) + kh * \(high.dilation);")
    code.line("if (h >= 0 && h < height) tap[taps++] = in0 + ((plane * depth + d) * height + h) * width;")
    code.close()
    code.close()
  }

  /// Windows along the line.
  private func along(
    _ code: inout CodeWriter, _ pieces: inout Set<String>, _ last: WindowExtent, _ combined: ([String]) -> String
  ) {
    let isMaximum = pooling.kind == .maximum
    func tap(_ number: Int) -> String { "every<\(last.stride)>(t\(number == 0 ? "" : " + \(number * last.dilation)"))" }
    let levels = isMaximum ? LineReduction.maxima(of: last.size) : LineReduction.sums(of: last.size)
    let value: String
    if last.stride > 1, LineReduction.isWorthwhile(levels, last, lanes: schedule.vectorBits / 8 / real.size) {
      for level in levels { reduce(&code, level, last, windows: "(count - 1) * \(last.stride) + 1", combined) }
      value = tap(0)
    } else if isMaximum, last.stride == 1, last.size >= 5 {
      for level in levels.dropLast() { reduce(&code, level, last, windows: "count", combined) }
      value = combined((levels.last?.offsets ?? []).map(tap))
    } else {
      value = combined((0..<last.size).map(tap))
    }
    if !isMaximum, hasEqualDivisors == nil { code.line("const real rows_counted = heights[oh] * depths[od];") }
    let type = graph.nodes[node].type
    let streams = schedule.streams(rowsOf: (type.shape.last ?? 1) * real.size)
    if streams { pieces.formUnion([dtype.piece("stream", computing: real), "fence"]) }
    code.line("\(element)* const y = out0 + row * out_width + begin;")
    code.open("sweep<\(schedule.unroll)>(count, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    code.line("const real* const t = seen + j\(last.stride == 1 ? "" : " * \(last.stride)");")
    code.line("\(streams ? "stream" : "store")(y + j, \(isMaximum ? value : mean(value)), n);")
    code.close("});")
  }

  /// One level, in place: from here on every place of the line holds what several did.
  private func reduce(
    _ code: inout CodeWriter, _ level: LineReduction, _ last: WindowExtent, windows: String,
    _ combined: ([String]) -> String
  ) {
    let needed = (last.size - level.width) * last.dilation
    code.open(
      "for (int64_t j = 0; j < \(windows) + \(needed); j += lanes) {  // \(level.width) neighbouring taps")
    let terms = level.offsets.map { "load(seen + j\($0 == 0 ? "" : " + \($0 * last.dilation)"), Whole{})" }
    code.line("store(line + j, \(combined(terms)), Whole{});")
    code.close()
    code.line("seen = line;")
  }

  // MARK: Divisors

  /// The one number that all means divide by, if there is one.
  private var hasEqualDivisors: Int? {
    if let divisor = pooling.divisor { return divisor }
    let spatial = pooling.windows.count
    let lengths = graph.nodes[graph.nodes[node].operands[0]].type.shape.suffix(spatial)
    let outputs = graph.nodes[node].type.shape.suffix(spatial)
    var product = 1
    for ((window, length), count) in zip(zip(pooling.windows, lengths), outputs) {
      guard (0..<count).allSatisfy({ counted(window, $0, length) == window.size }) else { return nil }
      product *= window.size
    }
    return product
  }

  private func counted(_ window: WindowExtent, _ index: Int, _ length: Int) -> Int {
    pooling.countsPadding ? window.paddedCount(index, length: length) : window.taps(index, length: length).count
  }

  /// How many elements windows count along each dimension, where that differs.
  private func divisors(_ code: inout CodeWriter, _ windows: [WindowExtent]) {
    guard hasEqualDivisors == nil else { return }
    code.line("// Elements that a window counts along each dimension.")
    for (window, names) in zip(windows, [("depth", "depths"), ("height", "heights"), ("width", "widths")]) {
      let (extent, array) = names
      let isPadded = pooling.countsPadding
      code.line("alignas(64) real \(array)[out_\(extent)\(extent == "width" ? " + lanes" : "")] = {};")
      code.open("for (int64_t o = 0; o < out_\(extent); ++o) {")
      code.line("const int64_t start = o * \(window.stride) - \(window.padding);")
      code.line(
        "const int64_t full = start + \(window.size), edge = \(extent)\(isPadded ? " + \(window.padding)" : "");")
      let from = isPadded ? "start" : "(start < 0 ? 0 : start)"
      code.line("\(array)[o] = real((full < edge ? full : edge) - \(from));")
      code.close()
    }
  }

  /// Dividing by a power of two is exact as a product.
  private func mean(_ sum: String) -> String {
    guard let divisor = hasEqualDivisors else {
      return "\(sum) / (load(widths + begin + j, Whole{}) * rows_counted)"
    }
    if divisor == 1 { return sum }
    return divisor > 0 && divisor & (divisor - 1) == 0
      ? "\(sum) * real(\(1 / Double(divisor)))" : "\(sum) / real(\(divisor))"
  }
}
