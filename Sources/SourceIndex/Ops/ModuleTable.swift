/// What the names of a file stand for at module level.
///
/// Holds indices of chunks, so it stays valid through edits that leave the number of chunks and what they bind alone.
final class ModuleTable: Sendable {
  struct Reference: Sendable {
    let chunk: Int
    let kind: Binding.Kind
    /// Next reference of the same name in file order; -1 at the end.
    fileprivate let next: Int
  }

  private let heads: [String: Int]
  private let references: [Reference]
  /// Names that stand for something of a library.
  let libraryNames: [String: Library]
  let starImports: [String]
  /// Literal arguments that a capitalised name is first called with.
  let literalCalls: [String: String]

  init(_ chunks: SharedList<ParsedChunk>) {
    var heads: [String: Int] = [:]
    var references: [Reference] = []
    var literalCalls: [String: String] = [:]
    var starImports: [String] = []
    heads.reserveCapacity(chunks.count)
    references.reserveCapacity(chunks.count)
    // From the end, so that each list comes out in file order.
    for index in chunks.indices.reversed() {
      let contents = chunks[index].contents
      for call in contents.literalCalls.reversed() { literalCalls[call.name] = call.arguments }
      if contents.isMainGuard { continue }
      starImports.append(contentsOf: contents.starImports)
      for binding in contents.bindings.reversed() {
        let next = heads.updateValue(references.count, forKey: binding.name) ?? -1
        references.append(Reference(chunk: index, kind: binding.kind, next: next))
      }
    }
    self.heads = heads
    self.references = references
    self.literalCalls = literalCalls
    self.starImports = starImports.sorted()
    var names: [String: Library] = [:]
    for contents in chunks.lazy.map(\.contents) where !contents.isMainGuard {
      for binding in contents.bindings {
        switch binding.kind {
        case .importing(let target, _):
          if let library = Library(importing: target) { names[binding.name] = library }
        case .alias(let target):
          let resolved = Self.resolve(target, heads, references, self.starImports, depth: 0)
          if let library = resolved.flatMap(Library.init(importing:)) { names[binding.name] = library }
        case .definition, .assignment: break
        }
      }
    }
    libraryNames = names
  }

  /// What a name is bound by, in file order.
  func bindings(of name: String) -> some Sequence<Reference> {
    sequence(state: heads[name] ?? -1) { [references] (at: inout Int) -> Reference? in
      guard at >= 0 else { return nil }
      let reference = references[at]
      at = reference.next
      return reference
    }
  }

  func isBound(_ name: String) -> Bool { heads[name] != nil }

  /// Full name of what a dotted name stands for through imports and aliases: `F.relu` → `torch.nn.functional.relu`.
  /// Nil for what this file defines itself.
  func resolve(_ dotted: String) -> String? {
    Self.resolve(dotted, heads, references, starImports, depth: 0)
  }

  private static func resolve(
    _ dotted: String, _ heads: [String: Int], _ references: [Reference], _ starImports: [String], depth: Int
  ) -> String? {
    // Aliases can go round in circles.
    guard depth < 8 else { return nil }
    let root = dotted.prefix { $0 != "." }
    let rest = dotted[root.endIndex...]
    guard var at = heads[String(root)] else {
      guard let module = starImports.first(where: { Library(importing: $0) != nil }) else { return nil }
      return module + "." + dotted
    }
    // What is bound in several ways, as in `try … except ImportError`, stands for the library if it ever does.
    var found: String?
    while at >= 0 {
      var full: String?
      switch references[at].kind {
      case .importing(let target, _): full = target + rest
      case .alias(let target):
        if target != dotted {
          full = resolve(target, heads, references, starImports, depth: depth + 1).map { $0 + rest }
        }
      case .definition, .assignment: break
      }
      if let full, Library(importing: full) != nil { return full }
      found = found ?? full
      at = references[at].next
    }
    return found
  }

  /// Library that a free name belongs to.
  func library(of name: String) -> Library? {
    if let library = libraryNames[name] { return library }
    guard !starImports.isEmpty, !isBound(name), !Builtins.names.contains(name) else { return nil }
    return starImports.lazy.compactMap(Library.init(importing:)).first
  }
}
