import SourceIndex

/// What one edit of whole lines changes, as a unified diff.
enum UnifiedDiff {
  static func text(
    replacing range: SourceRange, with replacement: String, in text: SourceText, path: String
  ) -> String {
    let context = 3
    let after = text.replacing(range, with: replacement)
    let first = range.start.line
    // Lines of the old and the new text that the edit touches; a start inside a line touches that line.
    let oldEnd = range.end.line + (range.end.column > 0 ? 1 : 0)
    let newEnd = oldEnd + after.lineCount - text.lineCount
    let start = max(0, first - context)
    let oldStop = min(text.lineCount, oldEnd + context)
    let newStop = min(after.lineCount, newEnd + context)
    var lines = ["--- a\(path)", "+++ b\(path)"]
    lines.append("@@ -\(start + 1),\(oldStop - start) +\(start + 1),\(newStop - start) @@")
    for line in start..<first { lines.append(" " + text.line(line)) }
    for line in first..<max(first, oldEnd) { lines.append("-" + text.line(line)) }
    for line in first..<max(first, newEnd) { lines.append("+" + after.line(line)) }
    for line in oldEnd..<max(oldEnd, oldStop) { lines.append(" " + text.line(line)) }
    return lines.joined(separator: "\n") + "\n"
  }
}
