import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system counts about the use of its processors, at one moment.
package struct ProcessorUse: Sendable, Hashable {
  /// Seconds that the hypervisor gave to other machines, all processors together, since the system started.
  var stolen = 0.0

  /// Reads `/proc`; nil on systems without it.
  package static func now() -> ProcessorUse? {
    #if os(Linux)
      guard let stat = read("/proc/stat") else { return nil }
      return parse(stat: stat, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
    #else
      return nil
    #endif
  }

  /// Threads that want a processor at this moment, ours included; nil where unknown.
  static func runningNow() -> Int? { read("/proc/loadavg").flatMap(parse(loadavg:)) }

  /// First line of `/proc/stat`: user nice system idle iowait irq softirq steal (proc(5)).
  static func parse(stat: String, ticksPerSecond: Double) -> ProcessorUse? {
    guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    guard fields.count >= 8, ticksPerSecond > 0 else { return nil }
    return ProcessorUse(stolen: fields[7] / ticksPerSecond)
  }

  /// The fourth figure of `/proc/loadavg`: runnable/total.
  static func parse(loadavg: String) -> Int? {
    let fields = loadavg.split(separator: " ")
    guard fields.count >= 4 else { return nil }
    return fields[3].split(separator: "/").first.flatMap { Int($0) }
  }

  private static func read(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}

/// Tells whether somebody else used the machine during a timed call.
package struct DisturbanceWatch: Sendable, Hashable {
  let processors: Int
  /// Shares of its time that each contender's threads waited for a processor, call by call.
  private var shares: [Int: [Double]] = [:]

  package init(processors: Int) { self.processors = processors }

  /// Share of the processors' time that may be stolen. Below it the effect drowns in the noise of a call.
  static let stolenShare = 0.03
  /// The system counts in ticks of 10 ms: a shorter call can't blame a single tick.
  static let tick = 0.010
  /// What a contender's threads may wait more than they usually do: a share of the call's time, and seconds. A contender
  /// may use more threads than there are processors, and then waits for itself in every call. On a quiet machine 0.1 to
  /// 0.4 ms pass until all are awake; a neighbour that wants one of two processors costs a third of the time.
  static let waitedShare = 0.1
  static let waitedAtLeast = 0.0005
  /// Calls by which a contender's usual share is known.
  static let memory = 31
  /// Looks, half a millisecond apart, that must all find somebody: errands of the system take a few milliseconds.
  static let looks = 20

  /// - Parameters:
  ///   - waited: of the contender's threads; nil where the system doesn't count it.
  ///   - elapsed: seconds of wall-clock time between the two looks.
  package mutating func isDisturbed(
    _ contender: Int, from before: ProcessorUse?, to after: ProcessorUse?, waited: ProcessorWait?, elapsed: Double
  ) -> Bool {
    guard elapsed > 0 else { return false }
    var disturbed = false
    if let before, let after {
      disturbed =
        after.stolen - before.stolen > max(Self.stolenShare * elapsed * Double(processors), 1.5 * Self.tick)
    }
    if let waited {
      let share = waited.seconds / elapsed
      let earlier = shares[contender, default: []]
      // With no more threads than processors nobody has to wait for himself, however often it happened before.
      let usual = waited.threads > processors ? (RobustStatistics.median(earlier) ?? 0) * elapsed : 0
      if waited.seconds > usual + max(Self.waitedShare * elapsed, Self.waitedAtLeast) { disturbed = true }
      shares[contender] = earlier.suffix(Self.memory - 1) + [share]
    }
    return disturbed
  }

  /// Whether somebody wants a processor while all of ours rest: to be asked with every worker frozen, when only the
  /// thread that asks should run.
  package static func isOccupied() -> Bool {
    for look in 0..<looks {
      guard let running = ProcessorUse.runningNow(), running > 1 else { return false }
      if look + 1 < looks { usleep(500) }
    }
    return true
  }
}
