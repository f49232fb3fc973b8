import TestSupport
import Testing

@testable import SourceIndex

/// Long texts are parsed in pieces side by side, which nobody may notice.
struct PiecesTests {
  /// Some of it looks like the start of a definition and isn't: it lies in a string, in brackets, or behind a decorator.
  private static let snippets = [
    SampleSource.text,
    "\n\ndef scale(x, factor=2.0):\n    return torch.exp(x) * factor\n",
    "\n\nTEXT = \"\"\"\n\nclass Quoted(nn.Module):\n    pass\n\n\ndef quoted(x):\n    return x\n\"\"\"\n",
    "\n\nVALUES = [\n\n@\n\ndef broken(x)\n]\n",
    "\n\n@torch.no_grad()\n\ndef decorated(x):\n    return x.sum()\n",
    "\n\nif True:\n    pass\n\nelse:\n    pass\n",
    "\r\n\r\nclass Windows(nn.Module):\r\n    def forward(self, x):\r\n        return x.relu()\r\n",
    "\n\nrows = (1,\n\ndef never_closed(x): return x\n",
  ]

  @Test(arguments: 0..<12)
  func `pieces give the chunks that parsing in one go gives`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    while bytes.count < 2 * Parser.leastBytesForPieces {
      bytes += Array((Self.snippets.randomElement(using: &random) ?? "").utf8)
      if seed > 9 { bytes += Array("'''".utf8) }
    }
    let whole = Parser.chunks(of: bytes).chunks
    let pieces = Parser.allChunks(of: SourceText(utf8: bytes))
    #expect(whole.count > 50 || seed > 9)
    #expect(whole.map(\.contents) == pieces.map(\.contents))
  }

  @Test func `results come in order`() {
    let elements = Array(0..<10_000)
    #expect(Concurrent.map(elements) { [$0, $1] } == elements.map { [$0, $0] })
  }
}
