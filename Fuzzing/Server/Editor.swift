import JSONRPC

/// What an editor has open: the reference that the server's view is held against.
struct Editor {
  struct File {
    var language: Language
    var uri: String
    var text: ReferenceText
    var version: Int
  }

  struct Cell {
    var name: Int
    var isCode: Bool
    var isPython: Bool
    var text: ReferenceText
    var version: Int

    /// Whether it takes part in the program.
    var counts: Bool { isCode && isPython }
  }

  static let files = 6
  static let notebooks = 2

  let counting: Counting
  private(set) var open: [Int: File] = [:]
  private(set) var books: [Int: [Cell]] = [:]
  private var version = 0

  init(_ counting: Counting) { self.counting = counting }

  /// Files of a folder of the client's, one of another folder, and one that is no file.
  static func uri(_ file: Int, _ language: Language) -> String {
    switch file {
    case 4: "file:///elsewhere/%C3%A9/file.\(language.suffix)"
    case 5: "untitled:file.\(language.suffix)"
    default: "file:///project/file\(file).\(language.suffix)"
    }
  }

  static func uri(notebook: Int) -> String { "file:///project/study\(notebook).ipynb" }

  static func uri(notebook: Int, cell: Int) -> String { "notebook-cell:/project/study\(notebook).ipynb#\(cell)" }

  mutating func newVersion() -> Int {
    version += 1
    return version
  }

  mutating func set(_ file: File?, at slot: Int) { open[slot] = file }
  mutating func set(_ cells: [Cell]?, notebook: Int) { books[notebook] = cells }

  mutating func change(_ slot: Int, _ edits: [Edit], _ versioning: Step.Versioning) -> File? {
    guard var file = open[slot] else { return nil }
    for edit in edits { file.text.apply(edit, counting) }
    switch versioning {
    case .numbered: file.version = newVersion()
    case .missing: file.version += 1
    }
    // So that no later version is the same again.
    version = max(version, file.version)
    open[slot] = file
    return file
  }

  mutating func change(_ notebook: Int, cell: Int, _ edits: [Edit]) {
    guard var cells = books[notebook], cells.indices.contains(cell) else { return }
    for edit in edits { cells[cell].text.apply(edit, counting) }
    cells[cell].version = newVersion()
    books[notebook] = cells
  }

  mutating func setKind(_ notebook: Int, cell: Int, isCode: Bool) {
    books[notebook]?[cell].isCode = isCode
  }

  mutating func cells(_ made: [Step.Cell]) -> [Cell] {
    made.map {
      Cell(
        name: $0.name, isCode: $0.isCode, isPython: $0.isPython, text: ReferenceText($0.text), version: newVersion())
    }
  }

  func text(of target: Step.Target) -> ReferenceText? {
    switch target {
    case .file(let slot): open[slot]?.text
    case .cell(let notebook, let cell): books[notebook].flatMap { $0.isEmpty ? nil : $0[cell % $0.count].text }
    }
  }

  /// The document's name, whether the server should know it or not.
  func uri(of target: Step.Target) -> String {
    switch target {
    case .file(let slot): open[slot]?.uri ?? "file:///nowhere.py"
    case .cell(let notebook, let cell):
      books[notebook].flatMap { cells in
        cells.isEmpty ? nil : Self.uri(notebook: notebook, cell: cells[cell % cells.count].name)
      } ?? "notebook-cell:/nowhere"
    }
  }
}
