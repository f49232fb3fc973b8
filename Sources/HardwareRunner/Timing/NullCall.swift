import Foundation

/// Seconds that a call takes apart from the op: those of a call that reads as many inputs and writes as many outputs, less
/// what it says itself that this took. An op that moves much through the caches finds the way back cold, and its threads
/// have to be stopped while they still spin; a call that did nothing at all would know of neither.
package struct NullCall: Sendable, Hashable {
  /// What is taken off every time: the lower quartile, not the median, since whatever disturbs makes a null call longer,
  /// and taking too much off would flatter the faster contender.
  package var warm: Double
  /// The same with cold caches: then the way from *go* to the op and back is cold as well, which is no part of the op.
  /// As ``warm`` where it was not measured.
  package var cold: Double
  package var least: Double

  /// - Parameters:
  ///   - worker: one without work, that never loaded a candidate.
  ///   - flush: nil leaves the cold call out.
  package static func measure(
    in worker: CallWorker, on inputs: CallInputs, times: Int = 31, flush: CacheFlush? = nil
  ) async throws -> NullCall {
    func lowerQuartile(_ options: CallOptions) async throws -> (cost: Double, least: Double) {
      var seconds: [Double] = []
      for _ in 0..<times {
        let result = try await worker.call(inputs, options: options)
        seconds.append(result.elapsed - (result.ownWork ?? 0))
      }
      seconds.sort()
      return (seconds[times / 4], seconds[0])
    }
    let warm = try await lowerQuartile(CallOptions())
    guard let flush else { return NullCall(warm: warm.cost, cold: warm.cost, least: warm.least) }
    let cold = try await lowerQuartile(CallOptions(beforeGo: { flush.run() }))
    return NullCall(warm: warm.cost, cold: cold.cost, least: warm.least)
  }

  func cost(_ state: CacheState) -> Double { state == .cold ? cold : warm }
}
