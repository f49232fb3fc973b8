import Testing

@testable import Engine

@Suite("One job at a time on a device")
struct DeviceQueueTests {
  @Test("Everybody gets a turn, and turns never overlap")
  func order() async throws {
    let queue = DeviceQueue()
    let record = Record()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await queue.withTurn {
            await record.enter(number)
            await Task.yield()
            await record.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(Set(await record.order) == Set(0..<20))
    #expect(await record.most == 1)
  }

  /// Who had a turn, and how many had one at once.
  private actor Record {
    var order: [Int] = []
    var most = 0
    private var inside = 0

    func enter(_ number: Int) {
      order.append(number)
      inside += 1
      most = max(most, inside)
    }

    func leave() { inside -= 1 }
  }

  @Test("One that is cancelled while it waits gives up its place")
  func cancellation() async throws {
    let queue = DeviceQueue()
    let (started, begin) = AsyncStream<Void>.makeStream()
    let (release, letGo) = AsyncStream<Void>.makeStream()
    let holder = Task {
      try await queue.withTurn {
        begin.yield()
        for await _ in release { break }
      }
    }
    for await _ in started { break }
    let waiter = Task { try await queue.withTurn { Issue.record("a cancelled waiter got its turn") } }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
    letGo.yield()
    try await holder.value
    // The queue is free again for whoever comes next.
    try await queue.withTurn {}
  }
}
