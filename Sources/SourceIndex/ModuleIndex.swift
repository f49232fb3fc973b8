/// The parsed file behind a document: its chunks, what their names stand for, and the ops of each.
struct ModuleIndex: Sendable {
  let chunks: SharedList<ParsedChunk>
  let table: ModuleTable
  let chunkOps: SharedList<ChunkOps>
  /// The op that `get_inputs()` is for: the class `Model`, else the file's only op.
  let benchmark: String?
  let places: ChunkPlaces
  let opCount: Int
  /// Generated blocks in the file.
  let regionCount: Int
  /// What making it took, after what it was made from.
  let work: IndexingWork

  static let empty = ModuleIndex(SharedList(), bytesParsed: 0)

  init(_ chunks: SharedList<ParsedChunk>, bytesParsed: Int) {
    let table = ModuleTable(chunks)
    let finder = OpFinder(chunks: chunks, table: table)
    let kinds = Concurrent.map(chunks) { finder.classifier.kinds(in: $1) }
    let benchmark = Self.benchmark(
      chunks, table,
      kinds.enumerated().lazy.flatMap { index, kinds in
        kinds.map { (chunks[index].qualifiedName($0.definition), $0.kind) }
      })
    let chunkOps = SharedList(Concurrent.map(kinds) { finder.ops(of: $0, kinds: $1, benchmark: benchmark) })
    let opCount = chunkOps.reduce(0) { $0 + $1.ops.count }
    self.init(
      chunks: chunks, table: table, chunkOps: chunkOps, benchmark: benchmark, places: ChunkPlaces(chunks),
      opCount: opCount, regionCount: chunks.reduce(0) { $0 + $1.contents.regions.count },
      work: IndexingWork(
        bytesParsed: bytesParsed, opsMade: opCount,
        bindingsRead: chunks.reduce(0) { $0 + $1.contents.bindings.count }))
  }

  init(
    chunks: SharedList<ParsedChunk>, table: ModuleTable, chunkOps: SharedList<ChunkOps>, benchmark: String?,
    places: ChunkPlaces, opCount: Int, regionCount: Int, work: IndexingWork
  ) {
    self.places = places
    self.opCount = opCount
    self.regionCount = regionCount
    self.work = work
    self.chunks = chunks
    self.table = table
    self.chunkOps = chunkOps
    self.benchmark = benchmark
  }

  static func benchmark(
    _ chunks: SharedList<ParsedChunk>, _ table: ModuleTable, _ ops: some Sequence<(String, OpKind)>
  ) -> String? {
    let isDefined = table.bindings(of: "get_inputs").contains { reference in
      guard case .definition(let index) = reference.kind else { return false }
      return chunks[reference.chunk].contents.definitions[index].kind == .function
    }
    guard isDefined else { return nil }
    var only: String?
    var count = 0
    for (name, kind) in ops {
      if name == "Model", kind == .module { return name }
      only = name
      count += 1
    }
    return count == 1 ? only : nil
  }
}
