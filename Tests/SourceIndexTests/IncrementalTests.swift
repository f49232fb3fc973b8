import SourceIndex
import TestSupport
import Testing

/// An edited document must equal one that is indexed from scratch, whatever the edit.
struct IncrementalTests {
  private static let pieces = [
    "", " ", "\n", "\r\n", "\r", "    ", "\n    ", "x", "(", ")", "[", "]", "{", "}", "\"", "'", "\"\"\"", "f\"{", "#",
    "\\\n",
    ":", ",", "=", "def g(x): return torch.exp(x)\n", "class C(nn.Module):\n    def forward(self, x): return x\n",
    "import torch\n", "from torch import nn as nn\n", "@torch.no_grad()\n", "else:", "elif x:\n", "return ",
    "case 1:\n",
    "match x:\n", "SCALE = 3\n", "Model", "Model(7)\n", "# kernelwright: x=f32[2]\n",
    "# kernelwright: begin generated f\n",
    "# kernelwright: end generated f\n", "def get_inputs(): pass\n", "nn = torch.nn\n", "from torch.nn import *\n",
    "if __name__ == \"__main__\":\n    x = 1\n", "é", "🔥", "\t", "\u{0C}", "lambda: ", "async ", "await ",
    "global SCALE\n",
    "helper(", "F.relu(x)\n", "class Model(Derived): pass\n",
  ]

  @Test(arguments: 0..<24)
  func `random edits give what indexing from scratch gives`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let start = SampleSource.text
    var document = IndexedDocument(text: SourceText(start))
    for step in 0..<250 {
      let count = document.text.count
      // Mostly small edits, at a place that stays close to the one before.
      let first = Int.random(in: 0...count, using: &random)
      let length = Int.random(in: 0...9, using: &random) == 0 ? 200 : Int.random(in: 0...6, using: &random)
      let piece =
        Int.random(in: 0...7, using: &random) == 0
        ? slice(of: start, &random) : Self.pieces.randomElement(using: &random) ?? ""
      let range = SourceRange(
        start: document.text.position(of: first), end: document.text.position(of: min(count, first + length)))
      document = document.editing(range, with: piece)
      if count > 12_000 || step % 60 == 59 {
        let all = SourceRange(start: Position(line: 0, column: 0), end: document.text.position(of: document.text.count))
        document = document.editing(all, with: start)
      }
      guard isSame(document) else {
        Issue.record("seed \(seed), step \(step): edit of \(range) with \(piece.debugDescription)")
        return
      }
    }
  }

  @Test func `typing a file in, one character at a time, gives what indexing it gives`() {
    var document = IndexedDocument(text: SourceText(""))
    for scalar in SampleSource.text.unicodeScalars {
      let end = document.text.position(of: document.text.count)
      document = document.editing(SourceRange(start: end, end: end), with: String(scalar))
      #expect(isSame(document))
    }
  }

  @Test(arguments: [(Array("é".utf8), Array("e\u{301}".utf8)), ([0xFF], [0xFF]), ([0xFF], [0xFE])])
  func `an edit reaches who reads a name that is spelled otherwise, or malformed`(bound: [UInt8], read: [UInt8]) {
    let start = Array("import torch\n".utf8) + bound + Array(" = 1\ndef f(x): return torch.exp(x) * ".utf8)
    let document = IndexedDocument(text: SourceText(utf8: start + read + Array("\n".utf8)))
    let place = document.text.position(of: Array("import torch\n = ".utf8).count + bound.count)
    let range = SourceRange(start: place, end: Position(line: place.line, column: place.column + 1))
    let edited = document.editing(range, with: "2")
    #expect(isSame(edited))
    #expect(edited.ops.map(\.fingerprint) != document.ops.map(\.fingerprint))
  }

  private func slice(of source: String, _ random: inout SplitMix64) -> String {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let first = Int.random(in: 0..<lines.count, using: &random)
    let last = min(lines.count, first + Int.random(in: 1...12, using: &random))
    return lines[first..<last].joined(separator: "\n") + "\n"
  }

  private func isSame(_ document: IndexedDocument) -> Bool {
    let fresh = IndexedDocument(text: SourceText(utf8: document.text.utf8))
    let regions = document.generatedRegions.map { "\($0)" } == fresh.generatedRegions.map { "\($0)" }
    return document.ops == fresh.ops && document.ops.map(\.fingerprint) == fresh.ops.map(\.fingerprint)
      && document.ops.map(\.calls) == fresh.ops.map(\.calls) && document.calls == fresh.calls
      && document.definitions == fresh.definitions && regions
      && document.ops.map(IndexedDocument.suggestedDirective) == fresh.ops.map(IndexedDocument.suggestedDirective)
      && document.opCount == fresh.ops.count && findsInnermostOps(document)
  }

  /// At the edges of every op, against a search through all of them.
  private func findsInnermostOps(_ document: IndexedDocument) -> Bool {
    let ops = document.ops
    return ops.flatMap { [$0.fullRange.start, $0.nameRange.end, $0.fullRange.end] }.allSatisfy { position in
      document.op(at: position) == ops.last { $0.fullRange.contains(position) }
    }
  }
}
