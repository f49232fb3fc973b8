import ArgumentParser
import Foundation

/// Exit codes of the command line (docs/architecture.md): scripts rely on them.
enum Exit {
  static let verified: Int32 = 0
  /// The honest other answers: wrong, cheating, unsafe, not faster, inconclusive.
  static let otherAnswer: Int32 = 1
  static let usage: Int32 = 2
  static let environment: Int32 = 3
  static let interrupted: Int32 = 130
}

/// The person asked for something that can't be meant; one sentence says what can.
struct UsageError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Something on this machine is missing; one sentence says what to install or set.
struct EnvironmentFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Standard error, for progress and logs: standard output belongs to the result.
enum Console {
  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static func print(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }
}
