#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A single-threaded loop over a connection: it owns all state behind it, so nothing behind it needs a lock.
///
/// The loop waits in `poll` for input, for events that other threads post to its mailbox, for timers, for room in the
/// output and for the end of the client's process; it never spins and never blocks on the client. Everything that has
/// arrived is read before the next message is handled, so that a `$/cancelRequest` overtakes the request it takes
/// back. Not `Sendable`: only `mailbox` may leave the loop's thread.
public final class MessageLoop<Event: Sendable> {
  /// Why the loop ended.
  public enum End: Equatable, Sendable {
    /// `stop` was called.
    case stopped
    /// The client closed our input, or its end of our output.
    case disconnected
    /// The process given to `watch` is gone.
    case clientExited
  }

  public let mailbox: Mailbox<Event>

  let input: Int32
  var output: OutputQueue
  var encoder = FrameEncoder()
  private var decoder: FrameDecoder
  private var inputEnded = false
  private var pending = PendingMessages()
  private var timers = TimerQueue()
  private var idleWork: [() -> Void] = []
  private var watch: ProcessWatch?
  private var end: End?

  /// How often a client's process is looked for where the system can't tell of its end.
  private static var watchInterval: Duration { .seconds(5) }

  /// - Parameters:
  ///   - input: descriptor of the client's messages.
  ///   - output: descriptor for ours; may be the same socket.
  ///   - maximumBody: messages larger than this many bytes are refused.
  /// - Returns: nil when the process has no descriptors left for the mailbox.
  public init?(input: Int32, output: Int32, maximumBody: Int = 256 << 20) {
    guard let mailbox = Mailbox<Event>() else { return nil }
    System.ignoreBrokenPipes()
    self.mailbox = mailbox
    self.input = input
    self.output = OutputQueue(descriptor: output)
    decoder = FrameDecoder(maximumBody: maximumBody)
    if System.kind(of: input) == .pipe { System.enlargePipe(input) }
  }

  /// Ends the loop after the message being handled.
  public func stop() {
    if end == nil { end = .stopped }
  }

  /// Ends the loop when this process ends.
  public func watch(process: Int32) {
    let watch = ProcessWatch(process: process)
    self.watch = watch
    if watch.descriptor == nil { lookForClient() }
  }

  private func lookForClient() {
    guard let watch else { return }
    guard watch.isAlive else {
      end = end ?? .clientExited
      return
    }
    after(Self.watchInterval) { [weak self] in self?.lookForClient() }
  }

  /// Runs a closure on the loop once the time has passed.
  @discardableResult
  public func after(_ delay: Duration, _ body: @escaping () -> Void) -> TimerID {
    let (seconds, attoseconds) = delay.components
    let nanoseconds = UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000)
    return timers.add(deadline: System.now + nanoseconds, body)
  }

  public func cancel(_ timer: TimerID) {
    timers.cancel(timer)
  }

  /// Runs a closure as soon as there is nothing to read and nothing to answer.
  public func whenIdle(_ body: @escaping () -> Void) {
    idleWork.append(body)
  }

  /// Runs until the connection ends; both closures are called on this thread.
  public func run(onMessage: (IncomingMessage) -> Void, onEvent: (Event) -> Void) -> End {
    while true {
      for event in mailbox.takeAll() { onEvent(event) }
      while let body = timers.takeDue(now: System.now) { body() }
      if let end = reasonToEnd() { return close(end) }
      let isBusy = !pending.isEmpty || !idleWork.isEmpty
      wait(timeout: isBusy ? 0 : timeoutToNextTimer())
      if let message = pending.takeFirst() {
        onMessage(message)
      } else if !idleWork.isEmpty {
        let work = idleWork
        idleWork = []
        for body in work { body() }
      }
    }
  }

  private func reasonToEnd() -> End? {
    if let end { return end }
    if output.isClosed { return .disconnected }
    // What came before the end of the input is still answered.
    return inputEnded && pending.isEmpty ? .disconnected : nil
  }

  private func close(_ end: End) -> End {
    mailbox.close()
    // A client that reads gets its last replies; one that doesn't is not waited for.
    output.finish(within: end == .stopped ? 500 : 0)
    return end
  }

  /// Milliseconds, rounded up so that a timer is due when the wait ends.
  private func timeoutToNextTimer() -> Int32 {
    guard let deadline = timers.nextDeadline else { return -1 }
    let now = System.now
    guard deadline > now else { return 0 }
    return Int32(min((deadline - now + 999_999) / 1_000_000, 1 << 30))
  }

  /// One wait, and then everything that is ready.
  private func wait(timeout: Int32) {
    let readsInput = !inputEnded && !output.isCongested && pending.hasRoom
    var descriptors = [
      pollfd(fd: readsInput ? input : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: output.isEmpty ? -1 : output.descriptor, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: watch?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    System.poll(&descriptors, timeout: timeout)
    if descriptors[1].revents != 0 { mailbox.acknowledgeWakeUp() }
    if descriptors[2].revents != 0 { output.flush() }
    if descriptors[3].revents != 0 { end = end ?? .clientExited }
    if descriptors[0].revents != 0 { readInput() }
  }

  /// Reads what one call gives; `wait` comes back for more before a message is handled late.
  private func readInput() {
    var outcome = System.Outcome.wouldBlock
    decoder.receive(max(1 << 16, min(decoder.missingBytes, 1 << 20))) { room in
      outcome = System.read(input, into: room)
      if case .count(let count) = outcome { return count }
      return 0
    }
    switch outcome {
    case .wouldBlock: return
    case .closed: inputEnded = true
    case .count: decodeFrames()
    }
  }

  private func decodeFrames() {
    while let frame = decoder.next() {
      switch frame {
      case .damaged(let reason):
        pending.append(.malformed(id: nil, ResponseError(.parseError, reason)), bytes: 0)
      case .body(let range):
        do {
          let json = try decoder.withBytes(of: range) { try JSONValue(parsing: $0) }
          accept(IncomingMessage(json), bytes: range.count)
        } catch let error as JSONParseError {
          recover(from: error, in: range)
        } catch {
          pending.append(.malformed(id: nil, ResponseError(.parseError, "\(error)")), bytes: 0)
        }
      }
    }
  }

  /// A length that was stated too large runs into the next message; that one must not be lost with it.
  private func recover(from error: JSONParseError, in range: Range<Int>) {
    if error.reason == .trailingBytes, decoder.putBack(from: error.offset, of: range) {
      let whole = range.lowerBound..<range.lowerBound + error.offset
      if let json = try? decoder.withBytes(of: whole, { try JSONValue(parsing: $0) }) {
        return accept(IncomingMessage(json), bytes: whole.count)
      }
    }
    pending.append(.malformed(id: nil, ResponseError(.parseError, error.description)), bytes: 0)
  }

  /// A cancellation takes its request out of the line when that is still there; it is passed on otherwise.
  private func accept(_ message: IncomingMessage, bytes: Int) {
    if case .notification("$/cancelRequest", let params) = message, let value = params["id"],
      let id = try? RequestID(json: value), pending.removeRequest(id)
    {
      fail(id, ResponseError(.requestCancelled, "cancelled"))
      return
    }
    pending.append(message, bytes: bytes)
  }
}
