import Foundation

/// What a call takes apart from the op: that of a call that reads as many inputs and writes as many outputs, less what it
/// says itself that this took. An op that moves much through the caches finds the way back cold, and its threads have to be
/// stopped while they still spin; a call that did nothing at all would know of neither.
///
/// An op that leaves most of its inputs alone knows of neither either, and what is taken off too much flatters the faster
/// contender. So where any contender is faster than reading and writing everything, what a call that does nothing takes is
/// taken off everybody.
package struct NullCall: Sendable, Hashable {
  /// Seconds.
  package var cost: Double
  package var least: Double
  /// Seconds that reading and writing took.
  package var own: Double

  /// A contender that takes a smaller share of the time in which the null call reads and writes everything has not done
  /// so: both go at the speed of memory, and threads or wider vectors are worth less than this.
  static let touchingShare = 0.7

  /// Reading and writing that takes fewer seconds leaves the caches as they were: a call that does nothing is nearer to
  /// the op then. For an empty op on 4 kB the clock's error is 35 µs with cold caches where the null call reads them, and
  /// about 10 µs where it doesn't.
  static let leastTouching = 50e-6

  /// Some calls in a row, with warm caches: good enough for ranking. A timing has null calls of its own in every round.
  /// - Parameter worker: one without work, that never loaded a candidate.
  package static func measure(in worker: CallWorker, on inputs: CallInputs, times: Int) async throws -> NullCall {
    var costs: [Double] = []
    var own: [Double] = []
    for _ in 0..<times {
      let result = try await worker.call(inputs)
      own.append(result.ownWork ?? 0)
      costs.append(cost(of: result))
    }
    return NullCall(cost: middle(costs), least: costs.min() ?? 0, own: middle(own))
  }

  /// Seconds of one null call.
  package static func cost(of result: CallResult) -> Double { result.elapsed - (result.ownWork ?? 0) }

  /// What is taken off: the median of calls that nobody disturbed. What that may be wrong by is ``ClockError``.
  package static func middle(_ costs: [Double]) -> Double { RobustStatistics.median(costs) ?? 0 }

  /// Whether a contender whose call takes so many seconds, nothing taken off, can have read and written everything.
  /// Of next to nothing, nobody has.
  package func isTouched(byCallOf seconds: Double) -> Bool {
    own >= Self.leastTouching && seconds - cost >= Self.touchingShare * own
  }
}
