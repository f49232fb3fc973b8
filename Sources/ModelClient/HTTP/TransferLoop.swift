import CCurl
import Foundation
import Synchronization

/// The one thread that drives libcurl's multi handle, and the only place that calls libcurl.
///
/// Other threads put commands into a queue and wake it. It blocks in `curl_multi_poll`, so that nothing waits for a
/// network on Swift's cooperative pool. It starts with the first transfer, which is also when libcurl is loaded, and
/// ends with `stop`.
final class TransferLoop: Sendable {
  private enum Command: Sendable {
    case begin(Transfer)
    case cancel(Transfer)
    case drain(Transfer, until: ContinuousClock.Instant)
  }

  /// The multi handle, for waking. `@unchecked Sendable` is sound because `curl_multi_wakeup` is the one call that
  /// libcurl allows from any thread, and the handle is only used under the lock that also guards its end.
  private struct WakeHandle: @unchecked Sendable {
    var pointer: OpaquePointer
  }

  private struct State {
    var commands: [Command] = []
    var wake: WakeHandle?
    var isStarted = false
    var isStopping = false
    var hasEnded = false
    var awaitingEnd: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let network: NetworkEnvironment

  init(network: NetworkEnvironment) {
    self.network = network
  }

  // MARK: - From any thread

  func begin(_ transfer: Transfer) {
    let (accepted, mustStart) = state.withLock { state in
      if state.isStopping { return (false, false) }
      state.commands.append(.begin(transfer))
      if let wake = state.wake { kwc_multi_wakeup(wake.pointer) }
      defer { state.isStarted = true }
      return (true, !state.isStarted)
    }
    if !accepted { return transfer.finish(throwing: CancellationError()) }
    if mustStart {
      let thread = Thread { self.run() }
      thread.name = "model-client"
      thread.start()
    }
  }

  func cancel(_ transfer: Transfer) {
    post(.cancel(transfer))
  }

  func drain(_ transfer: Transfer, until instant: ContinuousClock.Instant) {
    post(.drain(transfer, until: instant))
  }

  /// Ends every transfer and the thread; does not wait for it.
  func stop() {
    state.withLock { state in
      state.isStopping = true
      if !state.isStarted { state.hasEnded = true }
      if let wake = state.wake { kwc_multi_wakeup(wake.pointer) }
    }
  }

  /// Waits until the thread, told to stop, is done with libcurl.
  func waitUntilEnded() async {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.awaitingEnd.append(continuation) }
        return state.hasEnded
      }
      if hasEnded { continuation.resume() }
    }
  }

  private func post(_ command: Command) {
    state.withLock { state in
      guard state.isStarted, !state.hasEnded else { return }
      state.commands.append(command)
      if let wake = state.wake { kwc_multi_wakeup(wake.pointer) }
    }
  }

  // MARK: - On the loop's thread

  private func run() {
    kwc_block_signals_on_this_thread()
    var missing: ModelError?
    var multi: OpaquePointer?
    if let reason = kwc_load() {
      missing = ModelError(.missingLibrary, String(cString: reason))
    } else {
      multi = kwc_multi_create()
      if multi == nil {
        missing = ModelError(.connection, "libcurl has no memory or descriptors left; close something and try again.")
      }
    }
    if let multi, missing == nil {
      state.withLock { $0.wake = WakeHandle(pointer: multi) }
      drive(multi)
    }
    end(multi, because: missing)
  }

  private func drive(_ multi: OpaquePointer) {
    var active: [OpaquePointer: Transfer] = [:]
    while true {
      let (commands, isStopping) = state.withLock { state in
        defer { state.commands = [] }
        return (state.commands, state.isStopping)
      }
      for command in commands { obey(command, multi, &active) }
      if isStopping { break }
      guard kwc_multi_perform(multi) else { break }
      collectFinished(multi, &active)
      endOverdue(multi, &active)
      guard kwc_multi_poll(multi, waitTime(active)) else { break }
    }
    for (easy, transfer) in active {
      kwc_easy_destroy(multi, easy)
      transfer.finish(throwing: CancellationError())
    }
  }

  private func obey(_ command: Command, _ multi: OpaquePointer, _ active: inout [OpaquePointer: Transfer]) {
    switch command {
    case .begin(let transfer):
      guard let easy = EasyHandle.create(for: transfer, network: network) else {
        return transfer.finish(
          throwing: ModelError(.configuration, "libcurl refused the request to the model; check the base URL."))
      }
      guard kwc_multi_add(multi, easy) else {
        kwc_easy_destroy(nil, easy)
        return transfer.finish(
          throwing: ModelError(.connection, "libcurl could not begin the request; try again.", isRetriable: true))
      }
      transfer.begin(at: .now)
      active[easy] = transfer
    case .cancel(let transfer):
      guard let (easy, _) = active.first(where: { $0.value === transfer }) else { return }
      end(easy, multi, &active)
      transfer.finish(throwing: CancellationError())
    case .drain(let transfer, let instant):
      transfer.drain(until: instant)
    }
  }

  private func end(_ easy: OpaquePointer, _ multi: OpaquePointer, _ active: inout [OpaquePointer: Transfer]) {
    active[easy] = nil
    kwc_easy_destroy(multi, easy)
  }

  private func collectFinished(_ multi: OpaquePointer, _ active: inout [OpaquePointer: Transfer]) {
    var outcome = KWC_OK
    while let easy = kwc_multi_next_finished(multi, &outcome) {
      let transfer = active[easy]
      let text = String(cString: kwc_easy_error_text(easy))
      end(easy, multi, &active)
      transfer?.finish(outcome, text: text, network: network)
    }
  }

  private func endOverdue(_ multi: OpaquePointer, _ active: inout [OpaquePointer: Transfer]) {
    let now = ContinuousClock.now
    for (easy, transfer) in active {
      guard let error = transfer.overdue(at: now) else { continue }
      end(easy, multi, &active)
      transfer.finish(throwing: error)
    }
  }

  /// How long the thread may sleep, in milliseconds: until the next deadline; libcurl knows its own timers.
  private func waitTime(_ active: [OpaquePointer: Transfer]) -> Int32 {
    // Nothing depends on this limit: commands wake the thread. It is what fits in libcurl's `int` for sure.
    let longest = Duration.seconds(1000)
    let now = ContinuousClock.now
    let next = active.values.compactMap(\.deadline).min()
    let wait = next.map { min(longest, max(.zero, $0 - now)) } ?? longest
    return Int32(wait.milliseconds)
  }

  /// - Parameter missing: why nothing could be sent at all.
  private func end(_ multi: OpaquePointer?, because missing: ModelError?) {
    let commands = state.withLock { state in
      defer {
        state.commands = []
        state.wake = nil
        // Where libcurl is missing, the next request starts a thread that says so again.
        state.isStarted = state.isStopping
      }
      return state.commands
    }
    for case .begin(let transfer) in commands { transfer.finish(throwing: missing ?? CancellationError()) }
    if let multi { kwc_multi_destroy(multi) }
    let awaitingEnd = state.withLock { state in
      state.hasEnded = state.isStopping
      defer { if state.hasEnded { state.awaitingEnd = [] } }
      return state.hasEnded ? state.awaitingEnd : []
    }
    for continuation in awaitingEnd { continuation.resume() }
  }
}
