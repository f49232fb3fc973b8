import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import LanguageServer

@Suite("A workspace's thread")
struct WorkspaceThreadTests {
  private func waitUntil(_ condition: () -> Bool) -> Bool {
    let deadline = DispatchTime.now() + .seconds(Patience.seconds)
    while !condition() {
      guard DispatchTime.now() < deadline else { return false }
      _ = DispatchSemaphore(value: 0).wait(timeout: .now() + 0.001)
    }
    return true
  }

  @Test("is there while there is work, and again when there is more")
  func comesAndGoes() {
    let thread = WorkspaceThread(name: "test", patience: 0.01)
    let done = Mutex<[Int]>([])
    #expect(!thread.isRunning)
    for round in 0..<3 {
      for number in 0..<4 { thread.perform { done.withLock { $0.append(4 * round + number) } } }
      #expect(waitUntil { done.withLock { $0.count } == 4 * round + 4 })
      #expect(waitUntil { !thread.isRunning })
    }
    #expect(done.withLock { $0 } == Array(0..<12))
    thread.close()
    #expect(thread.waitForEnd(until: .now()))
  }

  @Test("does what was asked for before it was closed, and nothing after", arguments: [0, 0.0001, 10])
  func closes(patience: Double) {
    let thread = WorkspaceThread(name: "test", patience: patience)
    let done = Mutex(0)
    for _ in 0..<1000 { thread.perform { done.withLock { $0 += 1 } } }
    thread.close()
    thread.perform { done.withLock { $0 += 1 } }
    #expect(thread.waitForEnd(until: .now() + .seconds(Patience.seconds)))
    #expect(done.withLock { $0 } == 1000)
  }
}
