extension TensorGraph {
  /// Losses of scores for classes, one of which is right: `cross_entropy` of scores, `nll_loss` of their logarithms.
  ///
  /// The score of the right class is fetched by PyTorch's own gather: one number in a row, and an error where there is no such
  /// class. Weights of classes and smoothed labels are left alone.
  static var classLossLowerings: [String: Lowering] {
    [
      "aten.cross_entropy_loss.default": { c in
        guard c.number(5, "label_smoothing", default: 0) == 0 else { return nil }
        return c.classLoss { c, scores, right in
          // As log_softmax has it, log Σ exp(x − max) − (x_right − max): small losses keep their digits.
          guard let (_, shift, total) = c.exponentials(scores, [1], guardsInfinity: false) else { return nil }
          let shifted = c.apply(.subtract, right, shift)
          let log = c.apply(.log, total)
          return c.apply(.subtract, c.reshape(log, c.shape(shift)), shifted)
        }
      },
      "aten.nll_loss_nd.default": { c in c.classLoss { c, _, right in c.apply(.negative, right) } },
    ]
  }
}

extension LoweringContext {
  /// The loss `(self, target, weight, reduction, ignore_index)` of scores `[N, C, …]` and classes `[N, …]`.
  ///
  /// - Parameter body: the loss where class c is right, from all scores and the right class's, `[N, 1, …]`.
  fileprivate mutating func classLoss(
    _ body: (inout LoweringContext, ValueID, ValueID) -> ValueID?
  ) -> [ValueID]? {
    guard let scores = tensor(0, "self"), let target = tensor(1, "target"), isLeftOut(argument(2, "weight")),
      let mode = integer(3, "reduction", default: 1), let ignored = integer(4, "ignore_index", default: -100)
    else { return nil }
    let (own, classes) = (builder.type(scores), builder.type(target))
    guard own.dtype == type.dtype, own.dtype.isComputed, classes.dtype == .int64, classes.dtype.holds(ignored),
      own.shape.count >= 2, classes.shape == own.shape.enumerated().filter({ $0.offset != 1 }).map(\.element)
    else { return nil }
    let right = right(of: scores, target, ignored: ignored)
    guard let each = body(&self, scores, right) else { return nil }
    let isCounted = apply(.notEqual, target, wholeNumber(ignored))
    let zero = scalar(0)
    let loss = apply(.select, isCounted, reshape(each, classes.shape), zero)
    let all = Set(classes.shape.indices)
    switch mode {
    case 0: return [loss]
    case 1:
      let one = scalar(1)
      let counts = apply(.select, isCounted, one, zero)
      guard let sum = reduce(.sum, loss, all), let count = reduce(.sum, counts, all) else { return nil }
      return [apply(.divide, sum, count)]
    default: return reduce(.sum, loss, all).map { [$0] }
    }
  }

  private func isLeftOut(_ argument: CallArgument?) -> Bool { argument == nil || argument == CallArgument.none }

  /// The right class's score at every place, `[N, 1, …]`; class 0's where the place does not count.
  private mutating func right(of scores: ValueID, _ target: ValueID, ignored: Int) -> ValueID {
    let (own, classes) = (builder.type(scores), builder.type(target))
    let isCounted = library("ne.Scalar", [target], [.integer(ignored)], shape: classes.shape, dtype: .bool)
    let place = library("where.ScalarOther", [isCounted, target], [.integer(0)], shape: classes.shape, dtype: .int64)
    let kept = keepingDimensions(own.shape, [1])
    let index = library("unsqueeze.default", [place], [.integer(1)], shape: kept, dtype: .int64)
    return call(
      "gather.default", [scores, index], [.operand(0), .integer(1), .operand(1)], shape: kept, dtype: own.dtype)
  }
}
