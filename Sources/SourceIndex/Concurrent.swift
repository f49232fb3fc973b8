import Dispatch

/// Work on large files shared out to the processors. Results are those of doing it in turn.
enum Concurrent {
  /// `body` of 0, 1, … in order; it must not care about which thread calls it, nor when.
  static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress {
        nonisolated(unsafe) let base = base  // each element is written by one thread, and read when all are done
        DispatchQueue.concurrentPerform(iterations: count) { (base + $0).initialize(to: body($0)) }
      }
      initialized = count
    }
  }

  /// Fewer elements take less time than it takes to wake a thread up.
  private static let least = 256

  /// `body` of every element in order; of many elements, a sixteenth at a time.
  static func map<Elements: RandomAccessCollection & Sendable, Result: Sendable>(
    _ elements: Elements, _ body: @Sendable (_ index: Int, Elements.Element) -> Result
  ) -> [Result] where Elements.Index == Int {
    let pieces = elements.count < least ? 1 : 16
    return map(pieces) { piece in
      let range = elements.count * piece / pieces..<elements.count * (piece + 1) / pieces
      return range.map { body($0, elements[$0]) }
    }.flatMap { $0 }
  }
}
