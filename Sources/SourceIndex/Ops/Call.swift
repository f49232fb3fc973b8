/// A call expression.
public struct Call: Hashable, Sendable {
  /// The dotted chain of names (`torch.nn.functional.gelu`, `x.sum`); where the chain starts in something else, its
  /// source with the arguments and subscripts emptied (`x.view().t`, `layers[].forward`).
  public var name: String
  /// The whole call expression, as CPython's `ast` gives it.
  public var range: SourceRange

  public init(name: String, range: SourceRange) {
    self.name = name
    self.range = range
  }
}
