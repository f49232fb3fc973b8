/// An op of which there is no graph of the whole, because it decides by what its tensors hold; and the graphs of what lies
/// between two decisions.
public struct SegmentedRequest: Sendable {
  /// A function of tensors, parameters among them.
  public struct Segment: Sendable {
    /// By which the generated code finds it again.
    public var signature: String
    public var graph: TensorGraph

    public init(signature: String, graph: TensorGraph) {
      self.signature = signature
      self.graph = graph
    }
  }

  public var segments: [Segment]
  /// The op's own name and form, and the machine; its graph is not looked at.
  public var whole: SynthesisRequest
  /// Python that defines `signature(graph, examples)`, by which parts get theirs.
  public var signature: String

  public init(segments: [Segment], whole: SynthesisRequest, signature: String) {
    self.segments = segments
    self.whole = whole
    self.signature = signature
  }

  /// Each part as a request of its own.
  var requests: [SynthesisRequest] {
    segments.enumerated().map { number, segment in
      var request = whole
      request.graph = segment.graph
      request.opName = "part_\(number)"
      request.isFunction = true
      request.takesParameters = true
      return request
    }
  }
}

extension Synthesizer {
  /// What an agent would try: the same place in its order for all parts at once. Parts for which it has nothing stay as they
  /// are.
  public static func proposals(for request: SegmentedRequest, agent: String) -> [Proposal] {
    // Of the whole there is nothing to compile but what the baseline compiles.
    guard agent != "compiler" else { return [] }
    let parts = request.requests.map { proposals(for: $0, agent: agent) }
    return (0..<(parts.map(\.count).max() ?? 0)).map { place in
      SegmentedBlock(request: request, parts: parts.map { $0.isEmpty ? nil : $0[min(place, $0.count - 1)] }).proposal
    }
  }

  /// What was left, of any part.
  public static func findings(for request: SegmentedRequest) -> [Finding] {
    request.requests.flatMap { findings(for: $0) }.unique()
  }
}
