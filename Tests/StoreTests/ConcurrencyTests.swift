import Foundation
import Store
import Testing

@Suite struct ConcurrencyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func serversOpenAndWriteAtTheSameTimeWithoutLosingAnything() async throws {
    let folder = folder
    try await withThrowingTaskGroup(of: Void.self) { group in
      for server in 0..<4 {
        group.addTask {
          let store = try folder.open()
          #expect(store.notices.isEmpty)
          try await store.write { try $0.insert(makeJob("job-\(server)")) }
          for number in 0..<25 {
            try await store.write {
              try $0.append(NewEvent(kind: "\(number)", payload: Data()), toJob: "job-\(server)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let store = try folder.open()
    for server in 0..<4 {
      let events = try await store.read { try $0.events(ofJob: "job-\(server)") }
      #expect(events.map(\.kind) == (0..<25).map(String.init))
      #expect(events.map(\.sequence) == Array(1...25))
    }
  }

  @Test func serversThatMeetADamagedFileTogetherSetItAsideOnce() async throws {
    try FileManager.default.createDirectory(
      at: folder.database.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(repeating: 0x77, count: 8192).write(to: folder.database)
    let folder = folder
    let notices = try await withThrowingTaskGroup(of: [String].self) { group in
      for server in 0..<4 {
        group.addTask {
          let store = try folder.open()
          try await store.write { try $0.insert(makeJob("job-\(server)")) }
          return store.notices
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(notices.count == 1)
    #expect(try await folder.open().read { try $0.history() }.count == 4)
  }

  @Test func aCancelledTaskStillKeepsWhatItFound() async throws {
    let store = try folder.open()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await store.write { try $0.insert(makeJob()) }
      return try await store.read { try $0.job("job") }
    }
    #expect(try await task.value?.id == "job")
  }

  @Test func readersSeeASteadyStateWhileOthersWrite() throws {
    let store = try folder.open()
    let other = try folder.open()
    try store.write { try $0.insert(makeJob()) }
    let counts = try store.read { reader in
      let before = try reader.events(ofJob: "job").count
      try other.write { try $0.append(NewEvent(kind: "a", payload: Data()), toJob: "job") }
      return (before, try reader.events(ofJob: "job").count)
    }
    #expect(counts == (0, 0))
    #expect(try store.read { try $0.events(ofJob: "job").count } == 1)
  }
}
