/// Works out what kernels mean: their tokens, and those of whatever they reach in the file by name.
struct KernelFingerprinter {
  private let chunks: [CChunk]
  private let definitions: CDefinitions
  private let surroundings: Digest
  /// What an item names, of items that were asked for.
  private var named: [ItemReference: [ItemReference]] = [:]

  init(_ chunks: [CChunk], _ definitions: CDefinitions, surroundings: Digest) {
    self.chunks = chunks
    self.definitions = definitions
    self.surroundings = surroundings
  }

  /// The kernels of a chunk as ops.
  mutating func ops(of index: Int) -> ChunkOps {
    let chunk = chunks[index]
    guard !chunk.kernels.isEmpty else { return .empty }
    var names: [UInt32] = []
    var ops: [OpContent] = []
    for kernel in chunk.kernels {
      let own = ItemReference(
        chunk: Int32(truncatingIfNeeded: index), item: Int32(truncatingIfNeeded: kernel.item))
      let reached = reached(from: own)
      for item in reached { names += meaning(of: item).words.lazy.map(KernelIndex.shortHash) }
      ops.append(
        kernel.content(fingerprint: fingerprint(kernel, own, reached: reached), chunk: chunk.calls))
    }
    names.sort()
    var distinct: [UInt32] = []
    for name in names where name != distinct.last { distinct.append(name) }
    return ChunkOps(ops: ops, names: distinct)
  }

  private func fingerprint(_ kernel: Kernel, _ own: ItemReference, reached: Set<ItemReference>) -> Digest {
    var bytes: [UInt8] = []
    meaning(of: own).digest.append(to: &bytes)
    // In the order of the file, which matters to macros.
    for item in reached.sorted() where item != own { meaning(of: item).digest.append(to: &bytes) }
    surroundings.append(to: &bytes)
    if let directive = kernel.directive { Fingerprinter.append(directive, to: &bytes) }
    return SHA256.digest(bytes)
  }

  private func meaning(of item: ItemReference) -> CMeaning { chunks[Int(item.chunk)].meanings[Int(item.item)] }

  private mutating func reached(from item: ItemReference) -> Set<ItemReference> {
    var reached: Set<ItemReference> = [item]
    var open = [item]
    while let next = open.popLast() {
      for other in self.named(by: next) where reached.insert(other).inserted { open.append(other) }
    }
    return reached
  }

  private mutating func named(by item: ItemReference) -> [ItemReference] {
    if let known = named[item] { return known }
    let result = meaning(of: item).words.flatMap { definitions.items(named: $0) }
    named[item] = result
    return result
  }
}
