/// Writes the values of a fusion group as C++ statements, in vectors inside a sweep and in numbers between sweeps.
struct ExpressionWriter {
  typealias ValueID = TensorGraph.ValueID

  let graph: TensorGraph
  let group: FusionGroup
  let plan: PassPlan
  /// Pointer variable of an access at the start of the row part that is swept.
  var pointers: [FusionGroup.Access: String] = [:]
  /// Numbers held for a row (or part of one) by an access without a stride.
  var rowScalars: [FusionGroup.Access: String] = [:]
  /// Where kept values and results of the row lie.
  var buffers: [ValueID: String] = [:]
  /// Vectors that were loaded before, by access.
  var held: [FusionGroup.Access: String] = [:]
  /// Values of rows are vectors named as usual: there is one for each of several neighbouring columns.
  var rowValuesAreVectors = false
  /// What values that are only passed on in another type are called.
  var aliases: [ValueID: String] = [:]
  /// What the statements of loops are called that this sweep has already.
  var steps: [Loop: [String]] = [:]
  /// What a scan's `next` gets besides the vector.
  var scanPosition = "n"
  private(set) var pieces: Set<String> = []

  init(_ graph: TensorGraph, _ group: FusionGroup, _ plan: PassPlan) {
    self.graph = graph
    self.group = group
    self.plan = plan
  }

  func name(_ id: ValueID) -> String { aliases[id] ?? "v\(id)" }

  mutating func need(_ piece: String...) { pieces.formUnion(piece) }

  /// Vector statements for `roots` in one sweep, each value once.
  mutating func vectors(_ roots: [ValueID], pass: Int, into code: inout CodeWriter) {
    var done = Set<ValueID>()
    var loaded = held
    (aliases, steps) = ([:], [:])
    var lastOrigin: TensorGraph.Origin?
    for root in roots {
      vector(root, pass: pass, done: &done, loaded: &loaded, origin: &lastOrigin, into: &code)
    }
  }

  private mutating func vector(
    _ id: ValueID, pass: Int, done: inout Set<ValueID>, loaded: inout [FusionGroup.Access: String],
    origin: inout TensorGraph.Origin?, into code: inout CodeWriter
  ) {
    guard done.insert(id).inserted else { return }
    let node = graph.nodes[id]
    let kind = node.type.dtype == .bool ? "mask" : "vec"
    if (plan.level[id] ?? 0) < pass, let buffer = buffers[id], plan.kept.contains(id) {
      // What is no result lies on the stack, as it was computed.
      need(group.outputs.contains(id) ? node.type.dtype.piece("load", computing: group.dtype) : "load")
      code.line("const vec \(name(id)) = load(\(buffer) + j, n);")
      return
    }
    let operation: Elementwise
    switch node.operation {
    case .elementwise(let own): operation = own
    case .recurrence:
      for case .member(let member) in group.operands[id] ?? [] {
        vector(member, pass: pass, done: &done, loaded: &loaded, origin: &origin, into: &code)
      }
      step(id, loaded: &loaded, into: &code)
      return
    // The kernel has put a running total beside it, which takes the operand as it is.
    case .scan: operation = .identity
    default: return
    }
    for operand in group.operands[id] ?? [] {
      switch operand {
      case .member(let member):
        if group.roles[member] == .full {
          vector(member, pass: pass, done: &done, loaded: &loaded, origin: &origin, into: &code)
        }
      case .memory(let access): if !isWholeComparison(node) { load(access, loaded: &loaded, into: &code) }
      case .constant: break
      }
    }
    if let same = unchanged(id, loaded) {
      aliases[id] = same
      return
    }
    if origin?.name != node.origin.name {
      let place = node.origin.line.map { ", line \($0)" } ?? ""
      code.line("// \(node.origin.target)\(place)")
      origin = node.origin
    }
    var text =
      wholeComparison(id, isVector: true)
      ?? expression(operation, terms(id, loaded: loaded, isVector: true), isVector: true)
    if let rounding = rounding(id) { text = "\(rounding)(\(text))" }
    if case .scan = node.operation { text = "scan\(id).next(\(text), \(scanPosition))" }
    code.line("const \(kind) \(name(id)) = \(text);")
  }

  mutating func load(
    _ access: FusionGroup.Access, loaded: inout [FusionGroup.Access: String], into code: inout CodeWriter
  ) {
    guard rowScalars[access] == nil, loaded[access] == nil, let pointer = pointers[access] else { return }
    let isMask = graph.nodes[access.root].type.dtype == .bool
    let variable = "x\(loaded.count)"
    loaded[access] = variable
    code.line("const \(isMask ? "mask" : "vec") \(variable) = \(load(access, at: pointer));")
  }

  private mutating func load(_ access: FusionGroup.Access, at pointer: String) -> String {
    let dtype = graph.nodes[access.root].type.dtype
    let stride = access.strides.last ?? 0
    if stride == 1 {
      need(dtype.piece("load", computing: group.dtype))
      return "load(\(pointer) + j, n)"
    }
    if let place = placeInGroup(access) {
      need("picked")
      return "picked<\(stride), \(place)>(\(pointer) + j * \(stride)\(place == 0 ? "" : " - \(place)"), n)"
    }
    need(dtype.piece("gather", computing: group.dtype))
    return "gather(\(pointer) + j * \(stride), \(stride), n)"
  }

  /// Which element it is of neighbouring groups of a few in memory, all of which may be read; nil where there are none such.
  private func placeInGroup(_ access: FusionGroup.Access) -> Int? {
    let type = graph.nodes[access.root].type
    guard access.index == nil, type.dtype == group.dtype, let stride = access.strides.last,
      [2, 3, 4, 6, 8].contains(stride),
      type.count.isMultiple(of: stride), access.strides.dropLast().allSatisfy({ $0.isMultiple(of: stride) })
    else { return nil }
    return access.offset % stride
  }

  /// A load where it is used, for reductions of what is in memory.
  mutating func direct(_ access: FusionGroup.Access) -> String {
    if let scalar = rowScalars[access] { return "splat(\(scalar))" }
    if let vector = held[access] { return vector }
    return load(access, at: pointers[access] ?? "nullptr")
  }

  /// A number computed between sweeps.
  mutating func scalar(_ id: ValueID, into code: inout CodeWriter) {
    let node = graph.nodes[id]
    guard case .elementwise(let operation) = node.operation else { return }
    var text =
      wholeComparison(id, isVector: false)
      ?? expression(operation, terms(id, loaded: [:], isVector: false), isVector: false)
    if let rounding = rounding(id) { text = "\(rounding)(\(text))" }
    let type = node.type.dtype == .bool ? "bool" : plan.isWide(id) ? "double" : "real"
    code.line("const \(type) \(name(id)) = \(text);")
  }
}
