/// Where running totals go in a row-major box: `length` steps, `inner` elements apart.
struct ScannedExtent: Hashable {
  var length: Int
  var inner: Int
  var isReversed: Bool

  init?(_ node: TensorGraph.Node) {
    let (dimension, isReversed): (Int, Bool)
    switch node.operation {
    case .scan(let scan): (dimension, isReversed) = (scan.dimension, scan.isReversed)
    case .recurrence(let recurrence): (dimension, isReversed) = (recurrence.dimension, recurrence.isReversed)
    default: return nil
    }
    length = node.type.shape[dimension]
    inner = node.type.shape[(dimension + 1)...].reduce(1, *)
    self.isReversed = isReversed
  }

  /// The extent that all running totals and loops among these nodes share, or none where there are none; nil where they
  /// differ, or where a kernel can't have them.
  static func common(
    _ members: [TensorGraph.ValueID], in graph: TensorGraph, total: Int, hasRows: Bool
  ) -> (extent: ScannedExtent?, Void)? {
    var extent: ScannedExtent?
    var (hasTotals, hasLoops) = (false, false)
    for id in members {
      let node = graph.nodes[id]
      guard let own = ScannedExtent(node) else { continue }
      guard !hasRows, extent == nil || extent == own, node.type.count == total, own.length > 1,
        own.inner == 1 || own.inner >= LoweringContext.minimumInner
      else { return nil }
      extent = own
      if case .recurrence = node.operation { hasLoops = true } else { hasTotals = true }
    }
    // Along the last dimension vectors of totals go with the rows and those of loops across them.
    if let extent, extent.inner == 1, hasLoops {
      guard !hasTotals, total / extent.length >= LoweringContext.minimumInner else { return nil }
    }
    return (extent, ())
  }
}
