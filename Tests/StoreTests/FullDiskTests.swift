import Foundation
import GRDB
import Testing

@testable import Store

/// What a full disk does, by way of SQLite's own limit on the number of pages: the same result code as ENOSPC.
@Suite struct FullDiskTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func writingFailsWithAClearSentenceAndReadingGoesOn() async throws {
    let store = try folder.open()
    try await store.write { try $0.insert(makeJob()) }
    try await store.write { writer in
      try writer.database.execute(sql: "PRAGMA max_page_count = 1")
    }
    let error = await #expect(throws: StoreError.self) {
      try await store.write { writer in
        for number in 0..<1000 { try writer.insert(makeCandidate("c\(number)")) }
      }
    }
    #expect(error?.code == .full)
    #expect(error?.message.contains("Free some space") == true)
    #expect(try await store.read { try $0.job("job") } == store.read { try $0.job("job") })
    #expect(try await store.read { try $0.candidates(ofJob: "job") }.isEmpty)

    // Space has been freed.
    try await store.write { writer in
      try writer.database.execute(sql: "PRAGMA max_page_count = 100000")
    }
    try await store.write { try $0.insert(makeCandidate("c")) }
    #expect(try await store.read { try $0.candidates(ofJob: "job").map(\.id) } == ["c"])
  }

  @Test func aStoreThatOpensOnAFullDiskIsStillRead() throws {
    do {
      let store = try folder.open()
      try store.write { try $0.insert(makeJob()) }
      try store.close()
    }
    var opening = Opening()
    let full = StoreError.full(folder.database.path)
    let kernelwright = folder.database.deletingLastPathComponent().path
    let opened = opening.openForReading(.workspace(folder: kernelwright), folder: kernelwright, because: full)
    let store = try #require(opened)
    #expect(try store.read { try $0.job("job") } != nil)
    #expect(store.notices == [full.message])
    let error = #expect(throws: StoreError.self) { try store.write { try $0.insert(makeJob("two")) } }
    #expect(error?.code == .full)
  }
}
