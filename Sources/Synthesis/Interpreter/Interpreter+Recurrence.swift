extension Interpreter {
  /// One step after the other, each on whole slices.
  static func recurrence(_ operands: [DenseTensor], _ recurrence: Recurrence, shape: [Int]) -> DenseTensor {
    let (dimension, length) = (recurrence.dimension, shape[recurrence.dimension])
    var single = shape
    single[dimension] = 1
    let strides = Shape.strides(shape)
    var states = operands.prefix(recurrence.states.count).map { $0.broadcast(to: single).values }
    let sequences = operands.dropFirst(recurrence.states.count).map { $0.broadcast(to: shape) }
    var result = DenseTensor(shape)
    for step in recurrence.isReversed ? Array((0..<length).reversed()) : Array(0..<length) {
      let layout = StridedLayout(offset: step * strides[dimension], strides: strides)
      let read = sequences.map { $0.view(layout, shape: single).values }
      let count = single.reduce(1, *)
      var made: [[Double]] = []
      func value(_ argument: Recurrence.Argument, _ index: Int) -> Double {
        switch argument {
        case .state(let number): states[number][index]
        case .operand(let number): read[number][index]
        case .constant(let value): value
        case .statement(let number): made[number][index]
        }
      }
      for statement in recurrence.statements {
        made.append(
          (0..<count).map { index in apply(statement.operation, statement.arguments.map { value($0, index) }) })
      }
      forEachIndex(single) { index, position in
        let place = layout.offset + zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
        result.values[place] = value(recurrence.result, position)
      }
      states = recurrence.states.map { next in (0..<count).map { value(next, $0) } }
    }
    return result
  }
}
