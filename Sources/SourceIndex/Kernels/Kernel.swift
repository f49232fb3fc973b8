/// A kernel as its chunk says it: an op but for the fingerprint, which other chunks have a part in.
struct Kernel: Sendable {
  /// Index of its item in the chunk.
  let item: Int
  let name: String
  let kind: OpKind
  let span: Span
  let nameSpan: Span
  let declarations: [ParameterDeclaration]
  let directive: Directive?
  let indentation: String

  /// - Parameter chunk: holds the calls.
  func content(fingerprint: Digest, chunk: ParsedChunk) -> OpContent {
    let parameters = Self.names(declarations)
    let saysInputs = directive.map { !$0.tensors.isEmpty || parameters.isEmpty } ?? false
    return OpContent(
      name: name, kind: kind, span: span, fullStart: span.start, nameSpan: nameSpan, parameters: parameters,
      results: [], inputSource: saysInputs ? .directive : .missing,
      directive: directive, fingerprint: fingerprint, statementLines: 0..<0, indentation: indentation,
      tensorParameters: [], constructorArguments: nil, chunk: chunk, declarations: declarations)
  }

  static func names(_ declarations: [ParameterDeclaration]) -> [String] {
    declarations.map(\.name).filter { !$0.isEmpty }
  }
}

/// Tells the kernels among a chunk's items.
struct KernelFinder {
  let language: SourceLanguage
  let file: CTokens
  let comments: [DirectiveComment]

  /// - Parameter head: of the item, which is a function.
  func kernel(_ index: Int, _ item: CItem, _ head: KernelHead) -> Kernel? {
    let comments = directives(of: item)
    guard let kind = kind(item, head, comments) else { return nil }
    let first = file.tokens[item.tokens.lowerBound]
    let nameToken = file.tokens[head.nameToken]
    let scope = item.scopes.compactMap(\.name).map { String(decoding: $0, as: UTF8.self) }
    let name = (scope + [head.name]).joined(separator: "::")
    let declarations = head.parameters.map { name, tokens in
      let (start, end) = (file.tokens[tokens.lowerBound], file.tokens[tokens.upperBound - 1])
      return ParameterDeclaration(
        name: name,
        range: SourceRange(start: start.startPlace.position(at: 0), end: end.endPlace.position(at: 0)))
    }
    return Kernel(
      item: index, name: name, kind: kind,
      span: Span(start: first.startPlace, end: file.tokens[item.tokens.upperBound - 1].endPlace),
      nameSpan: Span(start: nameToken.startPlace, end: nameToken.endPlace), declarations: declarations,
      directive: DirectiveParser.parse(comments, parameters: Kernel.names(declarations), owner: name),
      indentation: String(
        decoding: file.bytes(in: first.lineStart..<first.start).prefix(while: Ascii.isBlank), as: UTF8.self))
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
    let hasCLinkage = language == .c || has("\"C\"") || item.scopes.contains(where: \.isExternC)
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
}
