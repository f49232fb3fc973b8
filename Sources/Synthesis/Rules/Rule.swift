/// One rewrite of a graph: a pattern with its precondition, what takes its place, and why.
///
/// A rule sees only the graph: shapes, types and operations, never names or text of the person's file.
public struct Rule: Sendable {
  /// Stable name, e.g. `batch-norm-folding`.
  public var id: String
  /// For a person: what is done and why that should be faster.
  public var reason: String
  /// `exact over ℝ`, or what it changes.
  public var exactness: String
  /// Labels of the verdict that it brings along.
  public var labels: [String]
  /// Applies the rule everywhere it fits, once; nil where it fits nowhere.
  var rewrite: @Sendable (TensorGraph) -> TensorGraph?

  /// Applies the rule until it fits nowhere any more; nil if it never did.
  func applied(to graph: TensorGraph) -> TensorGraph? {
    var current = graph
    var didApply = false
    while let next = rewrite(current) {
      current = next
      didApply = true
    }
    return didApply ? current : nil
  }
}
