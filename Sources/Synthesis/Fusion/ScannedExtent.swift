/// Where running totals go in a row-major box: `length` steps, `inner` elements apart.
struct ScannedExtent: Hashable {
  var length: Int
  var inner: Int
  var isReversed: Bool

  /// The extent that all running totals among these nodes share, or none where there are none; nil where they differ,
  /// or where a kernel can't have them.
  static func common(
    _ members: [TensorGraph.ValueID], in graph: TensorGraph, total: Int, hasRows: Bool
  ) -> (extent: ScannedExtent?, Void)? {
    var extent: ScannedExtent?
    for id in members {
      guard case .scan(let scan) = graph.nodes[id].operation else { continue }
      let shape = graph.nodes[id].type.shape
      let inner = shape[(scan.dimension + 1)...].reduce(1, *)
      let own = ScannedExtent(length: shape[scan.dimension], inner: inner, isReversed: scan.isReversed)
      guard !hasRows, extent == nil || extent == own, shape.reduce(1, *) == total, own.length > 1,
        inner == 1 || inner >= LoweringContext.minimumInner
      else { return nil }
      extent = own
    }
    return (extent, ())
  }
}
