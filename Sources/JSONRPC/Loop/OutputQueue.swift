#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Names what a notification is about, so that a newer one can take the place of an older one that was not sent yet.
public struct CoalescingKey: Hashable, Sendable {
  public var method: String
  public var subject: String

  public init(_ method: String, _ subject: String) {
    self.method = method
    self.subject = subject
  }
}

/// Messages on their way to a client that may be slow, or have stopped reading.
///
/// A write never waits. What can't be written is kept; a kept message with a coalescing key is replaced by the next one
/// with that key, in its place in the line. Past `highWater` the loop reads no further requests until the client has
/// caught up, which bounds the rest: what is queued then is at most what one batch of requests and the engine's
/// coalesced events amount to.
struct OutputQueue {
  private struct Entry {
    var bytes: [UInt8]
    var key: CoalescingKey?
  }

  static let highWater = 16 << 20

  let descriptor: Int32
  private let kind: System.DescriptorKind
  private var entries: [Entry] = []
  /// Entries before this one were sent.
  private var head = 0
  /// Bytes of the first entry that were sent already.
  private var sent = 0
  private(set) var queuedBytes = 0
  /// The client has closed its end; everything goes to nowhere from here on.
  private(set) var isClosed = false

  init(descriptor: Int32) {
    self.descriptor = descriptor
    kind = System.kind(of: descriptor)
    if kind == .pipe {
      System.setNonBlocking(descriptor, true)
      System.enlargePipe(descriptor)
    }
  }

  var isEmpty: Bool { head == entries.count }
  var isCongested: Bool { queuedBytes > Self.highWater }

  /// Sends a message, or as much of it as goes, and keeps the rest.
  mutating func send(_ bytes: UnsafeRawBufferPointer, key: CoalescingKey? = nil) {
    guard !isClosed else { return }
    guard isEmpty else { return enqueue(bytes, key) }
    let count = write(bytes)
    guard count < bytes.count, !isClosed else { return }
    entries = [Entry(bytes: Array(bytes), key: key)]
    head = 0
    sent = count
    queuedBytes = bytes.count - count
  }

  private mutating func enqueue(_ bytes: UnsafeRawBufferPointer, _ key: CoalescingKey?) {
    if let key {
      let firstReplaceable = sent > 0 ? head + 1 : head
      for index in firstReplaceable..<max(firstReplaceable, entries.count) where entries[index].key == key {
        queuedBytes += bytes.count - entries[index].bytes.count
        entries[index].bytes = Array(bytes)
        return
      }
    }
    entries.append(Entry(bytes: Array(bytes), key: key))
    queuedBytes += bytes.count
  }

  /// Writes what can be written now.
  mutating func flush() {
    while !isEmpty && !isClosed {
      let total = entries[head].bytes.count
      let written = entries[head].bytes.withUnsafeBytes { [sent] in
        write(UnsafeRawBufferPointer(rebasing: $0[sent...]))
      }
      sent += written
      queuedBytes -= written
      guard sent == total else { break }
      entries[head].bytes = []
      head += 1
      sent = 0
    }
    if isEmpty || isClosed {
      entries = []
      head = 0
      sent = 0
      queuedBytes = 0
    } else if head > 256 {
      entries.removeSubrange(0..<head)
      head = 0
    }
  }

  /// Writes until the system takes no more; returns how much went.
  private mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    while count < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
      let outcome: System.Outcome
      switch kind {
      case .pipe: outcome = System.write(descriptor, rest)
      case .socket: outcome = System.send(descriptor, rest)
      case .other:
        // A terminal or a file: its flags are shared with the process that started us, so they stay as they are.
        // A descriptor that `poll` calls writable takes a small portion without waiting.
        var ready = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        System.poll(&ready, timeout: 0)
        outcome =
          ready[0].revents == 0
          ? .wouldBlock
          : System.write(descriptor, UnsafeRawBufferPointer(rebasing: rest[..<min(rest.count, 4096)]))
      }
      switch outcome {
      case .count(let written): count += written
      case .wouldBlock: return count
      case .closed:
        isClosed = true
        return count
      }
    }
    return count
  }

  /// Waits up to `milliseconds` for the client to take what is left, then leaves the descriptor as it was found.
  mutating func finish(within milliseconds: Int32) {
    let deadline = System.now + UInt64(milliseconds) * 1_000_000
    flush()
    while !isEmpty && !isClosed {
      let now = System.now
      guard now < deadline else { break }
      var ready = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
      System.poll(&ready, timeout: Int32((deadline - now) / 1_000_000 + 1))
      flush()
    }
    if kind == .pipe { System.setNonBlocking(descriptor, false) }
  }
}
