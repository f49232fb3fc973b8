extension Scan {
  /// The scan in PyTorch's own words.
  func python(_ operand: String) -> String {
    let source = isReversed ? "\(operand).flip(\(dimension))" : operand
    let result =
      switch kind {
      case .sum: "torch.cumsum(\(source), \(dimension))"
      case .product: "torch.cumprod(\(source), \(dimension))"
      case .maximum: "torch.cummax(\(source), \(dimension)).values"
      case .minimum: "torch.cummin(\(source), \(dimension)).values"
      }
    return isReversed ? "\(result).flip(\(dimension))" : result
  }
}
