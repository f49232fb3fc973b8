import Foundation
import GRDB

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// One opening of a store: tries one place after the other, repairs what can be repaired, and says what it did.
struct Opening {
  private var notices: [String] = []
  private var obstacles: [String] = []

  static let fileName = "kernelwright.sqlite"
  /// Where this file stands, the next opening checks the whole database.
  private static let checkMarker = "check-at-next-start"

  /// Asks the next opening for a full check: a running process must not move a file away under others that use it.
  static func askForCheck(in folder: String) {
    _ = FileManager.default.createFile(atPath: folder + "/" + checkMarker, contents: nil)
  }

  mutating func open(_ places: [StoreLocation]) throws(StoreError) -> Store {
    for place in places {
      guard let folder = place.folder else { continue }
      do {
        return try open(place, folder: folder)
      } catch let error as StoreError where error.code == .full {
        if let store = openForReading(place, folder: folder, because: error) { return store }
        obstacles.append(error.message)
      } catch let error as StoreError {
        obstacles.append(error.message)
      } catch {
        obstacles.append("\(folder) can't be written (\(reason(error))).")
      }
    }
    return try openInMemory()
  }

  private mutating func open(_ place: StoreLocation, folder: String) throws -> Store {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let ignore = folder + "/.gitignore"
    if !FileManager.default.fileExists(atPath: ignore) {
      try Data("*\n".utf8).write(to: URL(fileURLWithPath: ignore))
    }
    let lock = try OpeningLock(folder: folder)
    let (database, path) = try openFile(in: folder)
    if case .cache = place {
      notices.append(
        obstacles.joined(separator: " ") + " Results are kept in \(folder) instead; make the first place writable to "
          + "keep them beside your code.")
    }
    _ = consume lock
    return Store(location: place, notices: notices, database: database, path: path)
  }

  private mutating func openFile(in folder: String) throws -> (DatabasePool, String) {
    let path = folder + "/" + Self.fileName
    do {
      return (try connect(path, folder: folder), path)
    } catch is Superseded {
      let own = folder + "/kernelwright-schema\(Schema.version).sqlite"
      notices.append(
        "\(path) was written by a newer Kernelwright and is left as it is. This version keeps its results in \(own); "
          + "update Kernelwright to see the others.")
      return (try connect(own, folder: folder), own)
    }
  }

  /// Opens or makes the file; a damaged one is set aside first.
  private mutating func connect(_ path: String, folder: String) throws -> DatabasePool {
    do {
      return try attempt(path, folder: folder)
    } catch let error as StoreError where error.code == .damaged {
      let aside = try setAside(path)
      notices.append(
        "The results database was damaged. It has been kept as \(aside) and a fresh one begun; "
          + "`sqlite3 \(aside) .recover` shows what can be read of it.")
      return try attempt(path, folder: folder)
    }
  }

  private func attempt(_ path: String, folder: String) throws -> DatabasePool {
    let marker = folder + "/" + Self.checkMarker
    let asked = FileManager.default.fileExists(atPath: marker)
    let suspect = asked || wasLeftOpen(path)
    do {
      if suspect, FileManager.default.fileExists(atPath: path) { try check(path) }
      let pool = try DatabasePool(path: path, configuration: Self.configuration())
      let isCurrent = try pool.writeWithoutTransaction { database in
        if try Schema.migrator.hasBeenSuperseded(database) { throw Superseded() }
        return try Schema.migrator.hasCompletedMigrations(database)
      }
      if !isCurrent { try Schema.migrator.migrate(pool) }
      if asked { try? FileManager.default.removeItem(atPath: marker) }
      return pool
    } catch let error as Superseded {
      throw error
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Whether the file may have been cut off in the middle of something: its log was not folded in. It is also so while
  /// another server uses the file, which costs us a needless check and nothing else.
  private func wasLeftOpen(_ path: String) -> Bool {
    size(path + "-wal") > 0 && size(path) <= Limits.checkedSize
  }

  private func size(_ path: String) -> Int {
    // Not `FileManager`'s attributes: they look up the owner's name too.
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Reads every page, by a connection that can't write: a damaged file is kept as it was found.
  private func check(_ path: String) throws {
    var configuration = Self.configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    let answer = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard answer == "ok" else { throw StoreError(code: .damaged, message: answer ?? "no answer") }
  }

  /// - Returns: the new path.
  private func setAside(_ path: String) throws -> String {
    var number = 1
    while FileManager.default.fileExists(atPath: path + ".damaged-\(number)") { number += 1 }
    let aside = path + ".damaged-\(number)"
    try FileManager.default.moveItem(atPath: path, toPath: aside)
    // The log belongs to the file: left behind it would be played into the fresh one.
    for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
    }
    return aside
  }

  /// A full disk: what is there can still be read, from a copy in memory, because SQLite needs a little space (for the
  /// index of the log) even to read.
  mutating func openForReading(_ place: StoreLocation, folder: String, because error: StoreError) -> Store? {
    let path = folder + "/" + Self.fileName
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var configuration = Self.configuration()
    configuration.prepareDatabase {
      // Keeps the index in our own memory. No other process has the file open: its index would be there then.
      try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
    }
    do {
      let queue = try DatabaseQueue(configuration: Self.configuration())
      let file = try DatabaseQueue(path: path, configuration: configuration)
      try file.backup(to: queue)
      try file.close()
      let isOurs = try queue.read {
        try Schema.migrator.hasCompletedMigrations($0) && !Schema.migrator.hasBeenSuperseded($0)
      }
      guard isOurs else { return nil }
      notices.append(error.message)
      return Store(location: place, notices: notices, database: queue, path: path, refusal: error)
    } catch {
      return nil
    }
  }

  private mutating func openInMemory() throws(StoreError) -> Store {
    do {
      let queue = try DatabaseQueue(configuration: Self.configuration())
      try Schema.migrator.migrate(queue)
      if !obstacles.isEmpty {
        notices.append(
          obstacles.joined(separator: " ") + " Results can't be kept and are lost when the server stops; make one of "
            + "these places writable and restart it.")
      }
      return Store(location: .memory, notices: notices, database: queue, path: "in memory")
    } catch {
      throw StoreError(error, path: "in memory")
    }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(Limits.busyTimeout)
    configuration.maximumReaderCount = Limits.readers
    configuration.prepareDatabase {
      // The file may come with somebody's repository: nothing in its schema may call functions with effects.
      try $0.execute(sql: "PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  private func reason(_ error: any Error) -> String {
    if let error = error as? POSIXError { return String(cString: strerror(error.code.rawValue)) }
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return error.localizedDescription.trimmingCharacters(in: CharacterSet(charactersIn: "."))
  }
}

/// The file has steps that this version does not know.
private struct Superseded: Error {}
