import Foundation
import GRDB
import Testing

@testable import Store

/// What was measured on ops of one kind is found again by what they look like, and never costs more than it helps.
@Suite struct ScheduleTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func record(
    _ traits: String, ratio: Double? = 2, exact: String = "e1", device: String = "d1", structure: String = "s1",
    versions: String = "v1", at seconds: Double = 1000
  ) -> ScheduleRecord {
    ScheduleRecord(
      deviceFingerprint: device, versions: versions, structure: structure, exact: exact, extents: [64, 1000],
      agent: "fusion",
      rule: "fusion", traits: traits, ratio: ratio, opName: "Model", date: Date(timeIntervalSinceReferenceDate: seconds)
    )
  }

  private func found(_ store: Store, until date: Date = .distantFuture) throws -> [ScheduleRecord] {
    try store.read { try $0.schedules(deviceFingerprint: "d1", versions: "v1", structure: "s1", until: date) }
  }

  @Test func anotherOpeningFindsThemLatestFirst() throws {
    let (old, refused, new) = (
      record("a"), record("b", ratio: nil, at: 1001), record("a", ratio: 3, exact: "e2", at: 1002)
    )
    do {
      let store = try folder.open()
      try store.write { for each in [old, refused, new] { try $0.save(each) } }
      try store.close()
    }
    let store = try folder.open()
    #expect(try found(store) == [new, refused, old])
    #expect(try found(store, until: refused.date) == [refused, old])
  }

  @Test func otherChipsVersionsAndStructuresAreNotMixedIn() throws {
    let store = try folder.open()
    try store.write {
      for each in [record("a", device: "d2"), record("a", structure: "s2"), record("a", versions: "v2")] {
        try $0.save(each)
      }
    }
    #expect(try found(store).isEmpty)
  }

  @Test func theLatestMeasurementOfTheSameCounts() throws {
    let store = try folder.open()
    try store.write {
      try $0.save(record("a", ratio: 2))
      try $0.save(record("a", ratio: 1.5, at: 1001))
    }
    #expect(try found(store).map(\.ratio) == [1.5])
  }

  @Test func theOldestGoWhenThereAreTooMany() throws {
    let store = try folder.open()
    try store.write {
      for number in 0..<Limits.schedules + 7 { try $0.save(record("\(number)", at: Double(number))) }
    }
    let traits = try found(store).map(\.traits)
    #expect(traits.count == Limits.schedules)
    #expect(traits.last == "7" && traits.first == "\(Limits.schedules + 6)")
  }

  @Test func aRowThatCannotBeReadCostsNoOther() throws {
    let store = try folder.open()
    try store.write {
      try $0.save(record("a"))
      try $0.save(record("b"))
      try $0.save(record("c"))
    }
    let file = try DatabaseQueue(path: folder.database.path)
    try file.write {
      try $0.execute(sql: "UPDATE schedule SET ratio = 'fast' WHERE traits = 'b'")
      try $0.execute(sql: "UPDATE schedule SET extents = '[64, oops' WHERE traits = 'c'")
    }
    try file.close()
    #expect(try found(store).map(\.traits) == ["a"])
  }

  @Test func aDatabaseOfTheFirstVersionIsTakenOver() throws {
    try FileManager.default.createDirectory(
      at: folder.database.deletingLastPathComponent(), withIntermediateDirectories: true)
    let file = try DatabaseQueue(path: folder.database.path)
    try Schema.migrator.migrate(file, upTo: "1")
    try file.close()
    let store = try folder.open()
    try store.write {
      try $0.insert(makeJob())
      try $0.save(record("a"))
    }
    #expect(store.notices.isEmpty)
    #expect(try found(store).count == 1)
  }
}
