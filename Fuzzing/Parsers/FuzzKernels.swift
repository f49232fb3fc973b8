/// The readers of C, C++, CUDA, OpenCL C and Metal on arbitrary bytes: places stand in the text, and a document that was
/// edited is the document of the edited text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKernels(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = FuzzedInput(start, count)
  let languages = SourceLanguage.allCases.filter { $0 != .python }
  let language = languages[input.byte() % languages.count]
  let (at, length, size) = (input.number(), input.byte() % 64, input.byte() % 32)
  let replacement = input.text(size)

  let document = IndexedDocument(text: SourceText(utf8: Array(input.bytes)), language: language)
  checkPlaces(document)
  let text = document.text
  let first = at % (text.count + 1)
  let range = SourceRange(start: text.position(of: first), end: text.position(of: min(text.count, first + length)))
  let edited = document.editing(range, with: replacement)
  checkSameAsFresh(edited)
  checkPlaces(edited)
  // The same place once more, in what is now another text around it.
  checkSameAsFresh(edited.editing(SourceRange(start: range.start, end: range.start), with: text.string(in: range)))
  return 0
}

private func checkSameAsFresh(_ document: IndexedDocument) {
  let fresh = IndexedDocument(text: SourceText(utf8: document.text.utf8), language: document.language)
  require(document.ops == fresh.ops, "ops differ")
  require(document.ops.map(\.fingerprint) == fresh.ops.map(\.fingerprint), "fingerprints differ")
  require(document.ops.map(\.calls) == fresh.ops.map(\.calls), "calls differ")
  require(document.opCount == fresh.opCount, "numbers of ops differ")
}
