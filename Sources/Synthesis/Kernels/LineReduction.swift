/// One step of putting together what neighbouring taps of a window hold, at every place of a line: windows that overlap, or
/// whose elements vectors don't begin with, then share what was added or compared already.
struct LineReduction: Sendable, Hashable {
  /// Which of the places so far a place takes, in taps.
  var offsets: [Int]
  /// Taps that a place holds afterwards.
  var width: Int

  /// Sums: a level a prime factor, so that no tap counts twice.
  static func sums(of size: Int) -> [LineReduction] {
    var (levels, width, rest, factor): ([LineReduction], Int, Int, Int) = ([], 1, size, 2)
    while rest > 1 {
      while rest % factor != 0 { factor += 1 }
      levels.append(LineReduction(offsets: (0..<factor).map { $0 * width }, width: width * factor))
      (width, rest) = (width * factor, rest / factor)
    }
    return levels
  }

  /// Maxima of 2, 4, … neighbours; two that may overlap make the last.
  static func maxima(of size: Int) -> [LineReduction] {
    var (levels, width): ([LineReduction], Int) = ([], 1)
    while width < size {
      let next = min(width * 2, size)
      levels.append(LineReduction(offsets: [0, next - width], width: next))
      width = next
    }
    return levels
  }

  /// Whether windows with a stride are better put together at every place, and then picked, than picked tap by tap.
  static func isWorthwhile(_ levels: [LineReduction], _ window: WindowExtent, lanes: Int) -> Bool {
    let direct = window.size * (picking(window.stride, lanes) + 1)
    return levels.map { $0.offsets.count + 1 }.reduce(0, +) * window.stride + picking(window.stride, lanes) < direct
  }

  /// Instructions that take every `stride`-th element into a vector.
  private static func picking(_ stride: Int, _ lanes: Int) -> Int {
    stride == 1 ? 1 : stride % 2 == 0 ? 2 * picking(stride / 2, lanes) + 1 : 2 * min(stride, lanes)
  }
}
