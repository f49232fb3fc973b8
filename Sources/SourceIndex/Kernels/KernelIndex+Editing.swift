extension KernelIndex {
  /// The index after the bytes of a range were replaced, which made the text longer by `growth`.
  func editing(_ range: Range<Int>, growth: Int, in text: SourceText) -> KernelIndex {
    let (touched, fresh, bytesParsed) = places.parsing(range, growth, text) { window, first, unchanged in
      var next: Int?
      let context = self.chunks.indices.contains(first) ? self.chunks[first].context : CContext()
      let (fresh, end) = CChunk.chunks(of: window, in: context, language) { boundary, context in
        next = unchanged(boundary).flatMap { self.chunks[$0].context == context ? $0 : nil }
        return next != nil
      }
      return (fresh, end, next)
    }
    let old = Array(self.chunks[touched])
    var chunks = self.chunks
    chunks.replaceSubrange(touched, with: fresh)
    var work = IndexingWork(bytesParsed: bytesParsed)
    var definitions = self.definitions
    if old.map(Self.names) != fresh.map(Self.names) {
      definitions = definitions.replacing(touched, with: fresh)
      work.bindingsRead = fresh.reduce(0) { $0 + Self.names(of: $1).reduce(0) { $0 + $1.count } }
    }
    let surroundsTheSame = old.flatMap(\.surroundings) == fresh.flatMap(\.surroundings)
    let surroundings = surroundsTheSame ? self.surroundings : Self.surroundings(of: chunks)

    let at = touched.lowerBound..<touched.lowerBound + fresh.count
    let changed = Self.changedNames(old, fresh)
    var fingerprinter = KernelFingerprinter(chunks, definitions, surroundings: surroundings)
    var chunkOps = self.chunkOps
    chunkOps.replaceSubrange(touched, with: at.map { fingerprinter.ops(of: $0) })
    work.opsMade = fresh.reduce(0) { $0 + $1.kernels.count }
    let opCount = self.opCount + work.opsMade - old.reduce(0) { $0 + $1.kernels.count }
    if !changed.isEmpty || !surroundsTheSame {
      for index in chunks.indices where !at.contains(index) && !chunks[index].kernels.isEmpty {
        guard !surroundsTheSame || changed.contains(where: chunkOps[index].depends) else { continue }
        chunkOps[index] = fingerprinter.ops(of: index)
        work.opsMade += chunkOps[index].ops.count
      }
    }
    return KernelIndex(
      language: language, chunks: chunks, definitions: definitions, surroundings: surroundings, chunkOps: chunkOps,
      places: places.replacing(touched, with: fresh), opCount: opCount, work: work)
  }

  /// The names that each of a chunk's items defines.
  private static func names(of chunk: CChunk) -> [[UInt64]] { chunk.meanings.map(\.defines) }

  /// Names whose meaning may have changed: all that is defined between the first and the last item that did.
  private static func changedNames(_ old: [CChunk], _ fresh: [CChunk]) -> Set<UInt32> {
    var old = old.flatMap(\.meanings)[...]
    var fresh = fresh.flatMap(\.meanings)[...]
    while let first = old.first, first == fresh.first {
      old.removeFirst()
      fresh.removeFirst()
    }
    while let last = old.last, last == fresh.last {
      old.removeLast()
      fresh.removeLast()
    }
    return Set((old + fresh).lazy.flatMap(\.defines).map(shortHash))
  }
}
