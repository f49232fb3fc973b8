/// Messages that were read and not handled yet, oldest first.
struct PendingMessages {
  private var messages: [(message: IncomingMessage, bytes: Int)?] = []
  private var head = 0
  private var bytes = 0

  /// Past these bounds the loop handles what it has before it reads on; the client's pipe then holds the rest.
  private static let maximumCount = 4096
  private static let maximumBytes = 64 << 20

  var isEmpty: Bool { head == messages.count }
  var hasRoom: Bool { messages.count - head < Self.maximumCount && bytes < Self.maximumBytes }

  mutating func append(_ message: IncomingMessage, bytes: Int) {
    messages.append((message, bytes))
    self.bytes += bytes
  }

  mutating func takeFirst() -> IncomingMessage? {
    while head < messages.count {
      let entry = messages[head]
      messages[head] = nil
      head += 1
      if head == messages.count {
        messages.removeAll(keepingCapacity: messages.count <= Self.maximumCount)
        head = 0
      }
      guard let entry else { continue }
      bytes -= entry.bytes
      return entry.message
    }
    return nil
  }

  /// Takes a request out of the line; false when it is not there (any more).
  mutating func removeRequest(_ id: RequestID) -> Bool {
    for index in head..<messages.count {
      guard let entry = messages[index], case .request(id, _, _) = entry.message else { continue }
      bytes -= entry.bytes
      messages[index] = nil
      return true
    }
    return false
  }
}
