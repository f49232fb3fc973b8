/// Where the scanner stands: the current token, and what ends the logical line. Plain values, so that going back is
/// one assignment.
struct Cursor {
  /// Just behind the current token.
  var position = 0
  /// Line of `position`, and where that line begins.
  var line = 0
  var lineStart = 0

  var kind = TokenKind.newline
  var start = 0
  var startLine = 0
  var startLineStart = 0
  /// Hash of a name token.
  var hash: UInt32 = 0
  /// Of an f-string that begins here.
  var quote: UInt8 = 0
  var isTriple = false
  var isRaw = false

  var previousEnd = 0
  var previousEndLine = 0
  var previousEndLineStart = 0

  /// Open brackets; inside them line ends are blanks.
  var depth = 0
  /// Where the last logical line ended.
  var afterNewline = 0
  var afterNewlineLine = 0
  /// Columns of blanks in front of the line that `beginLine` found; -1 at the end of the text.
  var indentation = 0
  var lineBegun = false

  var statementIndentation = 0
  /// A bracket was found to be left open.
  var recovered = false
  /// Line inside the open brackets that looks like the next statement; -1 if there is none.
  var candidate = -1
  /// Line start at which the logical line ends whatever is open.
  var limit = Int.max
  var sawEnd = false
}
