import Dispatch
import Synchronization

/// One value handed from one thread to another that waits for it.
public final class Handoff<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let arrived = DispatchSemaphore(value: 0)

  public init() {}

  public func put(_ new: Value?) {
    value.withLock { $0 = new }
    arrived.signal()
  }

  /// Nil when it does not come: a test must fail, not hang.
  public func wait() -> Value? {
    guard arrived.wait(timeout: .now() + .seconds(Patience.seconds)) == .success else { return nil }
    defer { arrived.signal() }
    return value.withLock { $0 }
  }
}
