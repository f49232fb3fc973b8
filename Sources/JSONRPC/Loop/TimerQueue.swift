/// Names a timer of the loop.
public struct TimerID: Hashable, Sendable {
  let value: Int
}

/// What is to happen at a later time. A handful at most: a sorted list is all it takes.
struct TimerQueue {
  private struct Timer {
    var deadline: UInt64
    var id: TimerID
    var body: () -> Void
  }

  private var timers: [Timer] = []
  private var nextID = 0

  var nextDeadline: UInt64? { timers.first?.deadline }

  mutating func add(deadline: UInt64, _ body: @escaping () -> Void) -> TimerID {
    nextID += 1
    let id = TimerID(value: nextID)
    let index = timers.firstIndex { $0.deadline > deadline } ?? timers.count
    timers.insert(Timer(deadline: deadline, id: id, body: body), at: index)
    return id
  }

  mutating func cancel(_ id: TimerID) {
    timers.removeAll { $0.id == id }
  }

  /// The body of the earliest timer that is due.
  mutating func takeDue(now: UInt64) -> (() -> Void)? {
    guard let first = timers.first, first.deadline <= now else { return nil }
    return timers.removeFirst().body
  }
}
