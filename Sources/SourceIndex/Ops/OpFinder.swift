/// The ops of one chunk, and what they depend on.
final class ChunkOps: Sendable {
  let ops: [OpContent]
  /// Hashes of the names that the ops depend on, sorted; `mask` has one of 64 bits for each and answers most questions.
  let names: [UInt32]
  let mask: UInt64

  init(ops: [OpContent], names: [UInt32]) {
    self.ops = ops
    self.names = names
    mask = names.reduce(0) { $0 | Self.bit($1) }
  }

  static let empty = ChunkOps(ops: [], names: [])

  /// The same for two names that are equal as strings, which may be spelled in other code points (Python takes those for
  /// one name) or with other malformed bytes. Other in each process: for look-ups, not for keeping.
  static func hash(of name: String) -> UInt32 { UInt32(truncatingIfNeeded: name.hashValue) }

  static func bit(_ hash: UInt32) -> UInt64 { 1 << UInt64(hash >> 26) }

  func depends(on hash: UInt32) -> Bool {
    guard mask & Self.bit(hash) != 0 else { return false }
    let index = names.partitioningIndex { $0 >= hash }
    return index < names.count && names[index] == hash
  }
}

/// Makes ops from what the parser found.
struct OpFinder {
  let chunks: SharedList<ParsedChunk>
  let table: ModuleTable
  let classifier: Classifier

  init(chunks: SharedList<ParsedChunk>, table: ModuleTable) {
    self.chunks = chunks
    self.table = table
    classifier = Classifier(chunks: chunks, table: table)
  }

  /// The chunk's ops; `benchmark` is the name of the op that `get_inputs()` is for.
  func ops(of chunkIndex: Int, kinds: [(definition: Int, kind: OpKind)], benchmark: String?) -> ChunkOps {
    guard !kinds.isEmpty else { return .empty }
    let chunk = chunks[chunkIndex]
    var names: [UInt32] = []
    let ops = kinds.map { definition, kind in
      let (content, depends) = content(chunk, chunkIndex, definition, kind, benchmark)
      names += depends
      return content
    }
    return ChunkOps(ops: ops, names: names.sorted())
  }

  private func content(
    _ chunk: ParsedChunk, _ chunkIndex: Int, _ index: Int, _ kind: OpKind, _ benchmark: String?
  ) -> (OpContent, [UInt32]) {
    let definition = chunk.contents.definitions[index]
    let name = chunk.qualifiedName(index)
    let main = kind == .module ? classifier.method("forward", of: index, in: chunk) : (chunk, index)
    let function = main.map { $0.0.contents.definitions[$0.1] }
    let parameters = function.map { callParameters($0, isMethod: $0.parent >= 0) }
    let isVariadic = parameters?.contains { $0.kind == .variadic || $0.kind == .keywords } ?? true
    let named = (parameters ?? []).filter { $0.kind == .positional || $0.kind == .keywordOnly }
    let directive = DirectiveParser.parse(
      definition.directives, parameters: isVariadic ? nil : named.map(\.name),
      owner: kind == .module ? name + ".forward" : name)
    let source: InputSource =
      if let directive, !directive.tensors.isEmpty || named.isEmpty {
        .directive
      } else if name == benchmark {
        .functions
      } else {
        .missing
      }
    let fingerprint = Fingerprinter(chunks: chunks, table: table).fingerprint(
      of: index, in: chunk, at: chunkIndex, name: name, directive: directive,
      inputs: source == .functions ? ["get_inputs", "get_init_inputs"] : [])
    let ownForward = main.map { $0.0 === chunk } ?? false
    let content = OpContent(
      name: name, kind: kind, span: definition.span, fullStart: definition.fullStart, nameSpan: definition.nameSpan,
      parameters: named.map(\.name), results: [], inputSource: source, directive: directive,
      fingerprint: fingerprint.digest,
      statementLines: ownForward && (main?.1 == index || function?.parent == index)
        ? function?.statementLines ?? 0..<0 : 0..<0,
      indentation: definition.indentation, tensorParameters: named.filter(\.mayBeTensor).map(\.name),
      constructorArguments: kind == .module ? constructorArguments(index, chunk) : nil, chunk: chunk)
    // An example call of the class by its own name decides what its constructor is given.
    return (content, kind == .module ? fingerprint.names + [ChunkOps.hash(of: definition.name)] : fingerprint.names)
  }

  /// Parameters that a caller gives: without the one that a method is bound to.
  private func callParameters(_ function: DefinitionRecord, isMethod: Bool) -> [Parameter] {
    let isBound = isMethod && !function.decorators.contains("staticmethod")
    guard isBound, function.parameters.first?.kind == .positional else { return function.parameters }
    return Array(function.parameters.dropFirst())
  }

  private func constructorArguments(_ index: Int, _ chunk: ParsedChunk) -> String? {
    guard let (owner, constructor) = classifier.method("__init__", of: index, in: chunk) else { return nil }
    return ConstructorGuess(
      parameters: Array(owner.contents.definitions[constructor].parameters.dropFirst()),
      call: table.literalCalls[chunk.contents.definitions[index].name]
    ).tuple
  }
}
