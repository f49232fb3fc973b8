import SourceIndex
import TestSupport
import Testing

/// Edits of C, C++, CUDA, OpenCL C and Metal files: what they give, and what they cost.
struct KernelEditTests {
  private static let languages = SourceLanguage.allCases.filter { $0 != .python }

  @Test(arguments: 0..<40 as Swift.Range<UInt64>)
  func `random edits give what indexing from scratch gives`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let language = Self.languages[Int(seed) % Self.languages.count]
    var document = IndexedDocument(text: SourceText(""), language: language)
    for step in 0..<200 {
      if step % 40 == 0 {
        document = IndexedDocument(text: SourceText(SampleKernels.text(&random)), language: language)
      }
      let count = document.text.count
      let first = Int.random(in: 0...count, using: &random)
      let length = Int.random(in: 0...9, using: &random) == 0 ? 200 : Int.random(in: 0...4, using: &random)
      let range = SourceRange(
        start: document.text.position(of: first), end: document.text.position(of: min(count, first + length)))
      let insertion = SampleKernels.insertion(&random)
      let edited = document.editing(range, with: insertion)
      guard isSame(edited), findsOps(edited) else {
        let text = document.text.string.debugDescription
        Issue.record("seed \(seed), step \(step): \(range) of \(text) becomes \(insertion.debugDescription)")
        return
      }
      document = edited
    }
  }

  @Test func `typing a file in, one character at a time, gives what indexing it gives`() {
    var random = SplitMix64(seed: 3)
    var document = IndexedDocument(text: SourceText(""), language: .cuda)
    for scalar in (SampleKernels.text(&random) + SampleKernels.text(&random)).unicodeScalars {
      let end = document.text.position(of: document.text.count)
      document = document.editing(SourceRange(start: end, end: end), with: String(scalar))
      #expect(isSame(document))
    }
  }

  /// A text is not cut where too much is open, which conditions above it can see to.
  @Test(arguments: languages)
  func `being cut into chunks changes nothing that is found`(language: SourceLanguage) {
    var random = SplitMix64(seed: 11)
    let above = 200
    for _ in 0..<200 {
      let text = SampleKernels.text(&random)
      let cut = IndexedDocument(text: SourceText(text), language: language).ops
      let whole = IndexedDocument(
        text: SourceText(String(repeating: "#if A\n", count: above) + text), language: language
      ).ops
      #expect(cut.map { Facts($0, movedBy: above) } == whole.map { Facts($0, movedBy: 0) }, "\(text.debugDescription)")
    }
  }

  private struct Facts: Equatable {
    var name: String
    var kind: OpKind
    var lines: [Int]
    var columns: [Int]
    var calls: [String]
    var inputs: InputSource
    var problems: [String]?

    init(_ op: Op, movedBy lines: Int) {
      let places =
        ([op.range, op.nameRange] + op.calls.map(\.range) + op.parameterDeclarations.map(\.range)
        + (op.directive.map { [$0.range] } ?? [])).flatMap { [$0.start, $0.end] }
      name = op.name
      kind = op.kind
      self.lines = places.map { $0.line + lines }
      columns = places.map(\.column)
      calls = op.calls.map(\.name)
      inputs = op.inputSource
      problems = op.directive?.problems.map(\.message)
    }
  }

  private func isSame(_ document: IndexedDocument) -> Bool {
    let fresh = IndexedDocument(text: SourceText(utf8: document.text.utf8), language: document.language)
    let ops = document.ops
    return ops == fresh.ops && ops.map(\.fingerprint) == fresh.ops.map(\.fingerprint)
      && ops.map(\.calls) == fresh.ops.map(\.calls)
      && ops.map(\.parameterDeclarations) == fresh.ops.map(\.parameterDeclarations)
      && ops.map(\.directive) == fresh.ops.map(\.directive) && document.opCount == ops.count
      && fresh.opCount == ops.count
  }

  /// At the edges of every op, against a search through all of them.
  private func findsOps(_ document: IndexedDocument) -> Bool {
    let ops = document.ops
    return ops.flatMap { [$0.range.start, $0.nameRange.end, $0.range.end] }.allSatisfy { position in
      document.op(at: position) == ops.last { $0.fullRange.contains(position) }
    }
  }

  // MARK: Cost

  /// `text` replaces `length` bytes in front of the mark in the file's middle kernel.
  struct Edit: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var mark: String
    var length = 0
    var text: String
    /// Ops whose meaning follows from what is edited.
    var ops = 1
    /// Names come or go.
    var changesNames = false
  }

  @Test(arguments: [
    Edit(testDescription: "a character in a body", mark: "1;\n  }", text: "2"),
    Edit(testDescription: "a line in a body", mark: "x[i]", text: "y += 1;\n    "),
    Edit(testDescription: "a deletion", mark: " + 1", length: 4, text: ""),
    Edit(testDescription: "a comment", mark: "The", text: "See: ", ops: 1),
    Edit(testDescription: "an open brace", mark: "x[i]", text: "{"),
    Edit(testDescription: "a brace too many", mark: "\n}\n\n", text: "\n  }", changesNames: true),
    Edit(testDescription: "an open bracket", mark: "x[i]", text: "("),
    Edit(testDescription: "an open quote", mark: "x[i]", text: "\""),
    Edit(testDescription: "a parameter", mark: "int n)", text: "int m, "),
    Edit(testDescription: "a directive", mark: "__global__", text: "// kernelwright: x=f32[4]\n"),
    Edit(testDescription: "a helper that a kernel calls", mark: "v * SCALE", text: "2 * ", ops: 1),
    Edit(testDescription: "another name", mark: "__device__", text: "int more;\n", ops: 0, changesNames: true),
    Edit(testDescription: "blank lines", mark: "// The", text: "\n\n\n", ops: 1),
    Edit(testDescription: "a macro", mark: "// The", text: "#define MORE 3\n", ops: 1, changesNames: true),
  ])
  func `an edit costs the same in a long file as in a short one`(edit: Edit) throws {
    let short = try work(edit, kernels: 20)
    let long = try work(edit, kernels: 400)
    #expect(short == long)
    #expect(long.bytesParsed < 1500 && long.opsMade >= edit.ops && long.opsMade <= 2, "\(long)")
    #expect(edit.changesNames == (long.bindingsRead > 0), "\(long)")
  }

  @Test func `one character in one kernel of 20,000 lines costs that kernel`() throws {
    let edit = Edit(testDescription: "", mark: "1;\n  }", text: "2")
    #expect(SampleKernels.file(kernels: 2000).utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= 20_000)
    let work = try work(edit, kernels: 2000)
    #expect(work.bytesParsed < 600 && work.opsMade == 1 && work.bindingsRead == 0, "\(work)")
  }

  @Test func `a comment that is open to the file's end does not go over the file twice`() throws {
    let count = SampleKernels.file(kernels: 200).utf8.count
    let edit = Edit(testDescription: "", mark: "x[i]", text: "/*")
    #expect(try work(edit, kernels: 200).bytesParsed < 3 * count)
  }

  @Test(arguments: [1, 10, 100])
  func `what is pasted is parsed, and little more`(count: Int) throws {
    let pasted = SampleKernels.file(kernels: count)
    let work = try work(Edit(testDescription: "", mark: "// The", text: pasted), kernels: 500)
    #expect(work.bytesParsed >= pasted.utf8.count && work.bytesParsed < 2 * pasted.utf8.count + 2000, "\(work)")
  }

  @Test func `what all kernels reach costs fingerprints, and no parsing`() throws {
    for (mark, text) in [("SCALE 2", "A"), ("cuda.h", "more_")] {
      let document = IndexedDocument(text: SourceText(SampleKernels.file(kernels: 100)), language: .cuda)
      let edited = try insert(text, at: mark, from: 0, in: document)
      #expect(isSame(edited) && edited.work.bytesParsed < 1000, "\(edited.work)")
    }
  }

  private func work(_ edit: Edit, kernels count: Int) throws -> IndexingWork {
    let document = IndexedDocument(text: SourceText(SampleKernels.file(kernels: count)), language: .cuda)
    #expect(document.work.bytesParsed == document.text.count && document.opCount == count)
    // The middle of the file, at the same place of a kernel however many there are.
    let line = SampleKernels.file(kernels: count / 2).utf8.count
    let edited = try insert(edit.text, at: edit.mark, length: edit.length, from: line, in: document)
    #expect(isSame(edited))
    return edited.work
  }

  private func insert(
    _ text: String, at mark: String, length: Int = 0, from start: Int, in document: IndexedDocument
  ) throws -> IndexedDocument {
    let bytes = document.text.utf8
    let at = try #require((start..<bytes.count).first { bytes[$0...].starts(with: mark.utf8) })
    let range = SourceRange(start: document.text.position(of: at), end: document.text.position(of: at + length))
    return document.editing(range, with: text)
  }
}
