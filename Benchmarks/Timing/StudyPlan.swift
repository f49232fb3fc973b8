import HardwareRunner

/// The pairs of the study: blocks, each in a session of its own with processes of its own.
struct StudyPlan {
  struct Slot: Hashable, Codable {
    var busy: Bool
    var block: Int
    var slot: Int
  }

  struct Block {
    var number: Int
    var op: StudyOp
    /// In the order in which they are measured.
    var variants: [Variant]
  }

  var blocks: [Block]

  /// 30 blocks of seven identical pairs and one of each difference: 210 identical pairs and 60 of each size of
  /// difference, half of them faster.
  static let quiet = StudyPlan(
    blocks: (0..<30).map { block($0, Array(repeating: .identical, count: 7) + Variant.different) })

  /// 20 identical pairs.
  static let busy = StudyPlan(blocks: (0..<4).map { block($0, Array(repeating: .identical, count: 5)) })

  private static func block(_ number: Int, _ variants: [Variant]) -> Block {
    // The same order every time, so that an interrupted study goes on with the same plan.
    var generator = SeededGenerator(seed: UInt64(number))
    return Block(
      number: number, op: StudyOp.all[number % StudyOp.all.count], variants: variants.shuffled(using: &generator))
  }
}
