import Foundation
import Store
import Testing

@Suite struct JobTests {
  let folder: TemporaryFolder
  let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try folder.open()
  }

  /// A process that has ended and was collected.
  private func deadOwner() throws -> ProcessIdentity {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "read line"]
    let input = Pipe()
    process.standardInput = input
    try process.run()
    var owner = ProcessIdentity.current()
    owner.pid = process.processIdentifier
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    return owner
  }

  @Test func theFirstEndCounts() throws {
    try store.write {
      try $0.insert(makeJob(state: .queued))
      #expect(try $0.setState(.running, ofJob: "job"))
      #expect(try $0.setState(.cancelled, ofJob: "job", outcome: Data("first".utf8)))
      #expect(try !$0.setState(.done, ofJob: "job", outcome: Data("second".utf8)))
      #expect(try !$0.setState(.done, ofJob: "no such job"))
    }
    let job = try store.read { try $0.job("job") }
    #expect(job?.state == .cancelled)
    #expect(job?.outcome == Data("first".utf8))
    #expect(job?.finished != nil)
  }

  @Test func jobOfADeadProcessIsInterrupted() throws {
    let dead = try deadOwner()
    try store.write {
      try $0.insert(makeJob("dead", owner: dead))
      try $0.insert(makeJob("dead elsewhere", file: "/b.py", owner: dead))
      try $0.insert(makeJob("alive"))
      try $0.insert(makeJob("dead but done", state: .done, owner: dead))
    }
    #expect(try store.read { try $0.interruptedJobs(file: "/a.py").map(\.id) } == ["dead"])
    let marked = try store.write { try $0.markInterrupted() }
    #expect(marked.map(\.id).sorted() == ["dead", "dead elsewhere"])
    #expect(try store.write { try $0.markInterrupted() }.isEmpty)
    #expect(try store.read { try $0.job("dead")?.state } == .interrupted)
    #expect(try store.read { try $0.interruptedJobs().count } == 2)
    #expect(try store.read { try $0.job("alive")?.state } == .running)
  }

  @Test func aProcessNumberThatWasGivenAgainIsAnotherProcess() throws {
    var owner = ProcessIdentity.current()
    #expect(owner.isAlive == true)
    owner.start += "0"
    #expect(owner.isAlive == false)
    owner = .current()
    owner.boot = "before"
    #expect(owner.isAlive == false)
    owner.host += "-other"
    #expect(owner.isAlive == nil)
  }

  @Test func jobOfAnotherMachineIsTakenForDeadOnlyAfterLongSilence() throws {
    var elsewhere = ProcessIdentity.current()
    elsewhere.host += "-other"
    let begin = Date(timeIntervalSince1970: 1_700_000_000)
    try store.write {
      try $0.insert(makeJob(owner: elsewhere, started: begin))
      try $0.append(NewEvent(kind: "tried", payload: Data(), date: begin + 3600), toJob: "job")
    }
    #expect(try store.read { try $0.interruptedJobs(now: begin + 3660) }.isEmpty)
    #expect(try store.read { try $0.interruptedJobs(now: begin + 2 * 3600) }.count == 1)
  }

  @Test func onlyOneServerResumesAJob() throws {
    let dead = try deadOwner()
    try store.write { try $0.insert(makeJob(owner: dead)) }
    let other = try folder.open()
    let mine = try store.write { try $0.adopt(job: "job") }
    #expect(mine?.owner == .current())
    #expect(mine?.state == .running)
    #expect(mine?.seed == makeJob().seed)
    #expect(try other.write { try $0.adopt(job: "job") } == nil)
    #expect(try other.read { try $0.interruptedJobs() }.isEmpty)
  }

  @Test func historyIsNewestFirstWithWhatCameOfIt() throws {
    let day = Date(timeIntervalSince1970: 1_700_000_000)
    try store.write {
      try $0.insert(makeJob("one", started: day))
      try $0.insert(makeJob("two", started: day + 10))
      try $0.insert(makeJob("three", file: "/b.py", started: day + 20))
      try $0.insert(makeCandidate("c1", job: "one"))
      try $0.insert(makeCandidate("c3", job: "three"))
      try $0.insert(makeVerdict("v1", candidate: "c1", job: "one", low: 2))
    }
    let all = try store.read { try $0.history() }
    #expect(all.map(\.job.id) == ["three", "two", "one"])
    #expect(all.map(\.candidates.count) == [1, 0, 1])
    #expect(all.last?.verdicts.map(\.id) == ["v1"])
    #expect(try store.read { try $0.history(file: "/a.py", limit: 1) }.map(\.job.id) == ["two"])
  }
}
