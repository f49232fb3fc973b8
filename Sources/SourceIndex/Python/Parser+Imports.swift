extension Parser {
  /// `import a.b as c, …` or `from .a import (b as c, …)`
  mutating func importStatement() {
    if cursor.kind == .from { return importFrom() }
    repeat {
      advance()
      let module = dottedModule()
      guard let root = module.root else { return }
      if cursor.kind == .as {
        advance()
        guard cursor.kind == .name else { return }
        bind(nameToken, to: module.name, "import \(module.name) as")
        advance()
      } else {
        // `import a.b` binds `a`.
        bind(root, to: name(root), "import \(name(root))")
      }
    } while cursor.kind == .comma
  }

  private mutating func importFrom() {
    advance()
    let module = dottedModule().name
    guard cursor.kind == .import else { return }
    advance()
    if cursor.kind == .star {
      if functionDepth == 0 { chunk.starImports.append(module) }
      return advance()
    }
    let isParenthesised = cursor.kind == .openParen
    // The parentheses mean nothing, so the normalised text has none.
    if isParenthesised {
      cursor.depth += 1
      skipToken()
    }
    while cursor.kind == .name {
      var bound = nameToken
      let original = name(bound)
      advance()
      if cursor.kind == .as {
        advance()
        guard cursor.kind == .name else { break }
        bound = nameToken
        advance()
      }
      let target = module.hasSuffix(".") ? module + original : module + "." + original
      bind(bound, to: target, "from \(module) import \(original)")
      guard cursor.kind == .comma else { break }
      advance()
    }
    guard isParenthesised else { return }
    while !atLineEnd, cursor.kind != .closeParen { advance() }
    cursor.depth -= 1
    if cursor.kind == .closeParen {
      dropTrailingComma()
      cursor.candidate = -1
      skipToken()
    }
  }

  /// The current token as a name that an import binds.
  private var nameToken: NameUse {
    NameUse(
      start: Int32(truncatingIfNeeded: cursor.start), length: Int32(truncatingIfNeeded: cursor.position - cursor.start),
      hash: cursor.hash, role: .importing, flags: [])
  }

  /// `a.b.c`, with dots in front where it is relative, and its first name.
  private mutating func dottedModule() -> (name: String, root: NameUse?) {
    var module = ""
    var root: NameUse?
    while true {
      switch cursor.kind {
      case .dot, .constant:  // `...` is one token
        module += text(cursor.start, cursor.position)
      case .name:
        module += text(cursor.start, cursor.position)
        if root == nil { root = nameToken }
      default:
        return (module, root)
      }
      let wasName = cursor.kind == .name
      advance()
      if wasName, cursor.kind != .dot { return (module, root) }
    }
  }

  private mutating func bind(_ name: NameUse, to target: String, _ statement: String) {
    var name = name
    if functionDepth == 0, classDepth == 0 {
      name.role = .recorded
      chunk.bindings.append(
        Binding(name: self.name(name), kind: .importing(target, statement: statement)))
    } else {
      switch Library(importing: target) {
      case .torch: name.flags.insert(.torch)
      case .jax: name.flags.insert(.jax)
      case .triton: name.flags.insert(.triton)
      case nil: break
      }
    }
    uses.append(name)
  }
}

/// The libraries whose use makes a function an op.
enum Library: String {
  case torch, jax, triton

  /// Library that a dotted name belongs to.
  init?(importing dotted: String) {
    self.init(rawValue: String(dotted.prefix { $0 != "." }))
  }
}
