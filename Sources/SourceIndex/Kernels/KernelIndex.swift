/// The kernels of a C, C++, CUDA, OpenCL C or Metal file.
final class KernelIndex {
  private let language: SourceLanguage
  private let file: CItemReader
  private let comments: [DirectiveComment]
  /// Of the items that are functions.
  private let heads: [KernelHead?]
  /// Items by the names that they define. Made when there is an op to work out.
  private lazy var definitions: [String: [Int]] = {
    var result: [String: [Int]] = [:]
    for index in file.items.indices {
      for name in names(definedBy: index) { result[name, default: []].append(index) }
    }
    return result
  }()
  /// Items that an item names.
  private var reaches: [Int: [Int]] = [:]

  static func ops(of text: SourceText, _ language: SourceLanguage) -> [Op] {
    let index = KernelIndex(text.utf8, language)
    return index.file.items.indices.compactMap { index.op($0) }
  }

  private init(_ bytes: [UInt8], _ language: SourceLanguage) {
    self.language = language
    let (tokens, comments) = CScanner.scan(bytes)
    file = CItemReader(bytes: bytes, tokens: tokens)
    self.comments = comments
    heads = file.items.map { [file] in KernelHead($0, file) }
  }

  private func op(_ index: Int) -> Op? {
    let item = file.items[index]
    guard let head = heads[index], let kind = kind(item, head, directives(of: item)) else { return nil }
    let first = file.tokens[item.tokens.lowerBound]
    let last = file.tokens[item.tokens.upperBound - 1]
    let name = (item.scope + [head.name]).joined(separator: "::")
    let parameters = head.parameters.map(\.name).filter { !$0.isEmpty }
    let directive = DirectiveParser.parse(directives(of: item), parameters: parameters, owner: name)
    let span = Span(start: first.startPlace, end: last.endPlace)
    let nameToken = file.tokens[head.nameToken]
    var contents = ParsedChunk.Contents()
    CCalls(file: file, body: (item.body ?? 0)..<item.tokens.upperBound).append(to: &contents)
    let declarations = head.parameters.map { name, tokens in
      let (start, end) = (file.tokens[tokens.lowerBound], file.tokens[tokens.upperBound - 1])
      return ParameterDeclaration(
        name: name,
        range: SourceRange(start: start.startPlace.position(at: 0), end: end.endPlace.position(at: 0)))
    }
    let content = OpContent(
      name: name, kind: kind, span: span, fullStart: span.start,
      nameSpan: Span(start: nameToken.startPlace, end: nameToken.endPlace), parameters: parameters, results: [],
      inputSource: directive.map { !$0.tensors.isEmpty || parameters.isEmpty } ?? false ? .directive : .missing,
      directive: directive, fingerprint: fingerprint(index, directive), statementLines: 0..<0,
      indentation: String(
        decoding: file.bytes[first.lineStart..<first.start].prefix(while: Ascii.isBlank), as: UTF8.self),
      tensorParameters: [], constructorArguments: nil, chunk: ParsedChunk(contents), declarations: declarations)
    return Op(content: content, firstLine: 0, generatedRegion: nil)
  }

  private func kind(_ item: CItem, _ head: KernelHead, _ directives: [DirectiveComment]) -> OpKind? {
    func has(_ word: StaticString) -> Bool { head.words.contains { file.isWord($0, word) } }
    if has("__global__") { return .cudaKernel }
    switch language {
    case .metal where has("kernel"): return .metalKernel
    case .opencl where has("kernel"): return .openclKernel
    default: break
    }
    // Clients without a language of that name open OpenCL sources as C.
    if has("__kernel") { return .openclKernel }
    let hasCLinkage = item.isExternC || language == .c || has("\"C\"")
    return hasCLinkage && !directives.isEmpty ? .nativeFunction : nil
  }

  /// The directive comments right above an item, with nothing but blanks and comments in between.
  private func directives(of item: CItem) -> [DirectiveComment] {
    let start = file.tokens[item.tokens.lowerBound].start
    let before = item.tokens.lowerBound > 0 ? file.tokens[item.tokens.lowerBound - 1].end : 0
    let first = comments.partitioningIndex { $0.place.offset >= before }
    let end = comments.partitioningIndex { $0.place.offset >= start }
    return first < end ? Array(comments[first..<end]) : []
  }

  // MARK: Fingerprints

  /// What a definition is reached by: a function's, a macro's, a type's or a variable's name.
  private func names(definedBy index: Int) -> Set<String> {
    let item = file.items[index]
    if item.isMacro { return Set(macroWords(item).prefix(1)) }
    if let head = heads[index] { return [head.name] }
    var result: Set<String> = []
    var at = item.tokens.lowerBound
    while at < item.tokens.upperBound {
      let token = file.tokens[at]
      if token.kind == .word, at + 1 < item.tokens.upperBound {
        // What stands in front of `=`, `;`, `,`, a bracket or a block is what is declared, or a type's name.
        if [0x3D, 0x3B, 0x2C, 0x28, 0x5B, 0x7B, 0x3A].contains(file.tokens[at + 1].byte) {
          result.insert(file.string(at))
        }
      }
      at = [0x28, 0x5B, 0x7B].contains(token.byte) ? file.end(of: at) : at + 1
    }
    return result
  }

  private func macroWords(_ item: CItem) -> [String] {
    let (line, tokens) = insides(ofDirective: item.tokens.lowerBound)
    return tokens.dropFirst().filter { $0.kind == .word }.map {
      String(decoding: line[$0.start..<$0.end], as: UTF8.self)
    }
  }

  /// A preprocessor line without its `#`, and its tokens: comments and blanks in it mean nothing.
  private func insides(ofDirective index: Int) -> (line: [UInt8], tokens: [CToken]) {
    let token = file.tokens[index]
    let line = [Ascii.space] + Array(file.bytes[token.start + 1..<token.end])
    return (line, CScanner.scan(line).tokens)
  }

  private func names(in range: Range<Int>) -> [String] {
    range.filter { file.tokens[$0].kind == .word }.map(file.string)
  }

  /// The item's tokens, and those of whatever it reaches in the file by name.
  private func fingerprint(_ index: Int, _ directive: Directive?) -> Digest {
    var reached: Set<Int> = [index]
    var open = [index]
    while let next = open.popLast() {
      for other in self.reached(from: next) where reached.insert(other).inserted { open.append(other) }
    }
    var bytes: [UInt8] = []
    append(file.items[index], to: &bytes)
    // In the order of the file, which matters to macros.
    for other in reached.subtracting([index]).sorted() { append(file.items[other], to: &bytes) }
    for other in file.surroundings { append(other, to: &bytes) }
    if let directive { Fingerprinter.append(directive, to: &bytes) }
    return SHA256.digest(bytes)
  }

  private func reached(from index: Int) -> [Int] {
    if let known = reaches[index] { return known }
    let item = file.items[index]
    let words = Set(item.isMacro ? macroWords(item) : names(in: item.tokens))
    let result = words.flatMap { definitions[$0] ?? [] }
    reaches[index] = result
    return result
  }

  private func append(_ item: CItem, to bytes: inout [UInt8]) {
    for condition in item.conditions { append(condition, to: &bytes) }
    for token in item.tokens { append(token, to: &bytes) }
    bytes.append(NormalMark.statement)
  }

  private func append(_ index: Int, to bytes: inout [UInt8]) {
    let token = file.tokens[index]
    if token.kind == .directive {
      let (line, tokens) = insides(ofDirective: index)
      bytes.append(Ascii.hash)
      for inner in tokens {
        bytes.append(contentsOf: line[inner.start..<inner.end])
        bytes.append(NormalMark.token)
      }
    } else {
      bytes.append(contentsOf: file.bytes[token.start..<token.end])
    }
    bytes.append(NormalMark.token)
  }
}
