import Foundation
import HardwareRunner
import Synchronization

/// Turns what happens in a search into one line with a percentage, never going backwards.
final class ProgressTeller: Sendable {
  private struct State {
    var fraction = 0.0
    var tried = 0
    var best: Double?
    var bestIsVerified = false
    /// What the percentage is heading for in the present phase.
    var phase: ClosedRange<Double> = 0...0.1
  }
  private let state = Mutex(State())
  private let job: Job

  init(job: Job) {
    self.job = job
  }

  /// A phase begins: its share of the percentage and what is done in it.
  func phase(_ range: ClosedRange<Double>, _ message: String) {
    state.withLock { $0.phase = range }
    tell(message) { $0.fraction = max($0.fraction, range.lowerBound) }
  }

  /// How far the present phase is, 0…1.
  func within(_ share: Double, _ message: String) {
    tell(message) { state in
      let width = state.phase.upperBound - state.phase.lowerBound
      state.fraction = max(state.fraction, state.phase.lowerBound + width * min(max(share, 0), 1))
    }
  }

  func trying(_ idea: String) {
    tell("trying \(idea)") { state in
      state.tried += 1
      // Nobody knows how many ideas there will be: each takes a fifth of what is left of the phase.
      state.fraction += max(0, state.phase.upperBound - state.fraction) / 5
    }
  }

  /// A coarse ratio came in; a verified one is never displaced by it.
  func ranked(_ ratio: Double) {
    state.withLock { state in
      guard !state.bestIsVerified else { return }
      state.best = max(state.best ?? 0, ratio)
    }
  }

  func verifying(_ idea: String, number: Int) {
    phase(number == 1 ? 0.55...0.9 : 0.9...0.99, "verifying \(idea)")
  }

  func verified(_ ratio: Double?) {
    guard let ratio else { return }
    tell("verified \(Figures.times(ratio))") { state in
      state.best = state.bestIsVerified ? max(state.best ?? 0, ratio) : ratio
      state.bestIsVerified = true
    }
  }

  private func tell(_ message: String, _ change: (inout State) -> Void) {
    let progress = state.withLock { state in
      change(&state)
      return JobProgress(
        fraction: state.fraction, message: message, best: state.best, bestIsVerified: state.bestIsVerified)
    }
    job.post(.progress(progress))
  }
}

/// How figures are written for people.
enum Figures {
  /// `2.30×`
  static func times(_ ratio: Double) -> String {
    String(format: ratio >= 10 ? "%.1f×" : "%.2f×", ratio)
  }
}
