/// Says what many steps compute alike as one computation with a dimension for the steps.
///
/// A list has a value of the unrolled graph for every step. Lists of equal operations on lists that can be lifted can be
/// lifted; a list that is another one, one step later, is what that one has left: a state of a loop.
struct LoopLifting {
  typealias ValueID = TensorGraph.ValueID

  /// Stands in a list for a step's value that nobody computes.
  static let unknown = -1

  /// Steps of more operations one after the other are left as they are: the call stack ends somewhere.
  private static let deepest = 256
  /// Loops of people come to a few hundred lists; more are looked into in vain.
  private static let mostLists = 4096

  /// What a list is with a dimension for the steps in front of its last few.
  enum Lifted {
    case whole(ValueID)
    /// Computed in the steps of the loop that is being put together.
    case inside(Recurrence.Argument)
  }

  /// A loop that is being put together.
  struct Loop {
    struct State {
      /// What it is after each step.
      var steps: [ValueID]
      var initial: ValueID
      var next: Recurrence.Argument?
    }
    var states: [State] = []
    var statements: [Recurrence.Statement] = []
    /// What steps read, in the graph that is being made.
    var operands: [ValueID] = []
    var values: [(steps: [ValueID], value: Recurrence.Argument)] = []
    var inner: Int
    var isReversed: Bool
    var type: TensorType
  }

  /// A loop that has been put together.
  struct Finished {
    var loop: Loop
    var operands: [ValueID]
    var type: TensorType
  }

  let graph: TensorGraph
  var builder = GraphBuilder()
  /// Where the graph's values are in the one that is being made.
  var mapped: [ValueID] = []
  var didRoll = false
  /// Values that loops of the new graph compute: step by step in the old graph, as a whole, and the dimensions after that for
  /// the steps.
  var made: [(steps: [ValueID], whole: ValueID, inner: Int)] = []

  var loop: Loop?
  private var finished: [Finished] = []
  private var open: [[ValueID]] = []
  private var wholes: [Key: ValueID] = [:]
  private var failed: Set<Key> = []
  private var lookedInto = 0
  /// States that are still being looked into.
  private var pending = 0

  private struct Key: Hashable {
    var steps: [ValueID]
    var inner: Int
  }

  init(_ graph: TensorGraph) { self.graph = graph }

  // MARK: Lists

  /// - Parameter inner: dimensions after the one for the steps.
  mutating func lift(_ steps: [ValueID], inner: Int) -> Lifted? {
    let known = steps.filter { $0 != Self.unknown }
    guard let first = known.first, known.count > 1 else { return nil }
    if known.allSatisfy({ $0 == first }) { return .whole(invariant(first, inner: inner)) }
    let key = Key(steps: steps, inner: inner)
    if let whole = wholes[key] { return .whole(whole) }
    lookedInto += 1
    if failed.contains(key) || open.count >= Self.deepest || lookedInto > Self.mostLists { return nil }
    if let value = computed(steps, inner: inner) { return value }
    if let state = state(steps, inner: inner) { return .inside(state) }
    let saved = self
    var result = isAlike(known) ? opened(steps, known, inner: inner) : nil
    if result == nil {
      restore(saved)
      result = delayed(steps, inner: inner)
    }
    switch result {
    case .whole(let id)?: wholes[key] = id
    case .inside?: break
    case nil:
      restore(saved)
      failed.insert(key)
    }
    return result
  }

  /// As it was before an attempt, but for what has been found to fail.
  private mutating func restore(_ saved: LoopLifting) {
    let (failed, lookedInto) = (failed, lookedInto)
    self = saved
    (self.failed, self.lookedInto) = (failed, lookedInto)
  }

  private func isAlike(_ known: [ValueID]) -> Bool {
    let first = graph.nodes[known[0]]
    return known.allSatisfy { id in
      let node = graph.nodes[id]
      guard node.type == first.type, node.operands.count == first.operands.count else { return false }
      if case .view = node.operation, case .view = first.operation { return true }
      return node.operation == first.operation
    }
  }

  private mutating func opened(_ steps: [ValueID], _ known: [ValueID], inner: Int) -> Lifted? {
    open.append(steps)
    defer { open.removeLast() }
    guard let lifted = alike(steps, known, inner: inner) else { return nil }
    guard case .inside(let value) = lifted, var loop else { return lifted }
    loop.values.append((steps, value))
    for index in loop.states.indices where agree(loop.states[index].steps, steps) { loop.states[index].next = value }
    self.loop = loop
    guard pending == 0, loop.states.allSatisfy({ $0.next != nil }) else { return lifted }
    return finish(steps)
  }

  // MARK: Loops

  func agree(_ a: [ValueID], _ b: [ValueID]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0 == Self.unknown || $1 == Self.unknown }
  }

  /// Whether `later` is what `steps` was one step before, and which way steps then go.
  ///
  /// - Returns: whether they go backwards; nil where it is none of that.
  private func direction(from later: [ValueID], to steps: [ValueID]) -> Bool? {
    if agree(Array(later.dropFirst()), Array(steps.dropLast())) { return false }
    if agree(Array(later.dropLast()), Array(steps.dropFirst())) { return true }
    return nil
  }

  /// A list that is one which is being lifted, a step later.
  private mutating func state(_ steps: [ValueID], inner: Int) -> Recurrence.Argument? {
    for candidate in open.reversed() + (loop?.states.map(\.steps) ?? []) {
      guard let isReversed = direction(from: steps, to: candidate) else { continue }
      return state(after: candidate, from: steps, isReversed: isReversed, inner: inner)
    }
    return nil
  }

  private mutating func state(
    after candidate: [ValueID], from steps: [ValueID], isReversed: Bool, inner: Int
  ) -> Recurrence.Argument? {
    guard let initial = isReversed ? steps.last : steps.first, initial != Self.unknown,
      let type = candidate.first(where: { $0 != Self.unknown }).map({ graph.nodes[$0].type }), type.dtype.isComputed,
      let common = Shape.broadcast([graph.nodes[initial].type.shape, type.shape]), common == type.shape
    else { return nil }
    // What an enclosing loop was to be stands in the way of another kind of loop.
    var loop = loop ?? Loop(inner: inner, isReversed: isReversed, type: type)
    guard loop.inner == inner, loop.isReversed == isReversed, loop.type == type else { return nil }
    defer { self.loop = loop }
    if let known = loop.states.firstIndex(where: { agree($0.steps, candidate) && $0.initial == initial }) {
      return .state(known)
    }
    loop.states.append(.init(steps: candidate, initial: initial))
    return .state(loop.states.count - 1)
  }

  /// A list whose first value is where a loop begins and whose others are what the step before has left.
  private mutating func delayed(_ steps: [ValueID], inner: Int) -> Lifted? {
    guard !open.isEmpty else { return nil }
    for isReversed in [false, true] where loop == nil || loop?.isReversed == isReversed {
      let own =
        isReversed ? [Self.unknown] + Array(steps.dropLast()) : Array(steps.dropFirst()) + [Self.unknown]
      guard own.allSatisfy({ $0 == Self.unknown || graph.nodes[$0].operation.isStep }) else { continue }
      let saved = self
      if let before = finishedState(own, from: steps, isReversed: isReversed, inner: inner) { return .whole(before) }
      if case .state(let index)? = state(after: own, from: steps, isReversed: isReversed, inner: inner) {
        pending += 1
        let lifted = lift(own, inner: inner)
        pending -= 1
        if let lifted, var loop, index < loop.states.count {
          switch lifted {
          case .inside(let value): loop.states[index].next = value
          case .whole(let id): loop.states[index].next = .operand(loop.operand(id))
          }
          self.loop = loop
          return .inside(.state(index))
        }
      }
      restore(saved)
    }
    return nil
  }

  /// Ends the loop that is being put together: every state is known. Gives the value of the list that ended it.
  private mutating func finish(_ steps: [ValueID]) -> Lifted? {
    guard let loop else { return nil }
    self.loop = nil
    let count = steps.count
    let single = shape(loop.type.shape, inner: loop.inner, steps: 1)
    let initial = loop.states.map { invariant($0.initial, inner: loop.inner) }
    guard initial.allSatisfy({ Shape.broadcast([builder.shape($0), single]) == single }) else { return nil }
    let type = TensorType(loop.type.dtype, shape(loop.type.shape, inner: loop.inner, steps: count))
    finished.append(Finished(loop: loop, operands: initial + loop.operands, type: type))
    return computed(steps, inner: loop.inner)
  }

  /// A value of a loop that has been put together, or of the one that is being.
  private mutating func computed(_ steps: [ValueID], inner: Int) -> Lifted? {
    if let loop, loop.inner == inner, let value = loop.values.first(where: { agree($0.steps, steps) })?.value {
      return .inside(value)
    }
    for each in finished where each.loop.inner == inner {
      guard let value = each.loop.values.first(where: { agree($0.steps, steps) })?.value else { continue }
      let whole = node(each, value, like: steps)
      made.append((steps, whole, inner))
      return .whole(whole)
    }
    return nil
  }

  /// What a loop that has been put together had of a state before each step.
  private mutating func finishedState(
    _ own: [ValueID], from steps: [ValueID], isReversed: Bool, inner: Int
  ) -> ValueID? {
    for each in finished where each.loop.inner == inner && each.loop.isReversed == isReversed {
      let initial = isReversed ? steps.last : steps.first
      let index = each.loop.states.firstIndex { agree($0.steps, own) && $0.initial == initial }
      if let index { return node(each, .state(index), like: own) }
    }
    return nil
  }

  private mutating func node(_ each: Finished, _ value: Recurrence.Argument, like steps: [ValueID]) -> ValueID {
    let known = graph.nodes[steps.first { $0 != Self.unknown } ?? 0]
    let recurrence = Recurrence(
      statements: each.loop.statements, states: each.loop.states.compactMap(\.next), result: value,
      dimension: each.type.shape.count - each.loop.inner - 1, isReversed: each.loop.isReversed)
    return builder.add(
      .recurrence(recurrence), each.operands, TensorType(known.type.dtype, each.type.shape), origin: known.origin)
  }
}

extension LoopLifting.Loop {
  /// The number of what steps read among the loop's operands.
  mutating func operand(_ id: TensorGraph.ValueID) -> Int {
    if let known = operands.firstIndex(of: id) { return known }
    operands.append(id)
    return operands.count - 1
  }
}

extension TensorGraph.Operation {
  /// What a step of a loop may compute of a state.
  fileprivate var isStep: Bool { if case .elementwise = self { true } else { false } }
}
