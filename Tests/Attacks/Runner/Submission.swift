import Foundation

/// One file of the suite: what somebody could hand in as `ModelNew`, with what its header says must become of it.
struct Submission: Sendable {
  enum Expectation: Sendable {
    /// Verdicts and gates, any one of which is right.
    case stopped(verdicts: Set<String>, gates: Set<String>)
    /// Nothing may be held against it, and these labels must be there.
    case accepted(labels: Set<String>)
  }

  var name: String
  var source: String
  /// One sentence: the trick, or what is honest about it.
  var sentence: String
  /// Strategy of an attack, style of an honest candidate.
  var group: String
  /// Stem of the file in `ops/` that it is handed in for.
  var op: String
  var expectation: Expectation

  var isAttack: Bool {
    if case .stopped = expectation { true } else { false }
  }

  /// The folder that it lies in.
  var kind: String { isAttack ? "attacks" : "honest" }

  /// For the table: verdicts and gates with `|` between alternatives.
  var wanted: String {
    switch expectation {
    case .stopped(let verdicts, let gates): "\(Self.alternatives(verdicts)) @ \(Self.alternatives(gates))"
    case .accepted(let labels): labels.isEmpty ? "accepted" : "accepted, \(labels.sorted().joined(separator: ", "))"
    }
  }

  private static func alternatives(_ words: Set<String>) -> String { words.sorted().joined(separator: "|") }
}

/// A file that the suite can't use; the sentence says which and what is missing.
struct SuiteProblem: Error, CustomStringConvertible {
  var description: String
}

extension Submission {
  static let strategies: Set<String> = [
    "no-work", "replay", "clock", "harness", "numerics", "specialisation", "effects", "hostile",
  ]
  static let severities: Set<String> = ["low", "medium", "high", "critical"]
  private static let verdicts: Set<String> = ["wrong", "cheating", "unsafe"]

  /// All files of a folder, by name.
  /// - Parameter ops: stems of the files in `ops/`.
  static func load(folder: URL, ops: Set<String>) throws -> [Submission] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "py" }.sorted { $0.path < $1.path }
      .map { try Submission(file: $0, ops: ops) }
  }

  /// Reads a file and the header that it begins with.
  init(file: URL, ops: Set<String>) throws {
    source = try String(contentsOf: file, encoding: .utf8)
    name = file.deletingPathExtension().lastPathComponent
    let header = Self.header(of: source)
    func problem(_ text: String) -> SuiteProblem { SuiteProblem(description: "\(file.path): \(text)") }
    func value(_ key: String) throws -> String {
      guard let value = header[key], !value.isEmpty else { throw problem("the header lacks '# \(key): …'") }
      return value
    }
    func words(_ key: String) throws -> Set<String> {
      Set(try value(key).split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) })
    }
    op = try value("op")
    guard ops.contains(op) else { throw problem("there is no ops/\(op).py") }
    if header["attack"] != nil {
      sentence = try value("attack")
      group = try value("strategy")
      guard Self.strategies.contains(group) else { throw problem("'\(group)' is no strategy") }
      guard Self.severities.contains(try value("severity")) else {
        throw problem("a severity is low, medium, high or critical")
      }
      _ = try value("surface")
      let verdicts = try words("verdict")
      guard verdicts.isSubset(of: Self.verdicts) else { throw problem("a verdict is wrong, cheating or unsafe") }
      expectation = .stopped(verdicts: verdicts, gates: try words("gate"))
    } else {
      sentence = try value("honest")
      group = try value("style")
      expectation = .accepted(labels: header["labels"] == nil ? [] : try words("labels"))
    }
  }

  /// The `# key: value` lines at the head of a file; a comment line without a key goes on with the one before.
  static func header(of source: String) -> [String: String] {
    var header: [String: String] = [:]
    var last: String?
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("# ") else { break }
      let text = line.dropFirst(2)
      if let colon = text.firstIndex(of: ":"), text[..<colon].allSatisfy({ $0.isLowercase }) {
        let key = String(text[..<colon])
        header[key] = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        last = key
      } else if let last {
        header[last, default: ""] += " " + text.trimmingCharacters(in: .whitespaces)
      }
    }
    return header
  }
}
