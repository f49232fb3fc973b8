/// What the steps of a loop make of states, element by element and the same in every step: `h = a[:, t] * h + b[:, t]`.
///
/// The node's operands are the states' values before the first step, then what steps read. These have the result's
/// dimensions, or broadcast to them; the states before the first step have one element along ``dimension``.
public struct Recurrence: Sendable, Hashable {
  /// What a statement reads.
  public enum Argument: Sendable, Hashable {
    /// What the step before has left of this state.
    case state(Int)
    /// The node's operand of this number, those for the states not counted.
    case operand(Int)
    case constant(Double)
    /// The result of this statement in this step.
    case statement(Int)
  }

  public struct Statement: Sendable, Hashable {
    public var operation: Elementwise
    public var arguments: [Argument]
    public var type: ElementType
  }

  public var statements: [Statement]
  /// What each state is after a step.
  public var states: [Argument]
  /// Of what the node gives every step's value. Of a state that is the one before the step.
  public var result: Argument
  /// Of the result: along which it has an element a step.
  public var dimension: Int
  /// From the last element to the first.
  public var isReversed: Bool

  /// What steps do, whichever of their values the node gives: nodes with equal ones and equal operands are one loop.
  var loop: Recurrence {
    var copy = self
    copy.result = .state(0)
    return copy
  }
}
