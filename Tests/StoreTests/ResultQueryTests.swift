import Foundation
import Store
import Testing

@Suite struct ResultQueryTests {
  let store: Store
  let day: TimeInterval = 86_400
  let start = Date(timeIntervalSince1970: 1_700_000_000)

  init() throws {
    store = try Store.inMemory()
    try store.write { try $0.insert(makeJob()) }
  }

  private func profile(_ op: String = "f1", device: String = "d1", tools: String = "t1", day number: Double) throws
    -> ProfileRecord
  {
    let record = ProfileRecord(
      opFingerprint: op, deviceFingerprint: device, tools: tools, payload: Data("\(number)".utf8),
      date: start + number * day)
    try store.write { try $0.insert(record) }
    return record
  }

  @discardableResult private func verdict(
    _ id: String, _ verdict: String, low: Double? = nil, key: ResultKey = key, labels: [String] = [], day number: Double
  ) throws -> VerdictRecord {
    let record = makeVerdict(
      id, candidate: "c-\(id)", key: key, verdict: verdict, low: low, date: start + number * day)
    try store.write {
      try $0.insert(makeCandidate("c-\(id)", labels: labels))
      try $0.insert(record)
    }
    return record
  }

  @Test func latestProfileIsTheLatestOfItsKey() throws {
    _ = try profile(day: 1)
    let latest = try profile(day: 2)
    _ = try profile(tools: "t2", day: 3)
    let found = try store.read { (reader: StoreReader) throws in
      try reader.latestProfile(opFingerprint: "f1", deviceFingerprint: "d1", tools: "t1")
    }
    #expect(found == latest)
    #expect(
      try store.read { try $0.latestProfile(opFingerprint: "f1", deviceFingerprint: "d9", tools: "t1") } == nil)
  }

  @Test func headlineIsTheBestVerifiedOneAndElseTheLatest() throws {
    try verdict("best", "verified", low: 2.2, day: 1)
    try verdict("other", "verified", low: 1.1, day: 2)
    try verdict("later", "wrong", day: 3)
    let onOther = ResultKey(opFingerprint: "f1", deviceFingerprint: "d2", tools: "t1", policy: "1")
    try verdict("slow", "not-faster", key: onOther, day: 1)
    try verdict("slower", "not-faster", key: onOther, day: 2)
    let results = try store.read { try $0.results(of: ["f1", "unknown"]) }
    #expect(results.keys.sorted() == ["f1"])
    #expect(results["f1"]?.verdicts.map(\.id) == ["slower", "best"])
    #expect(try store.read { try $0.latestVerdict(key)?.id } == "later")
  }

  @Test func whatIsNotPermittedIsNoHeadline() throws {
    try verdict("pruned", "verified", low: 9, labels: ["algebraic-pruning"], day: 1)
    try verdict("exact", "verified", low: 2, labels: ["library-call"], day: 1)
    let strict = try store.read { (reader: StoreReader) throws in
      try reader.results(of: ["f1"], withoutLabels: ["algebraic-pruning", "precision-change"])
    }
    #expect(strict["f1"]?.verdicts.map(\.id) == ["exact"])
    #expect(try store.read { try $0.results(of: ["f1"]) }["f1"]?.verdicts.map(\.id) == ["pruned"])
  }

  @Test func profilesAreTheLatestOfEachDeviceAndTools() throws {
    _ = try profile(day: 1)
    let a = try profile(day: 2)
    let b = try profile(device: "d2", day: 3)
    let c = try profile("f2", day: 4)
    let results = try store.read { try $0.results(of: ["f1", "f2"]) }
    #expect(results["f1"]?.profiles == [b, a])
    #expect(results["f2"]?.profiles == [c])
  }

  @Test func resultsOfAnEarlierFormAreFoundByFileAndName() throws {
    try store.write {
      try $0.saw(opFingerprint: "old", file: "/b.py", name: "Model")
      try $0.saw(opFingerprint: "new", file: "/b.py", name: "Model")
      try $0.saw(opFingerprint: "other", file: "/b.py", name: "Other")
    }
    let old = ResultKey(opFingerprint: "old", deviceFingerprint: "d1", tools: "t1", policy: "1")
    let other = ResultKey(opFingerprint: "other", deviceFingerprint: "d1", tools: "t1", policy: "1")
    try verdict("best", "verified", low: 2, key: old, day: 1)
    try verdict("last", "wrong", key: old, day: 2)
    try verdict("of another op", "verified", low: 7, key: other, day: 3)
    let last = try profile("old", day: 1)
    try store.read { (reader: StoreReader) throws in
      #expect(try reader.latestVerdict(file: "/b.py", opName: "Model")?.id == "best")
      #expect(try reader.latestProfile(file: "/b.py", opName: "Model") == last)
      #expect(try reader.latestVerdict(file: "/c.py", opName: "Model") == nil)
    }
  }

  @Test func anOpThatWasCopiedHasItsResultsInBothPlaces() throws {
    try store.write { try $0.saw(opFingerprint: "f1", file: "/copy.py", name: "Copy") }
    try verdict("v", "verified", low: 2, day: 1)
    #expect(try store.read { try $0.latestVerdict(file: "/copy.py", opName: "Copy")?.id } == "v")
    #expect(try store.read { try $0.ops(fingerprint: "f1").map(\.file).sorted() } == ["/a.py", "/copy.py"])
  }

  @Test func manyFingerprintsAreOneQuestion() throws {
    let names = (0..<2000).map { "op-\($0)" }
    for name in ["op-0", "op-1999"] { _ = try profile(name, day: 1) }
    #expect(try store.read { try $0.results(of: names) }.keys.sorted() == ["op-0", "op-1999"])
  }
}
