public import Foundation
import GRDB

/// Everything that Kernelwright has found out about a workspace, in SQLite: a thing is here before it is shown, and
/// after `kill -9` it is here still.
///
/// Several servers may use one workspace at once: each change is one short transaction, and readers see a steady state
/// while others write (write-ahead log, `synchronous=NORMAL`: what was kept survives the death of the process; after a
/// loss of power the last few changes may be missing, but the file is sound).
public final class Store: Sendable {
  /// Where the file is.
  public let location: StoreLocation
  /// What a person should know about the opening: one sentence each, with the next step.
  public let notices: [String]

  private let database: any DatabaseWriter
  private let path: String
  /// Why nothing can be written, when nothing can be.
  private let refusal: StoreError?

  init(
    location: StoreLocation, notices: [String], database: any DatabaseWriter, path: String, refusal: StoreError? = nil
  ) {
    self.location = location
    self.notices = notices
    self.database = database
    self.path = path
    self.refusal = refusal
  }

  /// Opens the workspace's store, and makes it when there is none: in `.kernelwright` in the workspace, in the user's
  /// cache when that can't be written, in memory when neither can; `notices` says so. A damaged file is set aside,
  /// never removed. Takes a few milliseconds.
  /// - Parameter environment: where `XDG_CACHE_HOME` and `HOME` are looked up.
  public static func open(
    workspace: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(StoreError) -> Store {
    var opening = Opening()
    return try opening.open(StoreLocation.candidates(workspace: workspace, environment: environment))
  }

  /// A store that is gone when it is let go, for what need not be kept.
  public static func inMemory() throws(StoreError) -> Store {
    var opening = Opening()
    return try opening.open([])
  }

  /// Asks; the answers given inside one call fit together. Blocks for as long as that takes: not for Swift's
  /// cooperative threads, which call the asynchronous form.
  public func read<T>(_ questions: (StoreReader) throws -> T) throws(StoreError) -> T {
    do {
      return try database.read { try questions(StoreReader(database: $0)) }
    } catch {
      throw failure(error)
    }
  }

  /// Asks, without blocking a cooperative thread.
  public func read<T: Sendable>(
    _ questions: @escaping @Sendable (StoreReader) throws -> T
  ) async throws(StoreError) -> T {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, any Error>, Never>) in
      database.asyncRead { database in
        continuation.resume(returning: Result { try questions(StoreReader(database: database.get())) })
      }
    }
    return try result.mapError(failure).get()
  }

  /// Changes, all or nothing; when it returns, the changes outlive this process. Blocks: see `read`.
  /// - Throws: `StoreError`; with code `full` when there is no space left, in which case reading goes on.
  @discardableResult public func write<T>(_ changes: (StoreWriter) throws -> T) throws(StoreError) -> T {
    if let refusal { throw refusal }
    do {
      return try database.write { try changes(StoreWriter(database: $0)) }
    } catch {
      throw failure(error)
    }
  }

  /// Changes, without blocking a cooperative thread. A cancelled task's changes are made all the same: what was found
  /// out before the cancellation is not lost.
  @discardableResult public func write<T: Sendable>(
    _ changes: @escaping @Sendable (StoreWriter) throws -> T
  ) async throws(StoreError) -> T {
    if let refusal { throw refusal }
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, any Error>, Never>) in
      database.asyncWrite {
        try changes(StoreWriter(database: $0))
      } completion: { _, result in
        continuation.resume(returning: result)
      }
    }
    return try result.mapError(failure).get()
  }

  /// Closes the file; later calls fail. The log is folded into the file first, which is how the next opening sees that
  /// all is well and need not check anything.
  public func close() throws(StoreError) {
    do {
      // Not possible while another server reads; the last one to close does it then.
      _ = try? database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      try database.close()
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: any Error) -> StoreError {
    let failure = StoreError(error, path: path)
    if failure.code == .damaged, let folder = location.folder { Opening.askForCheck(in: folder) }
    return failure
  }
}
