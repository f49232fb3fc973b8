/// Parts of a tensor that whole numbers name, as `embedding`, `index_select` and indexing by a tensor fetch them: kernels
/// read them where they are, so that they are never put together.
struct Lookup {
  typealias ValueID = TensorGraph.ValueID

  /// The stored tensor that is read, in row-major order.
  var table: ValueID
  /// The op's argument that names the parts, and where in its storage the numbers begin that are used.
  var index: ValueID
  var indexOffset: Int
  /// How often parts are fetched by the same numbers: for every index of the dimensions in front.
  var outer: Int
  /// How many parts are fetched, from how many.
  var count: Int
  var extent: Int
  /// Elements of a part that lie beside each other.
  var inner: Int
}

extension TensorGraph {
  /// What a call fetches, where kernels can read through it: numbers that are an argument of the op can be looked at before
  /// kernels run.
  func lookup(_ id: ValueID) -> Lookup? {
    let node = nodes[id]
    guard case .call(let call) = node.operation, let (table, numbers, dimension) = fetched(call, node.operands)
    else { return nil }
    let (own, index) = (nodes[table].type, nodes[numbers].type)
    guard own.dtype.isFloating, own.dtype == node.type.dtype, index.dtype == .int64, index.count > 0,
      own.shape.indices.contains(dimension)
    else { return nil }
    let inner = own.shape[(dimension + 1)...].reduce(1, *)
    guard node.type.shape == own.shape[..<dimension] + index.shape + own.shape[(dimension + 1)...] else { return nil }
    let (read, named) = (source(table), source(numbers))
    guard read.layout.isRowMajor(own.shape), nodes[read.root].type.count == own.count,
      StridedLayout(strides: named.layout.strides).isRowMajor(index.shape),
      case .input = nodes[named.root].operation
    else { return nil }
    return Lookup(
      table: read.root, index: named.root, indexOffset: named.layout.offset,
      outer: own.shape[..<dimension].reduce(1, *), count: index.count, extent: own.shape[dimension], inner: inner)
  }

  /// Whether it is such a call at all.
  func isFetch(_ id: ValueID) -> Bool {
    if case .call(let call) = nodes[id].operation { fetched(call, nodes[id].operands) != nil } else { false }
  }

  /// Tensor, numbers, and the dimension that they are for.
  private func fetched(_ call: Call, _ operands: [ValueID]) -> (ValueID, ValueID, Int)? {
    func tensor(_ argument: CallArgument?) -> ValueID? {
      if case .operand(let place)? = argument { operands[place] } else { nil }
    }
    guard let table = tensor(call.arguments.first) else { return nil }
    switch call.target {
    case "aten.embedding.default": return tensor(call.argument(1, "indices")).map { (table, $0, 0) }
    case "aten.index_select.default":
      guard let named = call.argument(1, "dim")?.integer,
        let dimension = Shape.dimension(named, rank: nodes[table].type.shape.count)
      else { return nil }
      return tensor(call.argument(2, "index")).map { (table, $0, dimension) }
    case "aten.index.Tensor":
      guard case .list(let items)? = call.argument(1, "indices"), let last = items.last,
        items.dropLast().allSatisfy({ $0 == .none })
      else { return nil }
      return tensor(last).map { (table, $0, items.count - 1) }
    default: return nil
    }
  }

  /// What is fetched and returned as it is, copied by a kernel.
  func copyingReturnedLookups() -> TensorGraph {
    let fetched = returned.filter { nodes[$0].type.dtype.isComputed && lookup(source($0).root) != nil }
    if fetched.isEmpty { return self }
    var copies: [ValueID: ValueID] = [:]
    var copy = self
    for id in fetched.sorted() {
      copy.nodes.append(Node(.elementwise(.identity), [id], nodes[id].type, origin: nodes[id].origin))
      let last = copy.nodes.count - 1
      let group = FusionGroup([last], in: copy)
      if group?.accesses.contains(where: { $0.index != nil }) == true {
        copies[id] = last
      } else {
        copy.nodes.removeLast()
      }
    }
    copy.outputs = outputs.map { if case .value(let id) = $0 { .value(copies[id] ?? id) } else { $0 } }
    return copy
  }
}

extension FusionGroup.Access {
  /// An access to what is fetched, by its place among the fetched parts put together, as one to the table.
  ///
  /// - Parameters:
  ///   - strides: over `dimensions`, of the fetched parts in row-major order.
  ///   - isFixed: dimensions along which all elements have to be from one part.
  init?(
    _ lookup: Lookup, offset: Int, strides: [Int], dimensions: [Int], isFixed: (Int) -> Bool
  ) {
    let parts = [lookup.outer, lookup.count, lookup.inner]
    guard let places = PlacesInView(.init(offset: offset, strides: strides), dimensions, of: parts) else { return nil }
    let named = places.dimensions.map { $0 == 1 }
    guard !named.indices.contains(where: { named[$0] && isFixed($0) }) else { return nil }
    // In the table, where other parts lie between.
    let table = [lookup.extent * lookup.inner, 0, 1]
    let own = places.layout(.init(strides: table), shape: parts)
    self.init(
      root: lookup.table, offset: own.offset, strides: own.strides,
      index: .init(
        root: lookup.index, offset: lookup.indexOffset + places.starts[1],
        strides: zip(named, places.steps).map { $0 ? $1 : 0 }, step: lookup.inner, extent: lookup.extent))
  }
}
