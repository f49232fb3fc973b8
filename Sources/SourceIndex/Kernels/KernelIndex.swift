/// The kernels of a C, C++, CUDA, OpenCL C or Metal file.
struct KernelIndex: Sendable {
  let language: SourceLanguage
  let chunks: [CChunk]
  let definitions: CDefinitions
  /// Of the includes and pragmas of the whole file.
  let surroundings: Digest
  let chunkOps: [ChunkOps]
  let places: ChunkPlaces
  let opCount: Int
  /// What making it took, after what it was made from.
  let work: IndexingWork

  init(_ bytes: [UInt8], _ language: SourceLanguage) {
    let chunks = CChunk.chunks(of: bytes, in: CContext(), language).chunks
    let definitions = CDefinitions(chunks)
    let surroundings = Self.surroundings(of: chunks)
    var fingerprinter = KernelFingerprinter(chunks, definitions, surroundings: surroundings)
    let opCount = chunks.reduce(0) { $0 + $1.kernels.count }
    self.init(
      language: language, chunks: chunks, definitions: definitions, surroundings: surroundings,
      chunkOps: chunks.indices.map { fingerprinter.ops(of: $0) }, places: ChunkPlaces(chunks), opCount: opCount,
      work: IndexingWork(bytesParsed: bytes.count, opsMade: opCount, bindingsRead: definitions.count))
  }

  init(
    language: SourceLanguage, chunks: [CChunk], definitions: CDefinitions, surroundings: Digest, chunkOps: [ChunkOps],
    places: ChunkPlaces, opCount: Int, work: IndexingWork
  ) {
    self.language = language
    self.chunks = chunks
    self.definitions = definitions
    self.surroundings = surroundings
    self.chunkOps = chunkOps
    self.places = places
    self.opCount = opCount
    self.work = work
  }

  static func surroundings(of chunks: [CChunk]) -> Digest {
    SHA256.digest(chunks.flatMap(\.surroundings))
  }

  /// As `ChunkOps` has names. Two names that are one here cost time and no more.
  static func shortHash(_ name: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: name) }

  func ops() -> [Op] {
    zip(chunkOps, places.lines).flatMap { chunkOps, line in
      chunkOps.ops.map { Op(content: $0, firstLine: line, generatedRegion: nil) }
    }
  }

  /// The op around a position; where one ends and the next begins, the next. An op lies in one chunk.
  func op(at position: Position) -> Op? {
    let index = places.chunk(atLine: position.line)
    guard index >= 0 else { return nil }
    return chunkOps[index].ops.reversed().lazy
      .map { Op(content: $0, firstLine: places.lines[index], generatedRegion: nil) }
      .first { $0.fullRange.contains(position) }
  }
}
