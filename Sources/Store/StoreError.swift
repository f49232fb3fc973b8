public import Foundation
import GRDB

/// Why the store could not do something. The message is one sentence for a person and says what to do next.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  public struct Code: Sendable, Hashable {
    let name: String
    /// The disk or the quota is full: nothing was written, reading goes on.
    public static let full = Code(name: "full")
    /// The file's contents are not a sound database; the next opening moves it aside.
    public static let damaged = Code(name: "damaged")
    /// Another process held the database for longer than we wait.
    public static let busy = Code(name: "busy")
    /// The file can't be written any more.
    public static let readOnly = Code(name: "readOnly")
    /// A record contradicts another: the same id twice, or a job that is not there.
    public static let conflict = Code(name: "conflict")
    public static let other = Code(name: "other")
  }

  public var code: Code
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
  public var errorDescription: String? { message }

  /// What a failure of SQLite means to a person.
  init(_ error: any Error, path: String) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(code: .other, message: "The results database failed: \(error)")
      return
    }
    let detail = error.message ?? error.resultCode.description
    switch error.resultCode {
    case .SQLITE_FULL:
      self = .full(path)
    case .SQLITE_IOERR where Self.outOfSpace.contains(error.extendedResultCode):
      self = .full(path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        code: .damaged,
        message: "The results database \(path) is damaged (\(detail)). Restart the server: the file will be set aside.")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        code: .busy,
        message: "Another process is holding the results database \(path). Try again when it is done.")
    case .SQLITE_READONLY, .SQLITE_PERM:
      self.init(
        code: .readOnly,
        message: "The results database \(path) can't be written (\(detail)). Make it writable and restart the server.")
    case .SQLITE_CONSTRAINT:
      self.init(code: .conflict, message: "The results database refused a record: \(detail).")
    default:
      self.init(code: .other, message: "The results database \(path) failed: \(detail).")
    }
  }

  /// SQLite says "full" only for ENOSPC; a quota or a file-size limit shows as a failed write.
  private static let outOfSpace: [ResultCode] = [
    .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE, .SQLITE_IOERR_SHMSIZE,
  ]

  static func full(_ path: String) -> StoreError {
    StoreError(
      code: .full,
      message:
        "The disk (or your quota) is full, so nothing more can be kept in \(path). Free some space and try again.")
  }
}
