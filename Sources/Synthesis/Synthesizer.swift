/// What synthesis is asked for: one captured op and the machine it should be fast on.
public struct SynthesisRequest: Sendable {
  public var graph: TensorGraph
  /// Dotted name of the op in its file.
  public var opName: String
  public var isFunction: Bool
  /// Widest vector register: 512, 256 or 128.
  public var vectorBits: Int
  public var threads: Int
  /// Sizes of the first, second and last level cache.
  public var cacheBytes: [Int]
  /// Whether arguments may be parameters of a module, as those of a part of an op are.
  var takesParameters = false

  public init(
    graph: TensorGraph, opName: String, isFunction: Bool, vectorBits: Int, threads: Int, cacheBytes: [Int]
  ) {
    self.graph = graph
    self.opName = opName
    self.isFunction = isFunction
    self.vectorBits = vectorBits
    self.threads = threads
    self.cacheBytes = cacheBytes
  }
}

/// One idea, worked out to code that can be compiled, checked and timed.
public struct Proposal: Sendable {
  /// Short, e.g. `fused softmax chain, 8 rows a task`.
  public var idea: String
  /// Identifiers of the rules applied, joined by `+`.
  public var rule: String
  /// How its kernels go about their work; nil where it has none.
  public var schedule: Schedule?
  public var reason: String
  /// `exact over ℝ`, or what it changes.
  public var exactness: String
  public var labels: [String]
  /// `fusion`, `re-expression` or `compiler`.
  public var agentBrief: String
  public var block: GeneratedBlock
  /// Bytes that the rewritten op can't avoid to move: what it reads and writes, each once.
  public var minimumBytes: Int
  /// Arithmetic operations that the rewritten op can't avoid.
  public var minimumFlops: Double
}

/// Finds ways to make a captured op faster, by rules over its graph alone.
public enum Synthesizer {
  /// The briefs of the agents that work without a language model.
  public static let agents = ["fusion", "re-expression", "compiler"]

  /// Raised when kernels or schedules change so much that what was measured with earlier ones says nothing about them.
  public static let generatorVersion = 6

  /// What an agent with this brief would try, in the order in which it expects success; empty where its rules don't
  /// apply, the op must be left alone, or there is nothing to gain (see `findings(for:)`).
  public static func proposals(for request: SynthesisRequest, agent: String) -> [Proposal] {
    let plan = SynthesisPlan(request)
    guard plan.obstacles.isEmpty else { return [] }
    switch agent {
    case "fusion": return plan.fusion().everyWayFirst()
    case "re-expression": return plan.reexpression().everyWayFirst()
    case "compiler": return plan.compiler()
    default: return []
    }
  }

  /// What the op as it was captured can't avoid: bytes to move, and arithmetic operations.
  public static func leastWork(of request: SynthesisRequest) -> (bytes: Int, flops: Double) {
    let graph = request.graph.pruned()
    return (CostModel.minimumBytes(graph), CostModel.minimumFlops(graph))
  }

  /// What a person should know: what stands in the way, and what was left to the library because nothing is to gain.
  public static func findings(for request: SynthesisRequest) -> [Finding] { SynthesisPlan(request).findings() }
}

extension [Proposal] {
  /// Every way once, in their order, before any with another schedule: how an op is computed makes more of a difference than
  /// how its kernels go about it, and there may not be time for all.
  func everyWayFirst() -> [Proposal] {
    var seen: [String: Int] = [:]
    let turns = map { proposal -> Int in
      seen[proposal.rule, default: -1] += 1
      return seen[proposal.rule] ?? 0
    }
    return indices.sorted { (turns[$0], $0) < (turns[$1], $1) }.map { self[$0] }
  }
}
