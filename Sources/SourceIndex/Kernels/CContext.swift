/// What the text in front of a place says of all that is behind it: which blocks and preprocessor conditions are open.
struct CContext: Equatable, Sendable {
  /// The block of a namespace or of `extern "C"`.
  struct Scope: Equatable, Sendable {
    /// Nil for what has no name.
    var name: [UInt8]?
    var isExternC: Bool
  }

  private struct Condition: Equatable, Sendable {
    /// Of this one and those before it.
    var digest: Digest
    /// False for `#elif` and `#else`.
    var opens: Bool
  }

  private(set) var scopes: [Scope] = []
  private var conditions: [Condition] = []

  /// Of all conditions together.
  var conditionsDigest: Digest { conditions.last?.digest ?? Digest() }

  /// Every chunk holds the context that it begins in, so a text that opens ever more is not cut into chunks: the sizes
  /// of those contexts would add up to its size squared. People stay far below.
  var isTooDeep: Bool { scopes.count + conditions.count > 64 }

  mutating func open(_ scope: Scope) { scopes.append(scope) }

  mutating func closeScope() {
    if !scopes.isEmpty { scopes.removeLast() }
  }

  /// - Parameter opens: false for another branch, for which the branches before it say when it counts.
  mutating func open(condition bytes: [UInt8], opens: Bool) {
    var all: [UInt8] = []
    conditionsDigest.append(to: &all)
    conditions.append(Condition(digest: SHA256.digest(all + bytes), opens: opens))
  }

  /// What `#endif` does.
  mutating func closeCondition() {
    while let last = conditions.popLast(), !last.opens {}
  }
}
