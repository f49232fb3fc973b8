/// The Python statements of a fast path: what is prepared once, what is done in every call, and the kernels for it.
struct CallSequence {
  typealias ValueID = TensorGraph.ValueID

  /// Stands in statements for a call of the original with the arguments of this call.
  static let originalCall = "{original}"

  /// A tensor of the module that the fast path needs.
  struct Needed {
    var path: String
    var kind: TensorGraph.ParameterKind
    var type: TensorType
    var name: String
    /// Something prepared depends on its contents, not only on where it lies.
    var isPreparedFrom: Bool
  }

  let graph: TensorGraph
  let partition: FusionPartition
  let schedule: Schedule
  let threads: Int
  let prefix: String
  /// Where not every result is wanted in every call: the Python conditions, one for each result.
  let conditions: [String]?
  private let isPrepared: [Bool]

  var names = PythonNames()
  var kernels: [KernelText] = []
  private(set) var needed: [Needed] = []
  /// Statements that compute the prepared tensors from the needed ones.
  private(set) var preparation: [String] = []
  /// Names of the prepared tensors that calls use.
  private(set) var prepared: [String] = []
  /// Needed tensors that calls use as they are.
  private(set) var direct: [String] = []
  var statements: [String] = []
  /// How many results have memory that is used again.
  var rooms = 0
  private(set) var argumentNames: [String] = []
  /// What is returned, in the order of the graph's outputs.
  private(set) var results: [String] = []
  private var visited = Set<ValueID>()

  init(
    _ graph: TensorGraph, _ partition: FusionPartition, schedule: Schedule, threads: Int, prefix: String,
    conditions: [String]? = nil
  ) {
    self.graph = graph
    self.partition = partition
    self.schedule = schedule
    self.threads = threads
    self.prefix = prefix
    self.conditions = conditions
    isPrepared = graph.isPrepared
    for argument in graph.arguments { argumentNames.append(names.unique(argument.name)) }
    for (id, node) in graph.nodes.enumerated() {
      if case .input(let position) = node.operation { names.set(id, argumentNames[position]) }
    }
    emitPreparation()
    emitCalls()
    emitResults()
  }

  // MARK: Prepared once

  private func isParameter(_ id: ValueID) -> Bool {
    if case .parameter = graph.nodes[id].operation { true } else { false }
  }

  private func isArgument(_ id: ValueID) -> Bool {
    if case .input = graph.nodes[id].operation { true } else { false }
  }

  private func isScalar(_ id: ValueID) -> Bool {
    if case .scalar = graph.nodes[id].operation { true } else { false }
  }

  /// Values depending on parameters alone that something outside the preparation uses.
  private var frontier: Set<ValueID> {
    var used = Set<ValueID>()
    for (id, node) in graph.nodes.enumerated() where !isPrepared[id] {
      if partition.groupOf[id] != nil { continue }
      for operand in node.operands where isPrepared[operand] { used.insert(operand) }
    }
    // Kernels read what is stored, through views.
    for group in partition.groups { used.formUnion(group.inputs.filter { isPrepared[$0] }) }
    used.formUnion(graph.returned.filter { isPrepared[$0] })
    return used.filter { !isScalar($0) }
  }

  private mutating func emitPreparation() {
    let frontier = frontier
    var inside = Set<ValueID>()
    var stack = frontier.filter { !isParameter($0) }
    while let id = stack.popFirst() {
      guard inside.insert(id).inserted else { continue }
      for operand in graph.nodes[id].operands where !isScalar(operand) { stack.insert(operand) }
    }
    for (id, node) in graph.nodes.enumerated() {
      guard case .parameter(let path, let kind) = node.operation, frontier.contains(id) || inside.contains(id) else {
        continue
      }
      let name = names.name(id, path)
      needed.append(
        .init(path: path, kind: kind, type: node.type, name: name, isPreparedFrom: inside.contains(id)))
      if frontier.contains(id) { direct.append(name) }
    }
    // Folding is done in double precision and rounded once.
    var wide: [ValueID: String] = [:]
    for (id, node) in graph.nodes.enumerated() where inside.contains(id) && !isParameter(id) {
      let name = names.name(id, node.origin.name)
      let text: String
      var isWide = node.type.dtype.isFloating
      switch node.operation {
      case .call(let call):
        text = LibraryCall.text(call, operands: node.operands.map { narrow($0, wide) })
        isWide = false
      default:
        let operands = node.operands.map { widened($0, wide) }
        text = preparedCast(node, operands) ?? primitive(node, operands: operands)
      }
      preparation.append("\(name) = \(text)")
      if isWide { wide[id] = name }
    }
    for id in frontier.sorted() where !isParameter(id) {
      let name = names.name(id, graph.nodes[id].origin.name)
      let conversion = wide[id] == nil ? "" : ".to(torch.\(graph.nodes[id].type.dtype.rawValue))"
      prepared.append(name)
      if case .call(let call) = graph.nodes[id].operation, call.isPacking { continue }
      preparation.append("\(name) = \(name)\(conversion).contiguous()")
    }
  }

  private func widened(_ id: ValueID, _ wide: [ValueID: String]) -> String {
    if case .scalar(let value) = graph.nodes[id].operation { return Python.number(value) }
    if let name = wide[id] { return name }
    let name = names.known(id) ?? "None"
    return graph.nodes[id].type.dtype.isFloating ? "\(name).double()" : name
  }

  /// A change of type where everything is in double precision: rounded only where the op asks for it.
  private func preparedCast(_ node: TensorGraph.Node, _ operands: [String]) -> String? {
    guard node.operation == .elementwise(.cast) || node.operation == .elementwise(.softCast) else { return nil }
    let source = graph.nodes[node.operands[0]].type.dtype
    let isRounded = node.operation == .elementwise(.cast) && !source.isExact(in: node.type.dtype)
    if isRounded { return "\(operands[0]).to(torch.\(node.type.dtype.rawValue)).double()" }
    return source.isFloating ? operands[0] : "\(operands[0]).double()"
  }

  private func narrow(_ id: ValueID, _ wide: [ValueID: String]) -> String {
    if case .scalar(let value) = graph.nodes[id].operation { return Python.number(value) }
    let name = names.known(id) ?? "None"
    return wide[id] == nil ? name : "\(name).to(torch.\(graph.nodes[id].type.dtype.rawValue))"
  }

  /// A primitive in PyTorch's own words.
  private func primitive(_ node: TensorGraph.Node, operands: [String]) -> String {
    var operands = operands
    // Numbers alone would give a number, which has no methods.
    if let first = node.operands.first, node.operands.allSatisfy(isScalar) {
      operands[0] = "torch.tensor(\(operands[0]), dtype=torch.\(graph.nodes[first].type.dtype.rawValue))"
    }
    switch node.operation {
    case .elementwise(let operation):
      var text = operation.python.replacing("{type}", with: "torch.\(node.type.dtype.rawValue)")
      for (index, operand) in operands.enumerated() {
        // Methods and functions of tensors want tensors.
        let isNumber = isScalar(node.operands[index]) && !operand.hasPrefix("torch.tensor(")
        let needsTensor = isNumber && (text.hasPrefix("{\(index)}.") || text.hasPrefix("torch.m"))
        text = text.replacing(
          "{\(index)}", with: needsTensor ? "torch.tensor(\(operand), dtype=torch.float64)" : operand)
      }
      return text
    case .reduce, .reduceColumns:
      guard let how = node.operation.reduced else { return "None" }
      let list = (0..<max(how.dimensions, 1)).map { -how.inner - how.dimensions + $0 }
      let dimensions = Python.tuple(list)
      switch how.reduction {
      case .sum: return "\(operands[0]).sum(dim=\(dimensions))"
      case .sumOfSquares: return "\(operands[0]).square().sum(dim=\(dimensions))"
      case .product:
        let flat = list.count > 1 ? ".flatten(\(list[0]), \(list[list.count - 1]))" : ""
        return "\(operands[0])\(flat).prod(dim=\(-how.inner - 1))"
      case .maximum: return "\(operands[0]).amax(dim=\(dimensions))"
      case .minimum: return "\(operands[0]).amin(dim=\(dimensions))"
      case .argMaximum, .argMinimum:
        let flat = list.count > 1 ? ".flatten(\(list[0]), \(list[list.count - 1]))" : ""
        let name = how.reduction == .argMaximum ? "argmax" : "argmin"
        return "\(operands[0])\(flat).\(name)(dim=\(-how.inner - 1))"
      }
    case .reshape: return "\(operands[0]).reshape(\(Python.tuple(node.type.shape)))"
    case .view(let layout):
      // What is contiguous already may begin anywhere in its storage.
      let start = layout.offset == 0 ? "" : ".flatten()[\(layout.offset):]"
      let (shape, strides) = (Python.tuple(node.type.shape), Python.tuple(layout.strides))
      return "\(operands[0]).contiguous()\(start).as_strided(\(shape), \(strides))"
    case .element(let index): return "\(operands[0])[\(index)]"
    case .scan(let scan): return scan.python(operands[0])
    default: return operands.first ?? "None"
    }
  }

  // MARK: Every call

  /// A value as an expression of stored variables.
  func reference(_ id: ValueID) -> String {
    if let name = names.known(id) { return name }
    let node = graph.nodes[id]
    switch node.operation {
    case .scalar(let value): return "torch.tensor(\(Python.number(value)), dtype=torch.\(node.type.dtype.rawValue))"
    case .reshape: return "\(reference(node.operands[0])).reshape(\(Python.tuple(node.type.shape)))"
    case .view(let layout):
      let base = reference(node.operands[0])
      let offset = layout.offset == 0 ? "" : ", \(base).storage_offset() + \(layout.offset)"
      return "\(base).as_strided(\(Python.tuple(node.type.shape)), \(Python.tuple(layout.strides))\(offset))"
    default: return "None"
    }
  }

  private mutating func emitCalls() {
    let users = partition.users(in: graph)
    for (id, node) in graph.nodes.enumerated() {
      if case .call(let call) = node.operation, call.isCalledForItself { visit(id, users) }
    }
    for case .value(let id) in graph.outputs { visit(id, users) }
  }

  /// Depth first, so that what a step needs comes before it and nothing is done earlier than that.
  private mutating func visit(_ id: ValueID, _ users: [ValueID: Int]) {
    guard !isPrepared[id], visited.insert(id).inserted else { return }
    if let number = partition.groupOf[id] {
      let group = partition.groups[number]
      visited.formUnion(group.members)
      for input in group.inputs { visit(input, users) }
      emit(for: group.outputs) { $0.emitKernel(group, users: users) }
      return
    }
    for operand in graph.nodes[id].operands { visit(operand, users) }
    emit(for: [id]) { $0.emitNode(id) }
  }

  /// One step, under a condition where it serves only some of the results.
  private mutating func emit(for ids: [ValueID], _ step: (inout CallSequence) -> Void) {
    let before = statements.count
    step(&self)
    guard let condition = condition(for: ids), statements.count > before else { return }
    let own = statements[before...].map { "    " + $0 }
    statements.replaceSubrange(before..., with: ["if \(condition):"] + own)
  }

  private mutating func emitNode(_ id: ValueID) {
    let node = graph.nodes[id]
    switch node.operation {
    case .input, .parameter, .scalar, .view: return
    case .reshape:
      guard graph.isStored(id) else { return }
      let name = names.name(id, node.origin.name)
      statements.append("\(name) = \(reference(node.operands[0])).reshape(\(Python.tuple(node.type.shape)))")
    case .call(let call) where call.target == Call.finiteCheck:
      let name = names.name(id, node.origin.name)
      statements.append("\(name) = \(reference(node.operands[0]))\(needsOrder(id) ? ".contiguous()" : "")")
      let checked = node.operands.count == 1 ? [name] : node.operands.dropFirst().map { reference($0) }
      let conditions = checked.map { "\($0).sum().isfinite()" }.joined(separator: " and ")
      statements.append("if not (\(conditions)):  # Inf and NaN depend on the order of the original's sums")
      statements.append("    return \(Self.originalCall)")
    case .call where partition.wholes.contains(id): emitWhole(id)
    case .call(let call):
      let operands = node.operands.map { operand -> String in
        // The library's own linear layers look at where elements lie, not at strides.
        let mayBeStrided = call.isOwnLinear && !isPrepared[operand] && !isArgument(operand)
        return reference(operand) + (mayBeStrided ? ".contiguous()" : "")
      }
      let name = names.name(id, node.origin.name)
      // Kernels and strided views rely on row-major order, which a library may depart from; nothing is copied else.
      let isSingle = !graph.nodes.contains { other in
        if case .element = other.operation { other.operands[0] == id } else { false }
      }
      statements.append(
        "\(name) = \(LibraryCall.text(call, operands: operands))\(isSingle && needsOrder(id) ? ".contiguous()" : "")")
    case .element:
      let name = names.name(id, node.origin.name)
      statements.append(
        "\(name) = \(primitive(node, operands: node.operands.map(reference)))\(needsOrder(id) ? ".contiguous()" : "")")
    case .slidingMean, .pool, .depthwise: emitWindows(id)
    case .recurrence:
      // There is a kernel for every loop; without one nobody computes it but the original.
      statements.append("return \(Self.originalCall)")
    case .elementwise, .reduce, .reduceColumns, .scan:
      let name = names.name(id, node.origin.name)
      let operands = node.operands.map { operand -> String in
        if case .scalar(let value) = graph.nodes[operand].operation { return Python.number(value) }
        return reference(operand)
      }
      // PyTorch gives a result the order of what it is computed from; what comes after relies on row-major order.
      let isInOrder = node.operands.allSatisfy { graph.source($0).layout.isRowMajor(graph.nodes[$0].type.shape) }
      let text = primitive(node, operands: operands)
      statements.append("\(name) = \(isInOrder ? text : "(\(text)).contiguous()")")
    }
  }

  private func needsOrder(_ id: ValueID) -> Bool {
    if partition.groups.contains(where: { $0.inputs.contains(id) }) { return true }
    return graph.nodes.contains { node in
      switch node.operation {
      case .view, .slidingMean, .pool, .depthwise: graph.source(node.operands[0]).root == id
      default: false
      }
    }
  }

  // MARK: Result

  /// Arguments whose numbers kernels read tensors by, with the size that all of them are below.
  var lookups: [(argument: String, extent: Int)] {
    var extents: [ValueID: Int] = [:]
    for access in partition.groups.flatMap(\.accesses) {
      guard let index = access.index else { continue }
      extents[index.root] = min(extents[index.root] ?? index.extent, index.extent)
    }
    return extents.sorted { $0.key < $1.key }.map { (reference($0.key), $0.value) }
  }

  private mutating func emitResults() {
    let mayBeStrided = graph.nodes.contains {
      if case .call(let call) = $0.operation { call.hasOwnLayout || call.hasChannelsLast } else { false }
    }
    results = graph.outputs.map { output -> String in
      switch output {
      case .literal(let text): return text
      case .value(let id):
        // What is prepared is used again in the next call: the caller gets a copy.
        if isPrepared[id] { return isParameter(id) ? reference(id) : "\(reference(id)).clone()" }
        // The original's results are in row-major order, whatever the library prefers inside.
        return reference(id) + (mayBeStrided && !isArgument(id) ? ".contiguous()" : "")
      }
    }
  }

  /// What every call reads beside its arguments.
  var values: [String] { direct + prepared }

  /// What the op returns, put together from its values.
  func structured(_ values: [String]) -> String { text(graph.structure, values) }

  private func text(_ structure: TensorGraph.OutputStructure, _ values: [String]) -> String {
    switch structure {
    case .leaf(let index): return index < values.count ? values[index] : "None"
    case .tuple(let items):
      return Python.tuple(of: items.map { text($0, values) })
    case .list(let items): return "[" + items.map { text($0, values) }.joined(separator: ", ") + "]"
    case .dictionary(let entries):
      return "{" + entries.map { "\(Python.string($0.key)): \(text($0.value, values))" }.joined(separator: ", ") + "}"
    }
  }
}
