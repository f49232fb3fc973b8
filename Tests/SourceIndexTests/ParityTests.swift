import Foundation
import SourceIndex
import Testing

/// Against CPython's own parser, on files that people wrote: a sample of them, or every file with
/// `KERNELWRIGHT_PARITY=all` (`make parity`).
@Suite(.enabled("python3 is needed", { Python.interpreter != nil }))
struct ParityTests {
  @Test func `definitions and calls are those of CPython on the standard library`() async throws {
    let folder = try #require(Python.run(["-c", "import os; print(os.path.dirname(os.__file__))"]))
    try compare("standard library", [folder.trimmingCharacters(in: .newlines)], sample: 320)
  }

  @Test(.enabled("torch is needed", { Python.torchFolder != nil }))
  func `definitions and calls are those of CPython on PyTorch`() async throws {
    try compare("torch", [try #require(Python.torchFolder)], sample: 120)
  }

  private func compare(_ what: String, _ folders: [String], sample: Int) throws {
    let all = ProcessInfo.processInfo.environment["KERNELWRIGHT_PARITY"] == "all"
    let script = FileManager.default.temporaryDirectory.appendingPathComponent("parity-\(UUID().uuidString).py")
    try ParityScript.source.write(to: script, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: script) }
    let arguments = all ? [script.path] : [script.path, "--sample", "\(sample)"]
    let output = try #require(Python.run(arguments + folders))
    var files = 0
    var calls = 0
    var definitions = 0
    var disagreements = 0
    for line in output.split(separator: "\n") {
      let expected = try JSONDecoder().decode(Expected.self, from: Data(line.utf8))
      let text =
        try expected.text.map { SourceText($0) }
        ?? SourceText(utf8: Array(Data(contentsOf: URL(fileURLWithPath: expected.path))))
      if !expected.agrees(with: IndexedDocument(text: text)) { disagreements += 1 }
      files += 1
      calls += expected.calls.count + expected.formatted.count
      definitions += expected.definitions.count
    }
    #expect(files > (all ? 500 : sample / 2))
    print(
      """
      parity: \(what) of Python \(Python.version): \(files) files compared (\(definitions) classes and functions, \
      \(calls) calls), \(disagreements) disagreements
      """)
  }
}

/// What the script says about a file.
private struct Expected: Decodable {
  struct Item: Decodable, Hashable, Comparable {
    var words: [String]
    var numbers: [Int]

    init(_ words: [String], _ numbers: [Int]) {
      self.words = words.map(\.precomposedStringWithCompatibilityMapping)
      self.numbers = numbers
    }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      var words: [String] = []
      var numbers: [Int] = []
      while !container.isAtEnd {
        if let number = try? container.decode(Int.self) {
          numbers.append(number)
        } else {
          words.append(try container.decode(String.self))
        }
      }
      self.init(words, numbers)
    }

    static func < (left: Item, right: Item) -> Bool {
      left.numbers == right.numbers
        ? left.words.joined() < right.words.joined() : left.numbers.lexicographicallyPrecedes(right.numbers)
    }
  }

  var path: String
  var definitions: [Item]
  var calls: [Item]
  var formatted: [Item]
  /// Where the file's bytes are not its text in UTF-8.
  var text: String?

  /// Records what differs; false if anything does.
  func agrees(with document: IndexedDocument) -> Bool {
    let found = document.definitions.map {
      Item([$0.kind.rawValue, $0.name], Self.numbers($0.range) + [$0.fullRange.start.line])
    }
    var agrees = compare("definitions", found.sorted(), definitions.sorted())
    // Before 3.11 CPython's own columns inside f-strings are off: there the calls are compared by name.
    let isExact = Python.minorVersion >= 11
    var wanted: [[Int]: [String]] = [:]
    for call in calls + (isExact ? formatted : []) { wanted[call.numbers, default: []].append(call.words[0]) }
    var rest: [Item] = []
    var wrong: [Item] = []
    for call in document.calls.map({ Item([$0.name], Self.numbers($0.range)) }) {
      if let names = wanted[call.numbers], let index = names.firstIndex(where: { Self.isSame($0, call.words[0]) }) {
        wanted[call.numbers]?.remove(at: index)
        if names.count == 1 { wanted[call.numbers] = nil }
      } else {
        rest.append(call)
      }
    }
    if !isExact {
      var names = formatted.map { $0.words[0] }
      for call in rest {
        if let index = names.firstIndex(where: { Self.isSame($0, call.words[0]) }) {
          names.remove(at: index)
        } else {
          wrong.append(call)
        }
      }
      #expect(names.isEmpty, "\(path): calls in f-strings not found")
      agrees = agrees && names.isEmpty
    } else {
      wrong = rest
    }
    let missing = wanted.keys.sorted { $0.lexicographicallyPrecedes($1) }.prefix(3).map { "\($0) \(wanted[$0] ?? [])" }
    #expect(
      wrong.isEmpty && missing.isEmpty,
      "\(path): only CPython's: \(missing), only ours: \(wrong.prefix(3).map { "\($0.numbers) \($0.words)" })")
    return agrees && wrong.isEmpty && missing.isEmpty
  }

  private func compare(_ what: String, _ found: [Item], _ wanted: [Item]) -> Bool {
    let (found, wanted) = (Set(found), Set(wanted))
    #expect(
      found == wanted,
      """
      \(path): \(what) only CPython's: \(wanted.subtracting(found).sorted().prefix(3)), \
      only ours: \(found.subtracting(wanted).sorted().prefix(3))
      """)
    return found == wanted
  }

  private static func numbers(_ range: SourceRange) -> [Int] {
    [range.start.line, range.start.column, range.end.line, range.end.column]
  }

  /// NUL stands for whatever a chain starts in; what follows must be the same.
  private static func isSame(_ wanted: String, _ found: String) -> Bool {
    guard wanted.hasPrefix("\0") else { return wanted == found }
    return found.hasSuffix(wanted.dropFirst()) && found.utf8.count > wanted.utf8.count - 1
  }
}
