import TestSupport

/// A program made at random, as a tree: what it means. How it looks is decided anew each time that it is written.
struct RandomProgram: Equatable {
  indirect enum Expression: Equatable {
    case parameter
    case local(Int)
    case constant(Int)
    case global(Int)
    case text(Int)
    case binary(String, Expression, Expression)
    case call(String, [Expression])
    case comprehension(Expression)
  }

  enum Statement: Equatable {
    case assign(Int, Expression)
    case loop(Int, Expression, [Statement])
    case branch(Expression, [Statement])
  }

  struct Function: Equatable {
    var body: [Statement]
    var result: Expression
  }

  /// The op is the first; it calls the second, which calls the third. Nothing calls the last.
  var functions: [Function]
  var globals: [Int]

  static let reached = 3

  init(_ random: inout SplitMix64) {
    globals = (0..<2).map { _ in Int.random(in: 2...99, using: &random) }
    functions = []
    for index in 0...Self.reached {
      var body = (0..<Int.random(in: 1...4, using: &random)).map { _ in Self.statement(2, &random) }
      // Every global is reached, and every local is set before all else.
      body.insert(contentsOf: (0..<3).map { .assign($0, .binary("*", .global($0 % 2), .parameter)) }, at: 0)
      var result = Self.expression(3, &random)
      if index < Self.reached - 1 { result = .binary("+", .call("function\(index + 1)", [.local(0)]), result) }
      functions.append(Function(body: body, result: result))
    }
  }

  static func expression(_ depth: Int, _ random: inout SplitMix64) -> Expression {
    func inner() -> Expression { expression(depth - 1, &random) }
    switch Int.random(in: 0...(depth > 0 ? 8 : 4), using: &random) {
    case 0: return .parameter
    case 1: return .local(Int.random(in: 0...2, using: &random))
    case 2: return .constant(Int.random(in: 0...99, using: &random))
    case 3: return .global(Int.random(in: 0...1, using: &random))
    case 4: return .text(Int.random(in: 0...99, using: &random))
    case 5, 6: return .binary(["+", "-", "*", "@", "<", "and"].randomElement(using: &random) ?? "+", inner(), inner())
    case 7:
      let name = ["torch.exp", "torch.nn.functional.relu", "max"].randomElement(using: &random) ?? "max"
      return .call(name, (0...Int.random(in: 0...2, using: &random)).map { _ in inner() })
    default: return .comprehension(inner())
    }
  }

  private static func statement(_ depth: Int, _ random: inout SplitMix64) -> Statement {
    let local = Int.random(in: 0...2, using: &random)
    let value = expression(2, &random)
    let kind = Int.random(in: 0...(depth > 0 ? 3 : 1), using: &random)
    guard kind > 1 else { return .assign(local, value) }
    let body = (0..<Int.random(in: 1...2, using: &random)).map { _ in statement(depth - 1, &random) }
    return kind == 2 ? .loop(local, value, body) : .branch(value, body)
  }

  /// Another program: one thing in a function that the op reaches, or a global, is changed.
  func mutated(_ random: inout SplitMix64) -> RandomProgram {
    var result = self
    repeat {
      let index = Int.random(in: 0..<Self.reached, using: &random)
      let place = Int.random(in: 0..<functions[index].body.count, using: &random)
      switch Int.random(in: 0...4, using: &random) {
      case 0: result.globals[Int.random(in: 0...1, using: &random)] = Int.random(in: 2...99, using: &random)
      case 1: result.functions[index].body[place] = Self.statement(1, &random)
      case 2: result.functions[index].body.remove(at: place)
      case 3: result.functions[index].result = .binary("-", functions[index].result, Self.expression(1, &random))
      default: result.functions[index].body.append(Self.statement(1, &random))
      }
    } while result == self || result.functions.contains { $0.body.isEmpty }
    return result
  }
}
