import Foundation

/// The constants that decide something in this room.
enum Limits {
  /// A job of another machine (or container) that says nothing for so long is taken for dead. Its process can't be
  /// looked at from here; a living job logs something with every candidate, and a whole budget is about two minutes.
  static let silenceOfForeignJob: TimeInterval = 10 * 60

  /// How long one server waits for another's transaction, seconds. Transactions are a few inserts; a longer wait means
  /// that the other process hangs or that a person holds the file open in a tool.
  static let busyTimeout: TimeInterval = 5

  /// How long an opening waits for another process's opening of the same file, seconds.
  static let openingTimeout: TimeInterval = 2

  /// Up to this size a file that was not closed cleanly is checked page by page when it is opened. A check reads
  /// everything: at this size it takes a few milliseconds, and starting must be fast.
  static let checkedSize = 4 << 20

  /// Readers at the same time in one process: the editor's thread, one for jobs, one to spare.
  static let readers = 3

  /// Measured schedules that are remembered; the oldest go. A search leaves about ten rows of 300 bytes: this is some
  /// hundred ops, in less than a megabyte.
  static let schedules = 2000
}
