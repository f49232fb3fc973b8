/// The schedules worth trying for the kernels of one graph, in the order in which they are expected to win.
///
/// The hardware decides; this table only says where to look first.
public enum ScheduleSpace {
  /// Asking for huge pages pays from about here. Results from 32 MiB on get fresh pages from the stock allocator in
  /// every call, so that page faults and not bandwidth set the pace; smaller ones are often fresh as well.
  static let hugePageBytes = 4 << 20

  /// What the table looks at.
  struct Traits {
    /// Of the largest result that a kernel writes.
    var outputBytes: Int
    /// Of everything that comes from memory and goes there.
    var movedBytes: Int
    /// Something expensive is used in several sweeps over a row.
    var hasIntermediates: Bool
    /// Much arithmetic an element: several vectors in flight would only spill registers.
    var isHeavy: Bool
    /// Overlapping windows of this size at stride 1; 0 without a sliding kernel.
    var windowSize: Int
    var rows: Int
  }

  static func schedules(_ traits: Traits, vectorBits: Int, cacheBytes: [Int]) -> [Schedule] {
    let unroll = traits.isHeavy ? 1 : 2
    let isHuge = traits.outputBytes >= hugePageBytes
    var base = Schedule(vectorBits: vectorBits, unroll: unroll, hugePages: isHuge)
    var list: [Schedule] = []
    func with(_ change: (inout Schedule) -> Void) -> Schedule {
      var copy = base
      change(&copy)
      return copy
    }
    if traits.windowSize >= 24 { base.slidingByDoubling = true }
    let secondLevel = cacheBytes.count > 1 ? cacheBytes[1] : 1 << 20
    let lastLevel = cacheBytes.count > 2 ? cacheBytes[2] : 32 << 20
    // What doesn't stay in the caches anyway is read into them before it is written over, unless it goes past them.
    let mayStream = traits.outputBytes > secondLevel
    base.streams = mayStream && traits.movedBytes > lastLevel
    list.append(base)
    if mayStream { list.append(with { $0.streams.toggle() }) }
    if traits.windowSize >= 4 { list.append(with { $0.slidingByDoubling.toggle() }) }
    list.append(with { $0.unroll = traits.isHeavy ? 2 : 4 })
    if isHuge { list.append(with { $0.hugePages = false }) }
    if traits.rows > 64 { list.append(with { $0.rowsPerTask = max(1, min(64, traits.rows / 64)) }) }
    if traits.hasIntermediates { list.append(with { $0.keepsIntermediates = false }) }
    if vectorBits > 256 { list.append(with { $0.vectorBits = 256 }) }
    var seen = Set<Schedule>()
    return Array(list.filter { seen.insert($0).inserted }.prefix(6))
  }
}
