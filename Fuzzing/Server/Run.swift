import Foundation
import TestSupport

/// Sessions one after the other, each with a seed of its own that says all that happens in it.
struct Run {
  /// Operations of a session. What it opened is closed at the end of each block, and the memory looked at.
  static let sessionLength = 20_000
  static let blockLength = 2_500

  var operations: Int
  var seed: UInt64
  var isTraced: Bool

  /// - Throws: a `Finding` that says what went wrong, and how to see it again.
  func go() throws {
    let begun = ContinuousClock.now
    var seeds = SplitMix64(seed: seed)
    var left = operations
    var first: Memory?
    while left > 0 {
      let count = min(left, operations < Self.sessionLength ? max(1, operations / 4) : Self.sessionLength)
      try session(seeds.next(), count, memory: &first)
      left -= count
    }
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    say("\(operations) operations in \(Int(seconds)) s, \(Int(Double(operations) / seconds)) a second; nothing found")
  }

  /// - Parameter first: the memory after the very first block, which all others are compared with.
  func session(_ seed: UInt64, _ count: Int, memory first: inout Memory?) throws {
    let begun = ContinuousClock.now
    let kind = Self.kind(seed)
    // Said before it runs, for the case that it never ends.
    say("session \(seed): \(count) operations, \(kind.counting.rawValue)", end: "")
    var done = 0
    do {
      try play(seed, count, kind, memory: &first) { step in
        done += 1
        if isTraced { say("\n\(done) \(step)", end: "") }
      }
    } catch let finding as Finding {
      say("")
      throw Finding(
        """
        \(finding)
        after \(done) operations of the session with the seed \(seed); again, with every operation:
          fuzz-server --session \(seed) --operations \(count) --trace
        \(Shrinking(kind: kind, finding: finding).report(repeated(seed, count, kind)))
        """)
    }
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    let memory = Memory.now()
    say(
      ", \(Int(Double(count) / seconds)) a second, \(memory.heap >> 10) KB in use, \(memory.resident >> 20) MB resident"
    )
  }

  private func play(
    _ seed: UInt64, _ count: Int, _ kind: ClientKind, memory first: inout Memory?, telling tell: (Step) -> Void
  ) throws {
    let session = try Session(kind)
    var generator = Generator(seed: seed)
    for number in 1...count {
      let step = generator.next(session.editor)
      tell(step)
      try session.perform(step)
      guard number % Self.blockLength == 0 || number == count else { continue }
      try checkAll(session)
      try session.closeAll()
      let now = Memory.now()
      if let growth = first.flatMap({ now.growth(since: $0) }) { throw Finding(growth) }
      first = first ?? now
    }
    try session.connection.finish()
  }

  /// The steps of a session that failed. They were not kept the first time, because that takes memory.
  private func repeated(_ seed: UInt64, _ count: Int, _ kind: ClientKind) -> [Step] {
    var steps: [Step] = []
    var memory: Memory?
    try? play(seed, count, kind, memory: &memory) { steps.append($0) }
    return steps
  }

  private func checkAll(_ session: Session) throws {
    let place = WirePosition(line: 10, character: 5)
    for file in 0..<Editor.files { try session.perform(.check(.file(file), place)) }
    for notebook in 0..<Editor.notebooks { try session.perform(.check(.cell(notebook: notebook, 0), place)) }
  }

  static func kind(_ seed: UInt64) -> ClientKind {
    var random = SplitMix64(seed: seed ^ 0x5EED)
    let counting = Counting.allCases.randomElement(using: &random) ?? .utf16
    return ClientKind(
      counting: counting, announcesCounting: counting != .utf16 || Bool.random(using: &random),
      pullsDiagnostics: Bool.random(using: &random), isModern: Bool.random(using: &random))
  }

  func say(_ text: String, end: String = "\n") {
    FileHandle.standardOutput.write(Data((text + end).utf8))
  }
}
