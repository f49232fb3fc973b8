/// The Python parser and the index on arbitrary bytes: places stand in the text, and a document that was edited is the
/// document of the edited text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPython(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = FuzzedInput(start, count)
  var edits: [(at: Int, length: Int, text: String)] = []
  for _ in 0..<input.byte() % 4 {
    let (at, length, size) = (input.number(), input.byte() % 64, input.byte() % 32)
    edits.append((at, length, input.text(size)))
  }
  let selection = (input.number(), input.byte())

  var document = IndexedDocument(text: SourceText(utf8: Array(input.bytes)))
  checkPlaces(document)
  for edit in edits {
    document = document.editing(range(edit.at, edit.length, document.text), with: edit.text)
    let fresh = IndexedDocument(text: SourceText(utf8: document.text.utf8))
    require(document.text == fresh.text, "texts differ")
    require(document.ops == fresh.ops, "ops differ")
    require(document.ops.map(\.fingerprint) == fresh.ops.map(\.fingerprint), "fingerprints differ")
    require(document.ops.map(\.calls) == fresh.ops.map(\.calls), "calls differ")
    require(
      document.generatedRegions.map { "\($0)" } == fresh.generatedRegions.map { "\($0)" }, "generated regions differ")
    require(
      document.ops.map(IndexedDocument.suggestedDirective) == fresh.ops.map(IndexedDocument.suggestedDirective),
      "suggestions differ")
    checkPlaces(document)
  }
  _ = document.selection(range(selection.0, selection.1, document.text))
  _ = document.strippedOfGeneratedRegions
  return 0
}

private func range(_ at: Int, _ length: Int, _ text: SourceText) -> SourceRange {
  let at = at % (text.count + 1)
  return SourceRange(start: text.position(of: at), end: text.position(of: min(text.count, at + length)))
}
