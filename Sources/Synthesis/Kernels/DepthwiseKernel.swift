/// Emits direct depthwise convolution.
///
/// A tile of the input plane is copied, with its padding, into a buffer in the second-level cache whose rows hold every
/// stride-th element side by side; from there on all loads are plain vectors, whatever stride and dilation are.
struct DepthwiseKernel {
  let graph: TensorGraph
  let node: TensorGraph.ValueID
  let convolution: DepthwiseConvolution
  let schedule: Schedule
  let name: String
  let threads: Int

  /// Outputs of a row at a time.
  private static let block = 1024
  /// Elements of the buffer: a quarter of a usual second-level cache.
  private static let tileLimit = 32768
  /// Taps that are written out.
  private static let tapLimit = 128
  /// Products that are written out, of all rows that are computed together.
  private static let productLimit = 512

  private var dtype: ElementType { graph.nodes[node].type.dtype }
  /// What is computed in, and the C++ name of an element in memory.
  private var real: ElementType { dtype.arithmetic ?? .float32 }
  private var element: String { dtype.element(computing: real) }

  static func fits(_ convolution: DepthwiseConvolution) -> Bool {
    guard let last = convolution.windows.last, (1...2).contains(convolution.windows.count) else { return false }
    let high = convolution.windows.count > 1 ? convolution.windows[0] : WindowExtent(size: 1)
    let row = last.stride * (Self.block + last.reach / last.stride + 1 + 16)
    return last.size * high.size <= Self.tapLimit && last.stride <= 4 && high.reach * row <= 4 * Self.tileLimit
  }

  func text() -> KernelText {
    let type = graph.nodes[node].type
    let operands = graph.nodes[node].operands
    let spatial = convolution.windows.count
    let input = graph.nodes[operands[0]].type
    let inputs = [Int](repeating: 1, count: 2 - spatial) + input.shape.suffix(spatial)
    let outputs = [Int](repeating: 1, count: 2 - spatial) + type.shape.suffix(spatial)
    let windows = [WindowExtent](repeating: WindowExtent(size: 1), count: 2 - spatial) + convolution.windows
    let (high, last) = (windows[0], windows[1])
    let lanes = schedule.vectorBits / 8 / real.size
    let channels = type.shape[type.shape.count - spatial - 1]
    let inputChannels = input.shape[input.shape.count - spatial - 1]
    let block = min(outputs[1], Self.block)
    // Elements of one phase of a buffer's row: those of a block's windows, and room to load whole vectors.
    let phase = (block + (last.reach - 1) / last.stride + lanes + lanes - 1) / lanes * lanes
    let pitch = phase * last.stride
    let tileRows = max(1, min(outputs[0], (Self.tileLimit / pitch - high.reach) / high.stride + 1))
    let bufferRows = (tileRows - 1) * high.stride + high.reach
    var pieces: Set<String> = ["load", "store", "sweep", "fma", "every"]
    pieces.formUnion(["load", "store"].map { dtype.piece($0, computing: real) })
    let hasBias = operands.count > 2

    var code = CodeWriter()
    let parameters = (0..<(hasBias ? 3 : 2)).map { "const \(element)* in\($0)" }
    code.open(
      "extern \"C\" void \(name)(\((parameters + ["\(element)* out0", "int64_t threads"]).joined(separator: ", "))) {")
    code.line("constexpr int64_t planes = \(type.count / outputs.reduce(1, *)), channels = \(channels);")
    code.line("constexpr int64_t height = \(inputs[0]), width = \(inputs[1]);")
    code.line("constexpr int64_t out_height = \(outputs[0]), out_width = \(outputs[1]);")
    code.line("// A tile is `tile_rows` rows of `block` outputs.")
    code.line("constexpr int64_t tile_rows = \(tileRows), row_tiles = \((outputs[0] + tileRows - 1) / tileRows);")
    code.line("constexpr int64_t block = \(block), blocks = \((outputs[1] + block - 1) / block);")
    if schedule.usesHugePages(for: type.bytes) {
      pieces.insert("hugePages")
      code.line("huge_pages(out0, \(CPlusPlus.integer(type.bytes)));")
    }
    let isParallel = type.count >= FusionKernel.parallelElements / 8 && threads > 1
    if isParallel { code.directive("#pragma omp parallel num_threads(threads)") }
    code.open("{")
    code.line("constexpr int64_t phase = \(phase), pitch = \(pitch);  // of a row in the buffer")
    code.line("alignas(64) real buffer[\(bufferRows) * pitch] = {};")
    if isParallel { code.directive("#pragma omp for nowait schedule(static)") }
    code.open("for (int64_t task = 0; task < planes * row_tiles * blocks; ++task) {")
    code.line("const int64_t plane = task / (row_tiles * blocks);")
    code.line("const int64_t top = task / blocks % row_tiles * tile_rows, left = task % blocks * block;")
    code.line("const int64_t rows = out_height - top < tile_rows ? out_height - top : tile_rows;")
    code.line("const int64_t count = out_width - left < block ? out_width - left : block;")
    code.line("const int64_t channel = plane % channels;")
    let multiplier = channels / inputChannels
    let source = multiplier == 1 ? "plane" : "(plane / channels * \(inputChannels) + channel / \(multiplier))"
    let taps = high.size * last.size
    code.line("const \(element)* const x = in0 + \(source) * (height * width);")
    if dtype == real {
      code.line("const real* const w = in1 + channel * \(taps);")
    } else {
      code.line("real w[\(taps)];")
      code.line("for (int i = 0; i < \(taps); ++i) w[i] = in1[channel * \(taps) + i];")
    }
    if hasBias { code.line("const real bias = in2[channel];") }
    copy(&code, high, last)
    let together = rowsTogether(tileRows, taps: taps)
    if together > 1 {
      let isEvery = outputs[0] % tileRows == 0 || outputs[0] % tileRows >= together
      if !isEvery { code.open("if (rows >= \(together)) {") }
      code.open("for (int64_t next = 0; next < rows; next += \(together)) {")
      if tileRows % together == 0 && outputs[0] % tileRows == 0 {
        code.line("const int64_t r = next;")
      } else {
        code.line("const int64_t r = next + \(together) <= rows ? next : rows - \(together);  // some rows once more")
      }
      outputRows(together, high, last, phase: phase, pitch: pitch, &code, &pieces)
      code.close()
      if !isEvery {
        code.close()
        code.open("else {")
        rowByRow(high, last, phase: phase, pitch: pitch, &code, &pieces)
        code.close()
      }
    } else {
      rowByRow(high, last, phase: phase, pitch: pitch, &code, &pieces)
    }
    code.close()
    if pieces.contains("fence") { code.line("fence();") }
    code.close()
    if !isParallel { code.line("(void)threads;") }
    code.close()
    let size = convolution.windows.map { String($0.size) }.joined(separator: " × ")
    return KernelText(
      name: name, summary: "depthwise convolution with \(size) weights", inputs: operands, outputs: [node],
      dtype: real, vectorBits: schedule.vectorBits, pieces: pieces, text: code.text)
  }

  /// The tile with its padding: element i of a row goes to phase i % stride.
  private func copy(_ code: inout CodeWriter, _ high: WindowExtent, _ last: WindowExtent) {
    code.line("const int64_t needed_rows = (rows - 1) * \(high.stride) + \(high.reach);")
    code.line("const int64_t needed = (count - 1) * \(last.stride) + \(last.reach);")
    code.line("const int64_t start = left * \(last.stride) - \(last.padding);")
    code.line("const int64_t low = start < 0 ? 0 : start, high = start + needed < width ? start + needed : width;")
    code.open("for (int64_t r = 0; r < needed_rows; ++r) {")
    code.line("real* const line = buffer + r * pitch;")
    code.line("const int64_t h = top * \(high.stride) - \(high.padding) + r;")
    code.line("const int64_t from = h < 0 || h >= height || high < low ? needed : low - start;  // zeros before that")
    code.line("const int64_t to = from == needed ? needed : high - start;  // and from there on")
    let place = last.stride == 1 ? "i" : "i % \(last.stride) * phase + i / \(last.stride)"
    code.line("for (int64_t i = 0; i < from; ++i) line[\(place)] = 0;")
    code.line("for (int64_t i = to; i < needed; ++i) line[\(place)] = 0;")
    code.line("const \(element)* const p = x + h * width + start;")
    if last.stride == 1 {
      code.line(
        "sweep<1>(to - from, [&](int64_t j, auto n, auto) __attribute__((always_inline)) { store(line + from + j, load(p + from + j, n), n); });"
      )
    } else {
      code.line("int64_t i = from;")
      code.line("for (; i < to && i % \(last.stride) != 0; ++i) line[\(place)] = p[i];")
      code.open("for (; i + \(last.stride) * lanes + \(last.stride - 1) <= to; i += \(last.stride) * lanes) {")
      for k in 0..<last.stride {
        code.line("store(line + \(k) * phase + i / \(last.stride), every<\(last.stride)>(p + i + \(k)), Whole{});")
      }
      code.close()
      code.open("for (; i + \(last.stride) <= to; i += \(last.stride)) {")
      for k in 0..<last.stride {
        code.line("line[\(k == 0 ? "" : "\(k) * phase + ")i / \(last.stride)] = p[i + \(k)];")
      }
      code.close()
      code.line("for (; i < to; ++i) line[\(place)] = p[i];")
    }
    code.close()
  }

  private func rowByRow(
    _ high: WindowExtent, _ last: WindowExtent, phase: Int, pitch: Int, _ code: inout CodeWriter,
    _ pieces: inout Set<String>
  ) {
    code.open("for (int64_t r = 0; r < rows; ++r) {")
    outputRows(1, high, last, phase: phase, pitch: pitch, &code, &pieces)
    code.close()
  }

  /// How many rows are computed together. Sums don't wait for each other from about eight on, which half as many rows reach
  /// with two vectors of each; more wouldn't stay in registers. Rows that would be computed twice count against it.
  private func rowsTogether(_ rows: Int, taps: Int) -> Int {
    let most = min(rows, schedule.unroll > 2 ? 5 : 9, max(Self.productLimit / taps, 2))
    guard most > 1 else { return 1 }
    func cost(_ together: Int) -> Double {
      Double((rows + together - 1) / together * together) * (1 + 1 / Double(together * together))
    }
    return (max(2, most / 2)...most).min { cost($0) < cost($1) } ?? most
  }

  /// Some output rows at once: what they see of the same input is loaded once.
  private func outputRows(
    _ count: Int, _ high: WindowExtent, _ last: WindowExtent, phase: Int, pitch: Int, _ code: inout CodeWriter,
    _ pieces: inout Set<String>
  ) {
    let type = graph.nodes[node].type
    let streams = schedule.streams(rowsOf: (type.shape.last ?? 1) * real.size)
    if streams { pieces.formUnion([dtype.piece("stream", computing: real), "fence"]) }
    code.line("const real* const b = buffer + r * \(high.stride) * pitch;")
    code.line("\(element)* const y = out0 + (plane * out_height + top + r) * out_width + left;")
    // Many sums keep the processor busy by themselves.
    let inFlight = count >= 6 ? 1 : min(schedule.unroll, count > 1 ? 2 : 4)
    code.open("sweep<\(inFlight)>(count, [&](int64_t j, auto n, auto) __attribute__((always_inline)) {")
    let start = graph.nodes[node].operands.count > 2 ? "splat(bias)" : "vec{}"
    code.line("vec \((0..<count).map { "s\($0) = \(start)" }.joined(separator: ", "));")
    for inputRow in 0..<(count - 1) * high.stride + high.reach {
      // Which row of the weight an output row meets here.
      let meetings = (0..<count).compactMap { row -> (row: Int, weight: Int)? in
        let distance = inputRow - row * high.stride
        guard distance >= 0, distance % high.dilation == 0, distance / high.dilation < high.size else { return nil }
        return (row, distance / high.dilation)
      }
      if meetings.isEmpty { continue }
      for tap in 0..<last.size {
        let place = tap * last.dilation
        let offset = inputRow * pitch + place % last.stride * phase + place / last.stride
        let sums = meetings.map { "s\($0.row) = fma(x, w[\($0.weight * last.size + tap)], s\($0.row));" }
        code.line("{ const vec x = load(b + j + \(offset), Whole{}); \(sums.joined(separator: " ")) }")
      }
    }
    for row in 0..<count {
      code.line("\(streams ? "stream" : "store")(y + j\(row == 0 ? "" : " + \(row) * out_width"), s\(row), n);")
    }
    code.close("});")
  }
}
