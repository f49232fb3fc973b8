/// Decides which definitions are ops, and of what kind.
struct Classifier {
  let chunks: SharedList<ParsedChunk>
  let table: ModuleTable

  /// The definitions of a chunk that are ops.
  func kinds(in chunk: ParsedChunk) -> [(definition: Int, kind: OpKind)] {
    // Whether a class is a module is asked again for each of its methods.
    var modules = Set<Int>()
    var result: [(definition: Int, kind: OpKind)] = []
    for (index, definition) in chunk.contents.definitions.enumerated() where !definition.isLocal {
      if definition.kind == .class, isModule(index, chunk) { modules.insert(index) }
      if let kind = kind(of: definition, index, in: chunk, modules: modules) { result.append((index, kind)) }
    }
    return result
  }

  private func kind(
    of definition: DefinitionRecord, _ index: Int, in chunk: ParsedChunk, modules: Set<Int>
  ) -> OpKind? {
    guard !definition.name.isEmpty else { return nil }
    if definition.kind == .class { return modules.contains(index) ? .module : nil }
    if modules.contains(definition.parent) { return nil }
    if definition.parent < 0, definition.name == "get_inputs" || definition.name == "get_init_inputs" { return nil }
    if definition.decorators.contains(where: isTritonJit) { return .tritonKernel }
    // Without parameters there is nothing to compute from: a script's `main`, not an op.
    if definition.parameters.isEmpty, definition.directives.isEmpty { return nil }
    var found = Set<Library>()
    if definition.annotatesTensor || definition.localLibraries.contains(.torch) { found.insert(.torch) }
    if definition.localLibraries.contains(.jax) { found.insert(.jax) }
    if !table.libraryNames.isEmpty || !table.starImports.isEmpty {
      for free in chunk.contents.freeNames[definition.freeNames] where free.hasTrailer {
        if let library = table.library(of: free.name) { found.insert(library) }
      }
    }
    if found.contains(.torch) { return .function }
    if found.contains(.jax) { return .jax }
    return definition.directives.isEmpty ? nil : .function
  }

  private func isTritonJit(_ decorator: String) -> Bool {
    let resolved = table.resolve(decorator) ?? decorator
    return resolved == "triton.jit" || resolved == "triton.runtime.jit" || resolved == "triton.runtime.jit.jit"
  }

  // MARK: Module classes

  /// True for classes derived from `torch.nn.Module`, by whatever chain of same-file classes.
  func isModule(_ index: Int, _ chunk: ParsedChunk, depth: Int = 0) -> Bool {
    // Base classes that go round in circles are no program.
    guard depth < 64, chunk.contents.definitions[index].kind == .class else { return false }
    return chunk.contents.definitions[index].bases.contains { base in
      if let (owner, inner) = classNamed(base, from: index, in: chunk) {
        return (owner !== chunk || inner != index) && isModule(inner, owner, depth: depth + 1)
      }
      return table.resolve(base).map(Self.isTorchModule) ?? false
    }
  }

  /// The class of this file that a base's name means, seen from a class in a chunk.
  func classNamed(_ name: String, from index: Int, in chunk: ParsedChunk) -> (ParsedChunk, Int)? {
    let parts = name.utf8.contains(0x2E) ? name.split(separator: ".").map(String.init) : [name]
    guard let root = parts.first else { return nil }
    let definitions = chunk.contents.definitions
    let scope = definitions[index].parent
    if scope >= 0, let sibling = Self.last(root, .class, in: chunk, parent: scope), sibling != index {
      return Self.descend(parts.dropFirst(), sibling, chunk)
    }
    var found: (ParsedChunk, Int)?
    for reference in table.bindings(of: root) {
      if case .definition(let definition) = reference.kind,
        chunks[reference.chunk].contents.definitions[definition].kind == .class
      {
        let owner = chunks[reference.chunk]
        if owner === chunk, definition == index { continue }
        found = (owner, definition)
      }
    }
    return found.flatMap { Self.descend(parts.dropFirst(), $0.1, $0.0) }
  }

  private static func descend(_ parts: ArraySlice<String>, _ index: Int, _ chunk: ParsedChunk) -> (ParsedChunk, Int)? {
    var index = index
    for part in parts {
      guard let inner = last(part, .class, in: chunk, parent: index) else { return nil }
      index = inner
    }
    return (chunk, index)
  }

  /// The last definition of a name directly inside another: the one that counts.
  static func last(
    _ name: String, _ kind: DefinitionRecord.Kind, in chunk: ParsedChunk, parent: Int
  ) -> Int? {
    chunk.contents.definitions.lastIndex { $0.parent == parent && $0.kind == kind && $0.name == name }
  }

  /// A method of a class or, where it has none of that name, of its base classes in the file.
  func method(_ name: String, of index: Int, in chunk: ParsedChunk, depth: Int = 0) -> (ParsedChunk, Int)? {
    if let own = Self.last(name, .function, in: chunk, parent: index) { return (chunk, own) }
    guard depth < 64 else { return nil }
    for base in chunk.contents.definitions[index].bases {
      if let (owner, inner) = classNamed(base, from: index, in: chunk), owner !== chunk || inner != index,
        let found = method(name, of: inner, in: owner, depth: depth + 1)
      {
        return found
      }
    }
    return nil
  }

  /// True for `torch.nn.Module` and the layers derived from it, however they are reached.
  private static func isTorchModule(_ dotted: String) -> Bool {
    guard dotted.hasPrefix("torch.") else { return false }
    let parts = dotted.split(separator: ".")
    guard parts.count >= 3, parts[0] == "torch", let name = parts.last else { return false }
    guard parts[1] == "nn" || parts[1] == "ao" && parts.contains("nn") || parts[1] == "jit" else { return false }
    if parts[1] == "jit" { return name == "ScriptModule" }
    guard let first = name.utf8.first, first &- 0x41 < 26 else { return false }
    let others: Set<Substring> = ["Parameter", "UninitializedParameter", "Buffer", "UninitializedBuffer"]
    return !others.contains(name) && !parts.contains("utils") && !parts.contains("functional")
  }
}
