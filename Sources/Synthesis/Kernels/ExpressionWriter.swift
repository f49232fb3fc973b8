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
  private var aliases: [ValueID: String] = [:]
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
    aliases = [:]
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
      ?? expression(operation, group.operands[id] ?? [], types: operandTypes(node), loaded: loaded, isVector: true)
    if let rounding = rounding(id) { text = "\(rounding)(\(text))" }
    if case .scan = node.operation { text = "scan\(id).next(\(text), \(scanPosition))" }
    code.line("const \(kind) \(name(id)) = \(text);")
  }

  private mutating func load(
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

  private func operandTypes(_ node: TensorGraph.Node) -> [ElementType] {
    node.operands.map { graph.nodes[$0].type.dtype }
  }

  /// A number computed between sweeps.
  mutating func scalar(_ id: ValueID, into code: inout CodeWriter) {
    let node = graph.nodes[id]
    guard case .elementwise(let operation) = node.operation else { return }
    var text =
      wholeComparison(id, isVector: false)
      ?? expression(operation, group.operands[id] ?? [], types: operandTypes(node), loaded: [:], isVector: false)
    if let rounding = rounding(id) { text = "\(rounding)(\(text))" }
    let type = node.type.dtype == .bool ? "bool" : plan.isWide(id) ? "double" : "real"
    code.line("const \(type) \(name(id)) = \(text);")
  }

  // MARK: Expressions

  private func constant(_ operand: FusionGroup.Operand) -> Double? {
    if case .constant(let value) = operand { value } else { nil }
  }

  private mutating func expression(
    _ operation: Elementwise, _ operands: [FusionGroup.Operand], types: [ElementType],
    loaded: [FusionGroup.Access: String], isVector: Bool
  ) -> String {
    var names: [String] = []
    var isScalar: [Bool] = []
    for operand in operands {
      switch operand {
      case .constant(let value):
        names.append(CPlusPlus.number(value, group.dtype))
        isScalar.append(true)
      case .member(let member):
        // Vectors take numbers of their own type only.
        let isNumber = group.roles[member] == .row && !(isVector && rowValuesAreVectors)
        names.append(plan.isWide(member) && isVector && isNumber ? "real(\(name(member)))" : name(member))
        isScalar.append(isNumber)
      case .memory(let access):
        names.append(loaded[access] ?? rowNumber(access))
        isScalar.append(loaded[access] == nil)
      }
    }
    // Truth values among numbers count as 0 and 1.
    if ![.identity, .not, .and, .or, .select].contains(operation), types.contains(where: { $0 != .bool }) {
      for index in operands.indices where types[index] == .bool {
        names[index] =
          isVector && !isScalar[index] ? "select(\(names[index]), splat(1), vec{})" : "real(\(names[index]))"
      }
    }
    /// An operand as a vector (or mask) where a function wants one.
    func whole(_ index: Int) -> String {
      guard isVector, isScalar[index] else { return names[index] }
      if case .constant = operands[index] { return "splat(\(names[index]))" }
      return types[index] == .bool && !names[index].hasPrefix("real(")
        ? "(mask{} - int(\(names[index])))" : "splat(\(names[index]))"
    }
    func call(_ function: String, _ piece: String) -> String {
      need(piece)
      return "\(function)(\(operands.indices.map(whole).joined(separator: ", ")))"
    }
    /// Arithmetic takes a number beside a vector, but needs at least one vector.
    func infix(_ symbol: String) -> String {
      let left = isVector && isScalar.allSatisfy { $0 } ? whole(0) : names[0]
      return "\(left) \(symbol) \(names[1])"
    }
    func logical(_ symbol: String) -> String { "\(whole(0)) \(symbol) \(whole(1))" }

    switch operation {
    case .identity, .cast, .softCast: return whole(0)
    case .negative: return "-\(whole(0))"
    case .not: return isVector ? "~\(whole(0))" : "!\(names[0])"
    case .add: return infix("+")
    case .subtract: return infix("-")
    case .multiply: return infix("*")
    case .divide: return infix("/")
    case .equal: return infix("==")
    case .notEqual: return infix("!=")
    case .less: return infix("<")
    case .lessEqual: return infix("<=")
    case .greater: return infix(">")
    case .greaterEqual: return infix(">=")
    case .and: return logical(isVector ? "&" : "&&")
    case .or: return logical(isVector ? "|" : "||")
    case .select:
      let arms = types.dropFirst().contains(.bool)
      if arms {
        return isVector
          ? "(\(whole(0)) & \(whole(1))) | (~\(whole(0)) & \(whole(2)))" : "\(names[0]) ? \(names[1]) : \(names[2])"
      }
      return "select(\(whole(0)), \(whole(1)), \(whole(2)))"
    case .relu:
      need("atLeast")
      return "at_least(\(whole(0)), 0)"
    case .maximum, .minimum:
      // Against a number that is not NaN one comparison does.
      let function = operation == .maximum ? ("at_least", "atLeast") : ("at_most", "atMost")
      for (value, other) in [(1, 0), (0, 1)] {
        if let bound = constant(operands[value]), !bound.isNaN, constant(operands[other]) == nil {
          need(function.1)
          return "\(function.0)(\(whole(other)), \(names[value]))"
        }
      }
      return call(operation.rawValue, operation.rawValue)
    case .normalCDF: return call("normal_cdf", "normalCDF")
    case .absolute, .exp, .expm1, .log, .log1p, .log2, .sqrt, .rsqrt, .reciprocal, .tanh, .sigmoid, .erf, .sin, .cos,
      .floor, .ceil, .round, .trunc, .power:
      return call(operation.rawValue, operation.rawValue)
    }
  }
}
