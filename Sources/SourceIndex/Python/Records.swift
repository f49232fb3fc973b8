/// A place inside a chunk: the line counted from the chunk's first line, the column in bytes, and the byte offset from
/// the chunk's start. Relative, so that a chunk can be shared by texts in which it stands elsewhere.
struct Place: Sendable, Equatable {
  var offset: Int32
  var line: Int32
  var column: Int32

  func position(at firstLine: Int) -> Position {
    Position(line: firstLine + Int(line), column: Int(column))
  }
}

/// From one place to another, half open.
struct Span: Sendable, Equatable {
  var start: Place
  var end: Place

  func range(at firstLine: Int) -> SourceRange {
    SourceRange(start: start.position(at: firstLine), end: end.position(at: firstLine))
  }
}

/// A call expression. Its name stands in the chunk's `callNames`.
struct CallRecord: Sendable, Equatable {
  var span: Span
  var nameStart: Int32
  var nameLength: Int32
}

/// One use of a name, while a scope is being parsed.
struct NameUse: Sendable {
  enum Role: UInt8, Sendable {
    case load
    /// Binds the name in the scope that it stands in.
    case store
    /// Binds a comprehension's variable.
    case comprehension
    case parameter
    case global, nonlocal
    case importing
    /// Binds a name that the scope declared global.
    case globalStore
    /// Binds a name in a way that is recorded elsewhere.
    case recorded
  }

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    /// Followed by `.`, `(` or `[`.
    static let trailer = Flags(rawValue: 1)
    /// In a statement that may change what the name stands for (`x.y = 1`, `x[0] = 1`, `x.append(1)`).
    static let mutated = Flags(rawValue: 2)
    /// Could be an assignment's target: stands in no operand, argument or subscript.
    static let bare = Flags(rawValue: 4)
    /// Bound by importing PyTorch, JAX or Triton.
    static let torch = Flags(rawValue: 8)
    static let jax = Flags(rawValue: 16)
    static let triton = Flags(rawValue: 32)
    static let libraries: Flags = [.torch, .jax, .triton]
    /// Followed by `.`
    static let attribute = Flags(rawValue: 64)
  }

  var start: Int32
  var length: Int32
  var hash: UInt32
  var role: Role
  var flags: Flags
}

/// A name that a definition takes from outside itself.
struct FreeName: Sendable, Equatable {
  var name: String
  var hash: UInt32
  /// Called, or an attribute or item of it is taken.
  var hasTrailer: Bool
}

struct Parameter: Sendable, Equatable {
  enum Kind: UInt8, Sendable { case positional, variadic, keywordOnly, keywords }
  var name: String
  var kind: Kind
  /// Source of the default value and of the annotation; kept for constructors only, where they make suggestions.
  var defaultValue: String?
  var annotation: String?
  var hasDefault: Bool
  /// Needs an argument, which its annotation, if it has one, says to be a tensor.
  var mayBeTensor: Bool
}

/// A `# kernelwright:` comment, from its `#` to the end of the line.
struct DirectiveComment: Sendable, Equatable {
  var place: Place
  /// As they stand in the file: made into a string, malformed bytes would take up more columns than they do.
  var bytes: [UInt8]
}

/// A class or function, wherever it stands.
struct DefinitionRecord: Sendable, Equatable {
  enum Kind: UInt8, Sendable { case `class`, function }
  var kind: Kind
  var name: String
  /// Index of the enclosing definition in the chunk; -1 at module level.
  var parent: Int
  /// True inside a function, at any depth.
  var isLocal: Bool
  /// From `class`, `def` or `async` to the end.
  var span: Span
  /// Start including decorators.
  var fullStart: Place
  var nameSpan: Span
  var indentation: String
  /// Dotted names of the decorators, called or not, and of a class's base classes.
  var decorators: [String] = []
  var bases: [String] = []
  var parameters: [Parameter] = []
  var annotatesTensor = false
  /// Libraries that it imports itself and then uses.
  var localLibraries: NameUse.Flags = []
  /// Ranges in the chunk's `freeNames` and `statementLines`.
  var freeNames: Range<Int> = 0..<0
  var statementLines: Range<Int> = 0..<0
  var directives: [DirectiveComment] = []
  /// Of its normalised tokens; only for what can be named from module level without a function in between.
  var digest: Digest?
}

/// What a chunk makes of a name at module level.
struct Binding: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case definition(Int)
    /// Dotted name of what is imported; `statement` is how it reads normalised.
    case importing(String, statement: String)
    /// `name = dotted.name`
    case alias(String)
    case assignment
  }
  var name: String
  var kind: Kind
}

/// A call of a capitalised name with literal arguments only: an example of how a class is constructed.
struct LiteralCall: Sendable, Equatable {
  var name: String
  var arguments: String
}

/// Lines between the markers of a generated block, both included.
struct GeneratedRegion: Sendable, Equatable {
  var name: String
  var firstLine: Int
  var lastLine: Int
}
