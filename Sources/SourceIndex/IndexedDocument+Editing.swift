extension IndexedDocument {
  /// The document with a range (clamped) replaced. Parses again what the edit touched, and works out again what
  /// depends on the names that changed with it. Equal in all respects to indexing the new text from scratch.
  public func editing(_ range: SourceRange, with replacement: String) -> IndexedDocument {
    let first = text.offset(of: min(range.start, range.end))
    let last = text.offset(of: max(range.start, range.end))
    let edited = text.replacing(first..<last, with: replacement)
    let growth = edited.count - text.count
    if let kernels {
      return IndexedDocument(text: edited, kernels: kernels.editing(first..<last, growth: growth, in: edited))
    }
    return IndexedDocument(
      text: edited, language: language, index: index.editing(first..<last, growth: growth, in: edited))
  }
}

extension ModuleIndex {
  /// The index after the bytes of a range were replaced, which made the text longer by `growth`.
  func editing(_ range: Range<Int>, growth: Int, in text: SourceText) -> ModuleIndex {
    let (touched, fresh, bytesParsed) = places.parsing(range, growth, text) { window, _, unchanged in
      var next: Int?
      let (fresh, end) = Parser.chunks(of: window) { boundary in
        next = unchanged(boundary)
        return next != nil
      }
      return (fresh, end, next)
    }
    let old = Array(chunks[touched])
    var chunks = self.chunks
    chunks.replaceSubrange(touched, with: fresh)
    let bindsTheSame =
      old.count == fresh.count && zip(old, fresh).allSatisfy { $0.contents.bindings == $1.contents.bindings }
    let callsTheSame = old.flatMap(\.contents.literalCalls) == fresh.flatMap(\.contents.literalCalls)
    // With a star import every name that is bound or not decides where another comes from.
    guard ModuleFacts(old) == ModuleFacts(fresh), table.starImports.isEmpty || bindsTheSame else {
      return ModuleIndex(chunks, bytesParsed: bytesParsed)
    }
    var work = IndexingWork(bytesParsed: bytesParsed)
    let table = bindsTheSame && callsTheSame ? self.table : ModuleTable(chunks)
    let finder = OpFinder(chunks: chunks, table: table)
    let at = touched.lowerBound..<touched.lowerBound + fresh.count
    let kinds = at.map { finder.classifier.kinds(in: chunks[$0]) }
    let benchmark = benchmark(after: kinds, at, touched, chunks, table)
    guard benchmark == self.benchmark else { return ModuleIndex(chunks, bytesParsed: bytesParsed) }
    if table !== self.table { work.bindingsRead = chunks.reduce(0) { $0 + $1.contents.bindings.count } }

    let changed = Self.changedNames(old, fresh)
    var chunkOps = self.chunkOps
    chunkOps.replaceSubrange(
      touched, with: zip(at, kinds).map { finder.ops(of: $0, kinds: $1, benchmark: benchmark) })
    work.opsMade += kinds.reduce(0) { $0 + $1.count }
    var opCount = self.opCount + work.opsMade - self.chunkOps[touched].reduce(0) { $0 + $1.ops.count }
    if !changed.isEmpty {
      for index in chunks.indices where !at.contains(index) && changed.contains(where: chunkOps[index].depends) {
        let before = chunkOps[index].ops.count
        chunkOps[index] = finder.ops(of: index, kinds: finder.classifier.kinds(in: chunks[index]), benchmark: benchmark)
        work.opsMade += chunkOps[index].ops.count
        opCount += chunkOps[index].ops.count - before
      }
    }
    return ModuleIndex(
      chunks: chunks, table: table, chunkOps: chunkOps, benchmark: benchmark,
      places: places.replacing(touched, with: fresh),
      opCount: opCount,
      regionCount: regionCount - old.reduce(0) { $0 + $1.contents.regions.count }
        + fresh.reduce(0) { $0 + $1.contents.regions.count },
      work: work)
  }

  private func benchmark(
    after kinds: [[(definition: Int, kind: OpKind)]], _ at: Range<Int>, _ touched: Range<Int>,
    _ chunks: SharedList<ParsedChunk>, _ table: ModuleTable
  ) -> String? {
    let before = chunkOps[..<touched.lowerBound].lazy.flatMap(\.ops).map { ($0.name, $0.kind) }
    let between = zip(at, kinds).lazy.flatMap { index, kinds in
      kinds.map { (chunks[index].qualifiedName($0.definition), $0.kind) }
    }
    let after = chunkOps[touched.upperBound...].lazy.flatMap(\.ops).map { ($0.name, $0.kind) }
    return Self.benchmark(chunks, table, [AnySequence(before), AnySequence(between), AnySequence(after)].joined())
  }

  /// Names whose meaning may have changed.
  private static func changedNames(_ old: [ParsedChunk], _ fresh: [ParsedChunk]) -> Set<UInt32> {
    var result = Set<UInt32>()
    if old.count == fresh.count {
      for (old, fresh) in zip(old, fresh) where !means(old, theSameAs: fresh) { result.formUnion(names([old, fresh])) }
    } else {
      result = names(old).union(names(fresh))
    }
    return result
  }

  private static func means(_ old: ParsedChunk, theSameAs fresh: ParsedChunk) -> Bool {
    old.contents.digest == fresh.contents.digest && old.contents.bindings == fresh.contents.bindings
      && old.contents.literalCalls == fresh.contents.literalCalls
      // Signatures are read for suggestions beyond what the digest covers.
      && old.contents.definitions.map(\.parameters) == fresh.contents.definitions.map(\.parameters)
  }

  private static func names(_ chunks: [ParsedChunk]) -> Set<UInt32> {
    var result = Set<UInt32>()
    for chunk in chunks {
      for binding in chunk.contents.bindings { result.insert(ChunkOps.hash(of: binding.name)) }
      for call in chunk.contents.literalCalls { result.insert(ChunkOps.hash(of: call.name)) }
    }
    return result
  }
}

/// What some chunks say that decides which definitions of *other* chunks are ops.
struct ModuleFacts: Equatable {
  private struct Head: Equatable {
    var name: String
    var parent: Int
    var bases: [String]
  }

  private var heads: [Head] = []
  private var imports: [Binding] = []
  private var starImports: [String] = []
  private var mainGuards: [Bool] = []

  init(_ chunks: [ParsedChunk]) {
    for contents in chunks.lazy.map(\.contents) {
      for definition in contents.definitions where definition.kind == .class && !definition.isLocal {
        heads.append(Head(name: definition.name, parent: definition.parent, bases: definition.bases))
      }
      for binding in contents.bindings {
        switch binding.kind {
        case .importing, .alias: imports.append(binding)
        case .definition, .assignment: break
        }
      }
      starImports += contents.starImports
      if contents.isMainGuard { mainGuards.append(true) }
    }
  }
}
