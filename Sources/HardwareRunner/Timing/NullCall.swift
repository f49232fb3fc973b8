import Foundation

/// Seconds that a call takes apart from the op: those of a call that reads as many inputs and writes as many outputs, less
/// what it says itself that this took. An op that moves much through the caches finds the way back cold, and its threads
/// have to be stopped while they still spin; a call that did nothing at all would know of neither.
///
/// An op that leaves most of its inputs alone knows of neither either, and what is taken off too much flatters the faster
/// contender. So where any contender is faster than reading and writing everything, what a call that does nothing takes is
/// taken off everybody.
package struct NullCall: Sendable, Hashable {
  /// What is taken off every time: the lower quartile, not the median, since whatever disturbs makes a null call longer,
  /// and taking too much off would flatter the faster contender.
  package var warm: Double
  /// The same with cold caches: then the way from *go* to the op and back is cold as well, which is no part of the op.
  /// As ``warm`` where it was not measured.
  package var cold: Double
  package var least: Double
  /// Whether inputs were read and outputs written.
  package var touches = true

  /// A contender that takes a smaller share of the time in which the null call reads and writes everything has not done
  /// so: both go at the speed of memory, and threads or wider vectors are worth less than this.
  static let touchingShare = 0.7

  /// - Parameters:
  ///   - worker: one without work, that never loaded a candidate.
  ///   - flush: nil leaves the cold call out.
  ///   - fastest: seconds of the fastest contender's call, nothing taken off; nil takes it to touch everything.
  package static func measure(
    in worker: CallWorker, on inputs: CallInputs, times: Int = 31, flush: CacheFlush? = nil, fastest: Double? = nil
  ) async throws -> NullCall {
    var warm = try await Quartiles.measure(worker, inputs, times, CallOptions())
    let touches = fastest.map { $0 - warm.cost >= touchingShare * warm.own } ?? true
    if !touches {
      try await worker.setNullTouches(false)
      warm = try await Quartiles.measure(worker, inputs, times, CallOptions())
    }
    var null = NullCall(warm: warm.cost, cold: warm.cost, least: warm.least, touches: touches)
    if let flush {
      let options = CallOptions(beforeGo: { flush.run() })
      null.cold = try await Quartiles.measure(worker, inputs, times, options).cost
    }
    // It serves the next candidate too. Had anything thrown before, the worker would be gone.
    if !touches { try await worker.setNullTouches(true) }
    return null
  }

  func cost(_ state: CacheState) -> Double { state == .cold ? cold : warm }
}

/// Lower quartiles of some null calls, seconds.
private struct Quartiles {
  /// Less the worker's own work.
  var cost: Double
  var own: Double
  var least: Double

  static func measure(
    _ worker: CallWorker, _ inputs: CallInputs, _ times: Int, _ options: CallOptions
  ) async throws -> Quartiles {
    var costs: [Double] = []
    var own: [Double] = []
    for _ in 0..<times {
      let result = try await worker.call(inputs, options: options)
      own.append(result.ownWork ?? 0)
      costs.append(result.elapsed - (result.ownWork ?? 0))
    }
    costs.sort()
    own.sort()
    return Quartiles(cost: costs[times / 4], own: own[times / 4], least: costs[0])
  }
}
