/// One request on its way to proposals: the lowered graph, what stands in the way, what each brief makes of it.
struct SynthesisPlan {
  /// Products that take this share of an op's time leave nothing to gain that could be measured.
  static let productShareLimit = 0.97

  let request: SynthesisRequest
  let lowered: TensorGraph
  let obstacles: [String]
  let productShare: Double
  /// Of what was captured, where all of it has derivatives and kernels promise to be faster.
  let backward: BackwardPass?

  init(_ request: SynthesisRequest) {
    self.request = request
    // Calls that nothing uses (assertions on metadata, mostly) are not part of what the op computes.
    let captured = request.graph.pruned()
    lowered = captured.lowered().withoutDeadWork().rollingLoops().takingJoinsLast().takingViewsFirst()
      .takingTanhPlusOneAsSigmoid()
      .takingTanhOfSoftplusAsRatio().takingNarrowRowsApart().turningPairedRows().copyingReturnedLookups()
    backward = BackwardPass(captured).flatMap { $0.isWorthwhile(beside: captured) ? $0 : nil }
    productShare = CostModel(vectorBits: request.vectorBits, threads: request.threads).productShare(captured)
    var obstacles = lowered.obstacles + lowered.plainPython
    for case .tensor(let name, let type) in captured.arguments where type.dtype == .other {
      obstacles.append("\(name) has an element type that is not known here")
    }
    if lowered.outputs.isEmpty { obstacles.append("it returns nothing") }
    if captured.nodes.contains(where: { $0.type.count == 0 }) { obstacles.append("the example tensors are empty") }
    self.obstacles = obstacles
  }

  // MARK: Briefs

  /// Fused kernels for what is element-wise or reduces rows; convolutions stay as they are.
  func fusion() -> [Proposal] {
    guard productShare < Self.productShareLimit else { return [] }
    return proposals(lowered.mergingNestedSums(), rules: [], brief: "fusion")
  }

  /// The graph with re-expressed poolings and folded normalisations, and fused kernels around them.
  func reexpression() -> [Proposal] {
    let trials = Trials(request.graph)
    let algebra = algebraicProposals(ranksByCost: true, trials) + attentionProposals() + libraryProposals(trials)
    func tried(_ graph: TensorGraph, _ rules: [Rule]) -> [Proposal] {
      guard let caveat = trials.caveat({ $0.outcome(inTurn: rules) }) else { return [] }
      return proposals(graph, rules: rules, brief: "re-expression", caveat: caveat)
    }
    let folded = Rule.batchNormFolding.applied(to: lowered)
    let direct = Rule.depthwiseDirectly.applied(to: folded ?? lowered)
    guard productShare < Self.productShareLimit || direct != nil || folded != nil else { return algebra }
    var results: [Proposal] = []
    if let direct {
      results += tried(direct, (folded == nil ? [] : [.batchNormFolding]) + [.depthwiseDirectly])
    }
    for pooling in [Rule.poolingAsSlidingSums, .poolingAsConvolution] {
      guard let pooled = pooling.applied(to: lowered) else { continue }
      if let folded = Rule.batchNormFolding.applied(to: pooled) {
        results += tried(folded, [pooling, .batchNormFolding])
      } else {
        results += tried(pooled, [pooling])
      }
    }
    if results.isEmpty, let folded {
      results += tried(folded, [.batchNormFolding])
    }
    return algebra + results
  }

  // MARK: From graph to proposals

  private static let fusionReason =
    "intermediate results stay in registers and caches instead of going through memory after every operation"

  private static let windowReason =
    "neighbouring windows overlap: what they share is put together once and in vector registers, where the library goes "
    + "window by window"

  private static let loopReason =
    "all steps of the loop are one kernel: what one hands on to the next stays in the first-level cache, and a step costs "
    + "no calls"

  func proposals(_ graph: TensorGraph, rules: [Rule], brief: String, caveat: String? = nil) -> [Proposal] {
    let partition = FusionPartition(graph).placingParts(in: graph)
    let sliding = graph.nodes.contains { $0.operation.isWindowed }
    guard !partition.groups.isEmpty || sliding || !rules.isEmpty else { return [] }
    // Kernels that only look whether numbers are finite are no part of the idea.
    let working = partition.groups.filter { !isCheck($0, in: graph) }
    let hasKernels = !working.isEmpty || sliding
    let schedules =
      hasKernels
      ? ScheduleSpace.schedules(
        traits(graph, partition), vectorBits: request.vectorBits, cacheBytes: request.cacheBytes)
      : [Schedule(vectorBits: request.vectorBits)]
    let tried = isMostlyProducts(graph) ? Array(schedules.prefix(Self.schedulesBesideProducts)) : schedules
    var reasons = rules.map(\.reason)
    var ids = rules.map(\.id)
    if !working.isEmpty {
      ids.append("fusion")
      reasons.append(Self.fusionReason)
    }
    if graph.nodes.contains(where: { if case .pool = $0.operation { true } else { false } }) {
      ids.append("windows")
      reasons.append(Self.windowReason)
    }
    if !graph.loopLengths.isEmpty {
      ids.append("loops")
      reasons.append(Self.loopReason)
    }
    var exactness = (rules.map(\.exactness) + [caveat].compactMap(\.self)).unique()
    if exactness.isEmpty { exactness = ["exact over ℝ"] }
    var labels = rules.flatMap(\.labels).unique()
    // A kernel of our own beside the library call is more than a library call.
    if hasKernels { labels.removeAll { $0 == "library-call" } }
    let title = title(graph, working, rules)
    var seen = Set<String>()
    func idea(_ schedule: Schedule) -> String { hasKernels ? "\(title), \(schedule.summary)" : title }
    func written(_ schedule: Schedule) -> GeneratedBlock {
      BlockWriter.block(
        graph, partition, schedule: schedule, request: request, backward: backward,
        notes: [
          idea(schedule) + ".", "Why: " + reasons.joined(separator: "; ") + ".",
          "Exactness: " + exactness.joined(separator: "; ") + ".",
        ])
    }
    return tried.compactMap { chosen in
      var schedule = chosen
      var block = written(schedule)
      if schedule.streams, !block.definition.contains("fence();") {
        // No result lies so that it could go past the caches: nothing is to be said of it.
        schedule.streams = false
        block = written(schedule)
      }
      // Schedules that come to the same code are one.
      guard seen.insert(block.definition).inserted else { return nil }
      return Proposal(
        idea: idea(schedule), rule: ids.joined(separator: "+"), schedule: hasKernels ? schedule : nil,
        reason: reasons.joined(separator: "; "), exactness: exactness.joined(separator: "; "), labels: labels,
        agentBrief: brief, block: block,
        minimumBytes: CostModel.minimumBytes(graph), minimumFlops: CostModel.minimumFlops(graph))
    }
  }

  /// Schedules to try where products take most of the time: what others could save is less than the clock can tell.
  private static let schedulesBesideProducts = 2

  /// Whether the library's products take most of the time of what was captured, and are still there.
  private func isMostlyProducts(_ graph: TensorGraph) -> Bool {
    func flops(_ graph: TensorGraph) -> Double {
      graph.nodes.indices.reduce(0) { $0 + CostModel.productFlops(graph, $1) }
    }
    return productShare > 0.5 && flops(graph) > 0.5 * flops(request.graph)
  }

  private func traits(_ graph: TensorGraph, _ partition: FusionPartition) -> ScheduleSpace.Traits {
    var traits = ScheduleSpace.Traits(
      outputBytes: 0, movedBytes: CostModel.minimumBytes(graph), hasIntermediates: false, isHeavy: false, windowSize: 0,
      rows: 0)
    for group in partition.groups {
      for id in group.outputs { traits.outputBytes = max(traits.outputBytes, graph.nodes[id].type.bytes) }
      if !PassPlan(group, in: graph, keepsIntermediates: true).kept.isEmpty { traits.hasIntermediates = true }
      let expensive = group.members.filter { graph.nodes[$0].operation.isExpensive }
      let computed = group.members.filter {
        if case .elementwise(let operation) = graph.nodes[$0].operation { !operation.isCopy } else { true }
      }
      if !expensive.isEmpty || computed.count > 8 { traits.isHeavy = true }
      traits.rows = max(traits.rows, group.hasReductions ? group.rows : 0)
    }
    for node in graph.nodes {
      if node.operation.isWindowed { traits.outputBytes = max(traits.outputBytes, node.type.bytes) }
      guard case .slidingMean(let window) = node.operation else { continue }
      if window.stride == 1 { traits.windowSize = max(traits.windowSize, window.size) }
      traits.rows = max(traits.rows, node.type.count / max(node.type.shape.last ?? 1, 1))
    }
    return traits
  }

  private func title(_ graph: TensorGraph, _ groups: [FusionGroup], _ rules: [Rule]) -> String {
    var parts: [String] = []
    for rule in rules {
      switch rule.id {
      case Rule.poolingAsSlidingSums.id: parts.append("average pooling as sliding sums")
      case Rule.poolingAsConvolution.id: parts.append("average pooling as a depthwise convolution")
      case Rule.batchNormFolding.id: parts.append("normalisation folded into the layer before it")
      case Rule.packedEpilogues.id, Rule.rowMajorEpilogues.id: parts.append(libraryTitle(graph, rule))
      default: parts.append(rule.id.replacing("-", with: " "))
      }
    }
    parts += windowTitles(graph) + graph.loopLengths.map { "loop of \($0) steps in one sweep" }
    if !groups.isEmpty {
      let largest = groups.max { $0.members.count < $1.members.count }
      var seen = Set<String>()
      let names = (largest?.members ?? []).map { graph.nodes[$0].origin.target }
        .map { $0.split(separator: ".").dropFirst().first.map(String.init) ?? $0 }.filter { seen.insert($0).inserted }
      let shown = names.prefix(3).joined(separator: " + ") + (names.count > 3 ? " + …" : "")
      let kernels = groups.count == 1 ? "one kernel" : "\(groups.count) kernels"
      parts.append("\(shown) fused into \(kernels)")
    }
    return parts.joined(separator: ", ")
  }

  private func windowTitles(_ graph: TensorGraph) -> [String] {
    var titles: [String] = []
    for node in graph.nodes {
      let title: String
      switch node.operation {
      case .pool(let pooling): title = "\(pooling.kind == .maximum ? "maxima" : "means") over windows in vectors"
      case .depthwise: title = "direct depthwise convolution"
      default: continue
      }
      if !titles.contains(title) { titles.append(title) }
    }
    return titles
  }

  // MARK: Findings

  func findings() -> [Finding] {
    if !obstacles.isEmpty { return obstacles.map { Finding("left as it is: \($0)") } }
    var findings: [Finding] = []
    let captured = request.graph
    // What the algebraic rules take away is not left to the library.
    let rewritten = algebraicChains().first?.graph
    let remaining = rewritten.map { graph in
      Set(graph.nodes.compactMap { if case .call(let call) = $0.operation { call.target } else { nil } })
    }
    let isAttention = Rule.attention.rewrite(captured.pruned()) != nil
    if productShare >= Self.productShareLimit, rewritten == nil, !isAttention,
      Rule.depthwiseDirectly.applied(to: lowered) == nil
    {
      let largest = captured.nodes.indices.max {
        CostModel.productFlops(captured, $0) < CostModel.productFlops(captured, $1)
      }
      let origin = largest.map { captured.nodes[$0].origin }
      findings.append(
        Finding(
          "matrix product (\(origin?.target ?? "aten.matmul"), about \(Int((productShare * 100).rounded())) % of the time): left to the library",
          line: origin?.line))
    }
    let partition = FusionPartition(lowered).placingParts(in: lowered)
    let wholes = partition.wholes
    let made = lowered.read(outside: partition.groups)
    let isPrepared = lowered.isPrepared
    for (id, node) in lowered.nodes.enumerated() where !isPrepared[id] && partition.groupOf[id] == nil {
      // What kernels look up where it is isn't called at all.
      if wholes.contains(id) || !made.contains(id) { continue }
      guard case .call(let call) = node.operation else { continue }
      if CostModel.productFlops(lowered, id) > 0 || call.target == "aten.avg_pool1d.default" { continue }
      if LibraryCall.isFresh(call) || remaining?.contains(call.target) == false { continue }
      let dtype = node.type.dtype
      let why =
        switch dtype {
        case .complex64, .complex128: "kernels are generated for real numbers, not \(dtype.rawValue)"
        case .other where call.isCustom: "it is none of PyTorch's operators"
        case .other: "the shape of its result depends on what its tensors hold"
        default: call.isCustom ? "it is none of PyTorch's operators" : "no rule covers it in this form"
        }
      findings.append(Finding("\(call.target) is left to PyTorch: \(why)", line: node.origin.line))
    }
    if partition.groups.isEmpty, findings.isEmpty, rewritten == nil, !isAttention,
      !lowered.nodes.contains(where: { $0.operation.isWindowed }),
      [Rule.batchNormFolding, .poolingAsSlidingSums, .depthwiseDirectly].allSatisfy({ $0.applied(to: lowered) == nil })
    {
      let products = lowered.nodes.indices.contains { CostModel.productFlops(lowered, $0) > 0 }
      findings.append(
        Finding(
          products ? "matrix product: left to the library" : "nothing in it that the rules could fuse or re-express"))
    }
    return findings.unique()
  }
}
