import Engine
import Foundation
import SourceIndex

/// Puts a generated block below its op in a file on disk, in the place of an earlier one.
struct AppliedReplacement {
  let text: String
  let path: String

  init(_ candidate: JudgedCandidate, of op: Op, in file: LoadedFile) throws {
    guard let block = candidate.replacement else {
      throw UsageError("\(candidate.summary.idea) is a whole file, not a block that could be applied.")
    }
    let edit = Replacement.edit(for: op, in: file.document, block: block)
    text = file.document.text.replacing(edit.range, with: edit.newText).string
    path = file.path
  }

  /// Replaces the file in one step, so that no reader ever sees half of it.
  func write() throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw EnvironmentFailure("\(path) can't be written (\(error.localizedDescription)); nothing was changed.")
    }
  }
}
