/// What some lines of a C, C++, CUDA, OpenCL C or Metal file say: one item, or more if they share lines, with the blank
/// lines and comments above them.
///
/// All of it follows from the context that it begins in and from its bytes.
final class CChunk: Chunk {
  let byteCount: Int
  let lineCount: Int
  let examined: Int
  /// At its start.
  let context: CContext
  let surroundings: [UInt8]
  /// Of its items.
  let meanings: [CMeaning]
  let kernels: [Kernel]
  /// Holds the calls in its kernels.
  let calls: ParsedChunk

  private static let noCalls = ParsedChunk(ParsedChunk.Contents())

  private init(_ reader: CItemReader, from start: Int, in context: CContext, _ language: SourceLanguage) {
    byteCount = reader.end - start
    lineCount = reader.lineCount
    examined = reader.endsEarly ? byteCount : .max
    self.context = context
    surroundings = reader.surroundings
    let file = reader.file
    let finder = KernelFinder(language: language, file: file, comments: reader.comments)
    let heads = reader.items.map { KernelHead($0, file) }
    meanings = zip(reader.items, heads).map { CMeaning($0, $1, file) }
    kernels = zip(reader.items.indices, heads).compactMap { index, head in
      head.flatMap { finder.kernel(index, reader.items[index], $0) }
    }
    if kernels.isEmpty {
      calls = Self.noCalls
    } else {
      var contents = ParsedChunk.Contents()
      for item in kernels.lazy.map({ reader.items[$0.item] }) {
        CCalls(file: file, body: (item.body ?? 0)..<item.tokens.upperBound).append(to: &contents)
      }
      calls = ParsedChunk(contents)
    }
  }

  /// The chunks of a text that begins in a context, up to its end or until `stop` says that old chunks can be taken
  /// over from a boundary on, given the context there.
  static func chunks(
    of bytes: [UInt8], in context: CContext, _ language: SourceLanguage,
    stop: (_ boundary: Int, CContext) -> Bool = { _, _ in false }
  ) -> (chunks: [CChunk], end: Int) {
    var result: [CChunk] = []
    var (start, context) = (0, context)
    while start < bytes.count {
      let reader = CItemReader(bytes, from: start, in: context)
      result.append(CChunk(reader, from: start, in: context, language))
      (start, context) = (reader.end, reader.context)
      if reader.endsEarly, stop(start, context) { break }
    }
    return (result, start)
  }
}
