/// Element-wise operations and row reductions that one kernel computes in one sweep over rows.
///
/// The group's *domain* is a row-major box of `dimensions`; its trailing dimensions from `rowDimensions` on make up a
/// row. A member is computed for every element of the domain (`full`) or once a row (`row`).
struct FusionGroup: Sendable {
  typealias ValueID = TensorGraph.ValueID

  enum Role: Sendable { case full, row }

  /// What a member reads.
  enum Operand: Hashable, Sendable {
    /// Computed in this group, at the same element, or for the same row.
    case member(ValueID)
    case constant(Double)
    /// From memory.
    case memory(Access)
  }

  /// Elements of a stored value, by strides over the group's domain.
  struct Access: Hashable, Sendable {
    var root: ValueID
    var offset: Int
    var strides: [Int]
    /// What is added to the place, by a number that is read first.
    var index: Index?
  }

  /// Whole numbers read by strides over the group's domain, from 0 up to but not including `extent`: each moves an access by
  /// so many times `step` elements.
  struct Index: Hashable, Sendable {
    var root: ValueID
    var offset: Int
    var strides: [Int]
    var step: Int
    var extent: Int
  }

  var members: [ValueID]
  var dimensions: [Int]
  /// How many leading dimensions number the rows; all but the last where nothing is reduced.
  var rowDimensions: Int
  /// How many trailing dimensions are not reduced: more than 0 where columns are reduced and not rows. A `row` member
  /// then has an element for every index of the leading and of these trailing dimensions.
  var innerDimensions = 0
  var hasReductions: Bool
  var roles: [ValueID: Role]
  var operands: [ValueID: [Operand]]
  /// Members that are used outside the group.
  var outputs: [ValueID] = []
  /// Of outputs that are parts of something larger: where in it they go.
  var placements: [ValueID: Placement] = [:]
  /// The type that is computed in, float32 or float64; what is read and written may have others.
  var dtype: ElementType
  /// The dimension along which the group's running totals go, if it has any.
  var scanDimension: Int?

  var rows: Int { dimensions[..<rowDimensions].reduce(1, *) }
  var columns: Int { dimensions[rowDimensions...].reduce(1, *) }
  var reducesColumns: Bool { innerDimensions > 0 }

  /// Every access in order of first use.
  var accesses: [Access] {
    var seen = Set<Access>()
    var list: [Access] = []
    for member in members {
      for case .memory(let access) in operands[member] ?? [] where seen.insert(access).inserted { list.append(access) }
    }
    return list
  }

  /// The stored values read, in order of first use.
  var inputs: [ValueID] {
    var seen = Set<ValueID>()
    return accesses.flatMap { [$0.root] + ($0.index.map { [$0.root] } ?? []) }.filter { seen.insert($0).inserted }
  }
}

extension FusionGroup {
  /// Looks whether these nodes can be one kernel, and how; nil when they can't.
  init?(_ members: [ValueID], in graph: TensorGraph) {
    let set = Set(members)
    func iterated(_ id: ValueID) -> [Int] {
      let node = graph.nodes[id]
      if node.operation.isReduction { return graph.nodes[node.operands[0]].type.shape }
      return node.type.shape
    }
    let total = members.map { iterated($0).reduce(1, *) }.max() ?? 0
    guard total > 0 else { return nil }

    // All reductions must be over rows, or columns, of one length and `distance` between their elements.
    var rowLength: Int?
    var distance = 1
    for id in members {
      guard let how = graph.nodes[id].operation.reduced else { continue }
      let shape = iterated(id)
      let length = how.length(of: shape)
      guard shape.reduce(1, *) == total,
        rowLength == nil || (rowLength == length && distance == how.distance(in: shape))
      else { return nil }
      rowLength = length
      distance = how.distance(in: shape)
    }
    let reducedSpan = distance * (rowLength ?? 1)
    var roles: [ValueID: Role] = [:]
    guard let dtype = Self.computedType(members, in: graph) else { return nil }
    for id in members {
      let node = graph.nodes[id]
      let isReduction = node.operation.isReduction
      let count = iterated(id).reduce(1, *)
      if isReduction || (rowLength.map { count * $0 == total } ?? false && count != total) {
        roles[id] = .row
      } else if count == total {
        roles[id] = .full
      } else {
        return nil
      }
    }

    // All running totals must go along one dimension, the same way.
    guard let scanned = ScannedExtent.common(members, in: graph, total: total, hasRows: rowLength != nil) else {
      return nil
    }

    // The coarsest box whose dimensions every member's dimensions are made of.
    var bounds: Set<Int> = [1, total, distance, reducedSpan]
    if let extent = scanned.extent { bounds.formUnion([extent.inner, extent.inner * extent.length]) }
    for id in members {
      let shape = iterated(id)
      let isRow = roles[id] == .row && shape.reduce(1, *) != total
      var product = 1
      for extent in shape.reversed() {
        bounds.insert(isRow && product >= distance ? product * (rowLength ?? 1) : product)
        product *= extent
      }
    }
    let ordered = bounds.sorted(by: >)
    guard zip(ordered, ordered.dropFirst()).allSatisfy({ $0 % $1 == 0 }) else { return nil }
    let dimensions = zip(ordered, ordered.dropFirst()).map { $0 / $1 }
    let below = Array(ordered.dropFirst())
    if let extent = scanned.extent {
      // Nothing may cut the scanned dimension.
      scanDimension = below.firstIndex(of: extent.inner)
      guard let scanDimension, dimensions[scanDimension] == extent.length else { return nil }
    }
    let rowDimensions =
      rowLength == nil ? max(dimensions.count - 1, 0) : below.filter { $0 >= reducedSpan }.count
    let innerDimensions = rowLength == nil ? 0 : below.filter { $0 < distance }.count
    /// Where a dimension of the domain lies among the elements of a row value; nil for a reduced one.
    func rowBound(_ bound: Int) -> Int? {
      bound < distance ? bound : bound >= reducedSpan ? bound / (rowLength ?? 1) : nil
    }

    /// Strides over the domain of a layout over a member's own shape; inside rows a row value has none.
    func domainStrides(_ layout: StridedLayout, shape: [Int], role: Role) -> [Int] {
      var strides = [Int](repeating: 0, count: dimensions.count)
      var product = 1
      for (extent, stride) in zip(shape, layout.strides).reversed() {
        for (index, domainBound) in below.enumerated() {
          guard let bound = role == .row ? rowBound(domainBound) : domainBound, bound >= product,
            bound < product * extent
          else { continue }
          strides[index] = stride * (bound / product)
        }
        product *= extent
      }
      return strides
    }
    let fullStrides = below
    let rowStrides = below.map { rowLength == nil ? 0 : rowBound($0) ?? 0 }

    var operands: [ValueID: [Operand]] = [:]
    for id in members {
      let node = graph.nodes[id]
      let shape = iterated(id)
      let isReduction = node.operation.isReduction
      let role: Role = isReduction ? .full : roles[id] ?? .full
      operands[id] = []
      for operand in node.operands {
        if case .scalar(let value) = graph.nodes[operand].operation {
          operands[id]?.append(.constant(value))
          continue
        }
        var source = graph.source(operand)
        if !set.contains(source.root) { source = graph.readSource(operand, computing: dtype) }
        let layout = source.layout.broadcast(from: graph.nodes[operand].type.shape, to: shape)
        let strides = domainStrides(layout, shape: shape, role: role)
        if let operandRole = roles[source.root], set.contains(source.root) {
          let wanted = operandRole == .full ? fullStrides : rowStrides
          // A row value's element for a whole row, a full value's for the same element; anything else is a transposition.
          guard layout.offset == 0, strides == wanted, !(operandRole == .full && role == .row),
            !graph.nodes[source.root].type.dtype.isInteger
          else { return nil }
          operands[id]?.append(.member(source.root))
        } else {
          let plain = Access(root: source.root, offset: layout.offset, strides: strides)
          let fetched = graph.lookup(source.root).flatMap { lookup -> Access? in
            guard scanned.extent == nil, !set.contains(lookup.table) else { return nil }
            return Access(lookup, offset: layout.offset, strides: strides, dimensions: dimensions) { dimension in
              dimension == dimensions.count - 1 || rowLength != nil && distance == 1 && dimension >= rowDimensions
            }
          }
          operands[id]?.append(.memory(fetched ?? plain))
        }
      }
    }

    self.members = members
    self.dimensions = dimensions
    self.rowDimensions = rowDimensions
    self.innerDimensions = innerDimensions
    self.hasReductions = rowLength != nil
    self.roles = roles
    self.operands = operands
    self.dtype = dtype
  }

  /// With the last two dimensions the other way round; results go to where they were.
  var turned: FusionGroup {
    let last = dimensions.count - 1
    guard last > 0 else { return self }
    var result = self
    let strides = Shape.strides(dimensions)
    for id in outputs where placements[id] == nil {
      result.placements[id] = Placement(whole: id, offset: 0, strides: strides)
    }
    result.dimensions.swapAt(last, last - 1)
    result.scanDimension = scanDimension.map { $0 == last ? last - 1 : $0 == last - 1 ? last : $0 }
    for id in result.placements.keys { result.placements[id]?.strides.swapAt(last, last - 1) }
    for (member, list) in operands {
      result.operands[member] = list.map { operand in
        guard case .memory(var access) = operand else { return operand }
        access.strides.swapAt(last, last - 1)
        return .memory(access)
      }
    }
    return result
  }

  /// Joins neighbouring dimensions that every access steps through alike, so that loops are long and few.
  func collapsed() -> FusionGroup {
    var result = self
    let accesses = accesses
    let placed = placements.keys.sorted()
    let indices = accesses.indices.filter { accesses[$0].index != nil }
    let allStrides =
      accesses.map(\.strides) + placed.compactMap { placements[$0]?.strides }
      + indices.compactMap { accesses[$0].index?.strides }
    var dimension = dimensions.count - 1
    var merged: [(extent: Int, strides: [Int])] = []
    var boundary = hasReductions ? rowDimensions : -1
    var rowCount = 0
    let innerBoundary = innerDimensions > 0 ? dimensions.count - innerDimensions : dimensions.count
    var innerCount = 0
    var scanFromEnd: Int?
    /// Neither the scanned dimension nor the one before it may be joined with the next.
    func isBesideScan(_ dimension: Int) -> Bool {
      scanDimension.map { dimension == $0 || dimension == $0 - 1 } ?? false
    }
    while dimension >= 0 {
      let strides = allStrides.map { $0[dimension] }
      if let last = merged.last, dimension != boundary - 1, dimension != innerBoundary - 1, !isBesideScan(dimension),
        zip(strides, last.strides).allSatisfy({ $0 == $1 * last.extent })
      {
        merged[merged.count - 1].extent *= dimensions[dimension]
      } else {
        merged.append((dimensions[dimension], strides))
        if dimension == scanDimension { scanFromEnd = merged.count }
        if dimension < boundary { rowCount += 1 }
        if dimension >= innerBoundary { innerCount += 1 }
      }
      dimension -= 1
    }
    merged.reverse()
    if !hasReductions { rowCount = max(merged.count - 1, 0) }
    boundary = rowCount
    var replaced: [Access: Access] = [:]
    for (index, access) in accesses.enumerated() {
      var copy = access
      copy.strides = merged.map { $0.strides[index] }
      if let number = indices.firstIndex(of: index) {
        copy.index?.strides = merged.map { $0.strides[accesses.count + placed.count + number] }
      }
      replaced[access] = copy
    }
    for (index, id) in placed.enumerated() {
      result.placements[id]?.strides = merged.map { $0.strides[accesses.count + index] }
    }
    result.dimensions = merged.map(\.extent)
    result.rowDimensions = boundary
    result.innerDimensions = innerCount
    result.scanDimension = scanFromEnd.map { merged.count - $0 }
    for (member, list) in operands {
      result.operands[member] = list.map { operand in
        if case .memory(let access) = operand { .memory(replaced[access] ?? access) } else { operand }
      }
    }
    return result
  }
}
