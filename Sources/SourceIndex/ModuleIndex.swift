/// The parsed file behind a document: its chunks, what their names stand for, and the ops of each.
struct ModuleIndex: Sendable {
  let chunks: [ParsedChunk]
  let table: ModuleTable
  let chunkOps: [ChunkOps]
  /// The op that `get_inputs()` is for: the class `Model`, else the file's only op.
  let benchmark: String?
  /// What making it took, after what it was made from.
  let work: IndexingWork

  init(_ chunks: [ParsedChunk], bytesParsed: Int) {
    let table = ModuleTable(chunks)
    let finder = OpFinder(chunks: chunks, table: table)
    let kinds = Concurrent.map(chunks) { finder.classifier.kinds(in: $1) }
    let benchmark = Self.benchmark(
      chunks, table,
      kinds.enumerated().lazy.flatMap { index, kinds in
        kinds.map { (chunks[index].qualifiedName($0.definition), $0.kind) }
      })
    let chunkOps = Concurrent.map(kinds) { finder.ops(of: $0, kinds: $1, benchmark: benchmark) }
    self.init(
      chunks: chunks, table: table, chunkOps: chunkOps, benchmark: benchmark,
      work: IndexingWork(
        bytesParsed: bytesParsed, opsMade: chunkOps.reduce(0) { $0 + $1.ops.count },
        bindingsRead: chunks.reduce(0) { $0 + $1.contents.bindings.count }))
  }

  init(
    chunks: [ParsedChunk], table: ModuleTable, chunkOps: [ChunkOps], benchmark: String?, work: IndexingWork
  ) {
    self.work = work
    self.chunks = chunks
    self.table = table
    self.chunkOps = chunkOps
    self.benchmark = benchmark
  }

  static func benchmark(
    _ chunks: [ParsedChunk], _ table: ModuleTable, _ ops: some Sequence<(String, OpKind)>
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

  /// First line of each chunk, and after them the line behind the last.
  func firstLines() -> [Int] {
    var lines: [Int] = []
    lines.reserveCapacity(chunks.count + 1)
    var line = 0
    for chunk in chunks {
      lines.append(line)
      line += chunk.contents.lineCount
    }
    lines.append(line)
    return lines
  }

  func regions() -> [(name: String, range: SourceRange)] {
    var result: [(String, SourceRange)] = []
    var line = 0
    for chunk in chunks {
      for region in chunk.contents.regions {
        result.append(
          (
            region.name,
            SourceRange(
              start: Position(line: line + region.firstLine, column: 0),
              end: Position(line: line + region.lastLine + 1, column: 0))
          ))
      }
      line += chunk.contents.lineCount
    }
    return result
  }

  func ops() -> [Op] {
    var regions: [String: SourceRange] = [:]
    for (name, range) in self.regions() { regions[name] = range }
    var result: [Op] = []
    var line = 0
    for (index, chunk) in chunks.enumerated() {
      for content in chunkOps[index].ops {
        result.append(
          Op(
            content: content, firstLine: line,
            generatedRegion: regions.isEmpty ? nil : regions[content.name]))
      }
      line += chunk.contents.lineCount
    }
    return result
  }
}
