import Foundation
import GRDB
import Store
import Testing

/// Whatever state the place is in, a store opens, says what is the matter, and loses nothing.
@Suite struct OpeningTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func fill() throws {
    let store = try folder.open()
    try store.write {
      try $0.insert(makeJob())
      // Enough that the file has many pages.
      for number in 0..<200 { try $0.insert(makeCandidate("c\(number)")) }
    }
    try store.close()
  }

  @Test func aFreshWorkspaceGetsAnIgnoredFolderAndNoNotice() throws {
    let store = try folder.open()
    #expect(store.notices.isEmpty)
    #expect(store.location == .workspace(folder: folder.workspace.path + "/.kernelwright"))
    #expect(
      try String(contentsOf: folder.workspace.appending(path: ".kernelwright/.gitignore"), encoding: .utf8) == "*\n")
  }

  @Test func reopeningKeepsEverythingAndSaysNothing() throws {
    try fill()
    let store = try folder.open()
    #expect(store.notices.isEmpty)
    #expect(try store.read { try $0.candidates(ofJob: "job").count } == 200)
  }

  @Test func whatWasWrittenSurvivesAProcessThatNeverClosed() throws {
    // The files as SIGKILL leaves them: the log is not folded in, the index of the log is gone.
    let store = try folder.open()
    try store.write { try $0.insert(makeJob()) }
    try store.write { try $0.append(NewEvent(kind: "tried", payload: Data("1".utf8)), toJob: "job") }
    let other = try TemporaryFolder()
    let target = other.workspace.appending(path: ".kernelwright")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: folder.database.path + suffix, toPath: other.database.path + suffix)
    }
    let survivor = try other.open()
    #expect(survivor.notices.isEmpty)
    #expect(try survivor.read { try $0.events(ofJob: "job").map(\.kind) } == ["tried"])
    withExtendedLifetime(store) {}
  }

  @Test(arguments: ["random bytes", "cut off", "a page overwritten", "empty header"])
  func aDamagedFileIsSetAsideAndAFreshOneBegun(damage: String) throws {
    try fill()
    var data = try Data(contentsOf: folder.database)
    var generator = SystemRandomNumberGenerator()
    switch damage {
    case "random bytes": data = Data((0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
    case "cut off": data = data.prefix(data.count / 2 / 4096 * 4096)
    case "a page overwritten": data.replaceSubrange(8192..<20_480, with: Data(repeating: 0xa5, count: 12_288))
    default: data.replaceSubrange(0..<100, with: Data(repeating: 0, count: 100))
    }
    try data.write(to: folder.database)
    // As a process that ran into it leaves it: not closed cleanly.
    try Data("x".utf8).write(to: folder.workspace.appending(path: ".kernelwright/check-at-next-start"))

    let store = try folder.open()
    #expect(store.notices.count == 1)
    #expect(store.notices.first?.contains("kernelwright.sqlite.damaged-1") == true)
    #expect(try Data(contentsOf: URL(filePath: folder.database.path + ".damaged-1")) == data)
    try store.write { try $0.insert(makeJob("after")) }
    try store.close()

    let again = try folder.open()
    #expect(again.notices.isEmpty)
    #expect(try again.read { try $0.job("after") } != nil)
    #expect(try again.read { try $0.job("job") } == nil)
  }

  @Test func damageFoundWhileRunningIsSetAsideAtTheNextOpening() throws {
    try fill()
    var data = try Data(contentsOf: folder.database)
    data.replaceSubrange(4096..<data.count, with: Data(repeating: 0x5a, count: data.count - 4096))
    let file = try FileHandle(forWritingTo: folder.database)
    let store = try folder.open()
    try file.write(contentsOf: data)
    try file.close()
    let error = #expect(throws: StoreError.self) { try store.read { try $0.candidates(ofJob: "job") } }
    #expect(error?.code == .damaged)
    try? store.close()
    let next = try folder.open()
    #expect(next.notices.first?.contains("damaged-1") == true)
  }

  @Test func damageTwiceIsKeptTwice() throws {
    for _ in 1...2 {
      try? FileManager.default.createDirectory(
        at: folder.database.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("not a database, and long enough to be looked at".utf8).write(to: folder.database)
      try folder.open().close()
    }
    #expect(folder.exists("workspace/.kernelwright/kernelwright.sqlite.damaged-1"))
    #expect(folder.exists("workspace/.kernelwright/kernelwright.sqlite.damaged-2"))
  }

  @Test func anUnwritableWorkspaceIsKeptInTheCache() throws {
    // A file where the folder should be stops even root, whom permissions do not stop.
    try FileManager.default.createDirectory(at: folder.workspace, withIntermediateDirectories: true)
    try Data().write(to: folder.workspace.appending(path: ".kernelwright"))
    let store = try folder.open()
    #expect(store.location.folder?.hasPrefix(folder.cache.path + "/kernelwright/") == true)
    #expect(store.notices.count == 1)
    #expect(store.notices.first?.contains(folder.cache.path) == true)
    try store.write { try $0.insert(makeJob()) }
    try store.close()
    #expect(try folder.open().read { try $0.job("job") } != nil)
  }

  @Test(.enabled("needs a read-only file system at /sys", { FileManager.default.fileExists(atPath: "/sys/kernel") }))
  func aReadOnlyFileSystemIsKeptInTheCache() throws {
    let store = try Store.open(
      workspace: URL(filePath: "/sys/kernel"), environment: ["XDG_CACHE_HOME": folder.cache.path])
    #expect(store.location.folder?.hasPrefix(folder.cache.path) == true)
    #expect(store.notices.first?.contains("/sys/kernel/.kernelwright") == true)
  }

  @Test func withNowhereToWriteItWorksInMemoryAndSaysSo() throws {
    try Data().write(to: folder.workspace)
    try Data().write(to: folder.cache)
    let store = try folder.open()
    #expect(store.location == .memory)
    #expect(store.notices.count == 1)
    try store.write { try $0.insert(makeJob()) }
    #expect(try store.read { try $0.job("job") } != nil)
  }

  @Test func aNewerVersionsFileIsLeftAlone() throws {
    try fill()
    do {
      let newer = try DatabaseQueue(path: folder.database.path)
      try newer.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999')") }
      try newer.close()
    }
    do {
      let store = try folder.open()
      #expect(store.notices.first?.contains("newer Kernelwright") == true)
      try store.write { try $0.insert(makeJob("ours")) }
      try store.close()
    }
    let theirs = try DatabaseQueue(path: folder.database.path)
    #expect(try theirs.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM candidate") } == 200)
    #expect(try theirs.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM job WHERE id = 'ours'") } == 0)
    #expect(try folder.open().read { try $0.job("ours") } != nil)
  }
}
