import Foundation
import Store
import Testing

/// Every record comes back exactly as it went in, from a file that another store opens.
@Suite struct RecordTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func jobComesBackExactly() throws {
    var job = makeJob()
    job.finished = Date(timeIntervalSince1970: 1_700_000_000.123456)
    job.outcome = Data([0xff, 0x00, 0x7f])
    do { try folder.open().write { try $0.insert(job) } }
    let back = try folder.open().read { try $0.job("job") }
    #expect(back == job)
    #expect(back?.seed == 0xffff_0000_1234_5678)
    #expect(try folder.open().read { try $0.ops(inFile: "/a.py") }.map(\.fingerprint) == ["f1"])
  }

  @Test func resultsOfAJobComeBackInOrder() throws {
    let candidates = [makeCandidate("z", labels: ["library-call", "trivial"]), makeCandidate("a")]
    let verdicts = [
      makeVerdict("v2", candidate: "z", low: 1.5), makeVerdict("v1", candidate: nil, verdict: "inconclusive"),
    ]
    let call = ModelCallRecord(
      job: "job", provider: "p", model: "m", requestHash: "h", response: "text", inputTokens: 3, outputTokens: 4,
      cost: 0.25)
    let store = try folder.open()
    try store.write {
      try $0.insert(makeJob())
      for candidate in candidates { try $0.insert(candidate) }
      for verdict in verdicts { try $0.insert(verdict) }
      try $0.insert(call)
    }
    let other = try folder.open()
    try other.read { (reader: StoreReader) throws in
      #expect(try reader.candidates(ofJob: "job") == candidates)
      #expect(try reader.candidate("a") == candidates[1])
      #expect(try reader.verdicts(ofJob: "job") == verdicts)
      #expect(try reader.modelCalls(ofJob: "job") == [call])
      #expect(try reader.modelCost(since: call.date) == 0.25)
      #expect(try reader.modelCost(since: call.date + 1) == 0)
    }
  }

  @Test func devicesInputsAndRejectionsAreRenewed() throws {
    let store = try folder.open()
    let (early, late) = (Date(timeIntervalSince1970: 1), Date(timeIntervalSince1970: 2))
    let inputs = ["a", "b"].map {
      RecordedInputRecord(file: "/a.py", opName: "Model", payload: Data($0.utf8), date: early)
    }
    try store.write {
      try $0.save(DeviceRecord(fingerprint: "d1", payload: Data("1".utf8), date: early))
      try $0.save(DeviceRecord(fingerprint: "d1", payload: Data("2".utf8), date: late))
      for input in inputs { try $0.save(input) }
      var seenAgain = inputs[0]
      seenAgain.date = late
      try $0.save(seenAgain)
      for reason in ["slower", "still slower"] {
        try $0.save(
          RejectionRecord(opFingerprint: "f1", rule: "row-fusion", deviceFingerprint: "d1", reason: reason, date: late))
      }
    }
    try store.read { (reader: StoreReader) throws in
      #expect(try reader.devices().map(\.payload) == [Data("2".utf8)])
      #expect(try reader.device(fingerprint: "d1")?.date == late)
      #expect(try reader.recordedInputs(file: "/a.py", opName: "Model").map(\.payload) == inputs.map(\.payload))
      #expect(try reader.recordedInputs(file: "/a.py", opName: "Other").isEmpty)
      #expect(try reader.rejections(opFingerprint: "f1", deviceFingerprint: "d1").map(\.reason) == ["still slower"])
      #expect(try reader.rejections(opFingerprint: "f1", deviceFingerprint: "d2").isEmpty)
    }
  }

  @Test func eventsGetTheirPlacesAndStayAsTheyAre() throws {
    let store = try folder.open()
    try store.write { try $0.insert(makeJob()) }
    let first = try store.write {
      try $0.append([NewEvent(kind: "a", payload: Data("1".utf8)), NewEvent(kind: "b", payload: Data())], toJob: "job")
    }
    let second = try store.write { try $0.append(NewEvent(kind: "c", payload: Data("3".utf8)), toJob: "job") }
    #expect(first.map(\.sequence) == [1, 2])
    #expect(second.sequence == 3)
    #expect(try store.read { try $0.events(ofJob: "job") } == first + [second])
    #expect(try store.read { try $0.events(ofJob: "job", after: 2) } == [second])
    #expect(throws: StoreError.self) {
      try store.write { try $0.append(NewEvent(kind: "a", payload: Data()), toJob: "no such job") }
    }
  }

  @Test func aChangeIsMadeWholeOrNotAtAll() throws {
    let store = try folder.open()
    try store.write { try $0.insert(makeJob()) }
    let error = #expect(throws: StoreError.self) {
      try store.write {
        try $0.insert(makeCandidate("c"))
        try $0.insert(makeCandidate("c"))
      }
    }
    #expect(error?.code == .conflict)
    #expect(try store.read { try $0.candidates(ofJob: "job") }.isEmpty)
  }
}
