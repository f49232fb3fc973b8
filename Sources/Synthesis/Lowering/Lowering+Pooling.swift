extension TensorGraph {
  /// Poolings that are means of everything are reductions; the sliding ones stay calls for the re-expression rules.
  static var poolingLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]
    for (name, spatial) in [("adaptive_avg_pool1d", 1), ("adaptive_avg_pool2d", 2), ("adaptive_avg_pool3d", 3)] {
      table["aten.\(name).default"] = { c in
        guard c.isUniform, c.type.dtype.isComputed, let x = c.tensor(0, "self"),
          c.argument(1, "output_size")?.integers?.allSatisfy({ $0 == 1 }) == true
        else { return nil }
        let rank = c.shape(x).count
        return c.mean(x, Set(rank - spatial..<rank)).map { [c.reshape($0, c.type.shape)] }
      }
    }
    return table
  }
}
