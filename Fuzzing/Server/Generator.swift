import TestSupport

/// Makes steps at random, with a look at what the editor has: mostly what a person and an editor do, at places close to
/// each other, and some of what they never should.
struct Generator {
  private var random: SplitMix64
  private var lastPlace = 0
  private var nextCell = 1

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// A check is a dozen messages, and has a document parsed from scratch: one step in forty is plenty.
  mutating func next(_ editor: Editor) -> Step {
    switch number(0..<1000) {
    case ..<25: return check(editor)
    case ..<470: return change(editor)
    case ..<550: return changeNotebook(editor)
    case ..<590: return open(editor)
    case ..<605: return .close(file: number(0..<Editor.files))
    case ..<615: return .openNotebook(number(0..<Editor.notebooks), cells(number(0..<5)))
    case ..<618: return .closeNotebook(number(0..<Editor.notebooks))
    case ..<640: return fix(editor)
    case ..<690: return .damage(pick(Damage.allCases))
    case ..<720: return .cancel(number(0..<8))
    default: return ask(editor)
    }
  }

  // MARK: Steps

  private mutating func open(_ editor: Editor) -> Step {
    // Most people write Python most of the time; each slot keeps to a language for a while.
    let file = number(0..<Editor.files)
    let language = one(in: 3) ? pick(Language.allCases) : editor.open[file]?.language ?? .python
    return .open(file: file, language, text(language))
  }

  private mutating func change(_ editor: Editor) -> Step {
    let slot = number(0..<Editor.files)
    guard let file = editor.open[slot] else { return open(editor) }
    let count = one(in: 4) ? number(2..<8) : 1
    // Several edits in a row: each stands in the text that the one before it left.
    var text = file.text
    let edits = (0..<count).map { _ in
      let edit = edit(text, file.language, editor.counting)
      text.apply(edit, editor.counting)
      return edit
    }
    return .change(file: slot, edits, one(in: 20) ? .missing : .numbered)
  }

  private mutating func changeNotebook(_ editor: Editor) -> Step {
    let notebook = number(0..<Editor.notebooks)
    guard let cells = editor.books[notebook], !cells.isEmpty else {
      return .openNotebook(notebook, self.cells(number(1..<5)))
    }
    let cell = number(0..<cells.count)
    switch number(0..<10) {
    case 0..<6:
      let others = (0..<(one(in: 4) ? 2 : 1)).map { _ in number(0..<cells.count) }
      let numbers = one(in: 4) ? others : [cell]
      return .editCells(
        notebook,
        numbers.map { number in
          (
            number,
            [edit(cells[number].text, .python, editor.counting), edit(cells[number].text, .python, editor.counting)]
          )
        })
    case 6: return .setKind(notebook, cell: cell, isCode: one(in: 2))
    case 7:
      // The same cell again with another text, as when its language changes.
      var again = self.cells(1)
      again[0].name = cells[cell].name
      return .changeCells(notebook, start: cell, delete: 1, again)
    default:
      let grows = cells.count < 4 || one(in: 3) && cells.count < 8
      return .changeCells(
        notebook, start: number(0..<cells.count + 1), delete: number(0..<3), grows ? self.cells(number(1..<3)) : [])
    }
  }

  private mutating func ask(_ editor: Editor) -> Step {
    let target = target()
    let text = editor.text(of: target) ?? ReferenceText("")
    return .ask(
      pick(Question.allCases), target, place(text, editor.counting), place(text, editor.counting))
  }

  private mutating func fix(_ editor: Editor) -> Step {
    let target = target()
    return .fix(target, place(editor.text(of: target) ?? ReferenceText(""), editor.counting))
  }

  private mutating func check(_ editor: Editor) -> Step {
    let target = target()
    return .check(target, place(editor.text(of: target) ?? ReferenceText(""), editor.counting))
  }

  private mutating func target() -> Step.Target {
    one(in: 6)
      ? .cell(notebook: number(0..<Editor.notebooks), number(0..<4)) : .file(number(0..<Editor.files))
  }

  // MARK: Texts and places

  private mutating func cells(_ count: Int) -> [Step.Cell] {
    (0..<count).map { _ in
      nextCell += 1
      return Step.Cell(
        name: nextCell, isCode: !one(in: 5), isPython: !one(in: 8), text: one(in: 4) ? "" : slice(of: Material.python))
    }
  }

  private mutating func text(_ language: Language) -> String {
    switch number(0..<8) {
    case 0: ""
    case 1: slice(of: Material.file(language))
    case 2: Material.file(language).replacing("\n", with: "\r\n")
    case 3: Material.file(language).replacing("\n", with: "\r")
    default: Material.file(language)
    }
  }

  private mutating func slice(of text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = number(0..<lines.count)
    return lines[first..<min(lines.count, first + number(1..<16))].joined(separator: one(in: 8) ? "\r\n" : "\n") + "\n"
  }

  /// Larger texts than this are made small again: a check takes time in proportion.
  private static let largest = 4000

  private mutating func edit(_ text: ReferenceText, _ language: Language, _ counting: Counting) -> Edit {
    let count = text.scalars.count
    if count > Self.largest || one(in: 400) { return Edit(range: nil, text: self.text(language)) }
    let piece = one(in: 10) ? slice(of: Material.file(language)) : pick(Material.pieces(language))
    if one(in: 12) { return Edit(range: (place(text, counting), place(text, counting)), text: piece) }
    // People type where they typed just now.
    let isNear = !one(in: 3)
    let start = isNear ? min(max(0, lastPlace + number(-3..<4)), count) : number(0..<count + 1)
    let end = min(count, start + (one(in: 10) ? number(0..<120) : number(0..<5)))
    lastPlace = start + piece.unicodeScalars.count
    var range = (start: text.position(of: start, counting), end: text.position(of: end, counting))
    if one(in: 15) { range = (range.end, range.start) }
    return Edit(range: range, text: piece)
  }

  /// Mostly a place in the text; else one that is inside a code point, behind the end of its line, behind the text's
  /// last line, before its first, or at the ends of what fits a number.
  private mutating func place(_ text: ReferenceText, _ counting: Counting) -> WirePosition {
    var place = text.position(of: number(0..<text.scalars.count + 1), counting)
    switch number(0..<12) {
    case 0: place.character += number(-2..<3)
    case 1: place.character += number(0..<300)
    case 2: place.line += number(0..<300)
    case 3: place = WirePosition(line: pick(Self.extremes), character: pick(Self.extremes))
    case 4: place.character = pick(Self.extremes)
    default: break
    }
    return place
  }

  private static let extremes = [-1, 0, .max, .min, 1 << 31, -1 << 31, 1 << 62]

  // MARK: Numbers

  private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func one(in count: Int) -> Bool { number(0..<count) == 0 }
  private mutating func pick<T>(_ choices: [T]) -> T { choices[number(0..<choices.count)] }
}
