import Synchronization

/// Events from other threads on their way to the loop.
///
/// Posting never waits for the loop. The wake-up pipe gets one byte when the box was empty, so that a storm of events
/// costs one wake-up.
public final class Mailbox<Event: Sendable>: Sendable {
  private struct State {
    var events: [Event] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let readEnd: Int32
  private let writeEnd: Int32

  /// Nil when the process has no descriptors left.
  public init?() {
    guard let (readEnd, writeEnd) = System.makePipe() else { return nil }
    self.readEnd = readEnd
    self.writeEnd = writeEnd
  }

  deinit {
    System.close(readEnd)
    System.close(writeEnd)
  }

  /// Delivers an event to the loop's thread; it is dropped when the loop has ended.
  public func post(_ event: Event) {
    let wasEmpty = state.withLock { state in
      guard !state.isClosed else { return false }
      state.events.append(event)
      return state.events.count == 1
    }
    guard wasEmpty else { return }
    withUnsafeBytes(of: UInt8(1)) { _ = System.write(writeEnd, $0) }
  }

  /// Readable when there is something to take.
  var descriptor: Int32 { readEnd }

  /// Takes the wake-up bytes; the events stay. Called on the loop's thread when `descriptor` is readable.
  func acknowledgeWakeUp() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while case .count = System.read(readEnd, into: buffer) {}
    }
  }

  /// Everything posted so far, in order. Called on the loop's thread.
  func takeAll() -> [Event] {
    state.withLock { state in
      defer { state.events = [] }
      return state.events
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      state.events = []
    }
  }
}
