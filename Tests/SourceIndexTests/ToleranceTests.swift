import SourceIndex
import TestSupport
import Testing

struct ToleranceTests {
  @Test func `a file cut off at any byte is indexed`() {
    let bytes = Array(SampleSource.text.utf8)
    for end in 0...bytes.count {
      let document = IndexedDocument(text: SourceText(utf8: Array(bytes[..<end])))
      for op in document.ops { #expect(op.range.start <= op.range.end) }
    }
  }

  @Test func `random bytes are indexed`() {
    var random = SplitMix64(seed: 5)
    let alphabet = Array("()[]{}\"'#\\\n\r\t :=.,;@fx1dre\u{0C}\0é".utf8)
    for _ in 0..<3000 {
      let count = Int.random(in: 0...60, using: &random)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      _ = IndexedDocument(text: SourceText(utf8: bytes)).calls
    }
  }

  @Test(arguments: ["(", "[", "{", "-", "not ", "lambda: ", "f\"{", "x[", "f(", "if x:\n", "x if y else ", "await "])
  func `deep nesting ends`(piece: String) {
    let document = IndexedDocument(text: SourceText(String(repeating: piece, count: 20_000)))
    #expect(document.definitions.isEmpty)
    var indented = ""
    for depth in 0..<400 { indented += String(repeating: " ", count: depth) + "if x:\n" }
    #expect(IndexedDocument(text: SourceText(indented)).ops.isEmpty)
  }

  @Test(arguments: [
    "y = foo(", "y = [1, (2, {3:", "y = f\"{g(", "y = \"open", "y = '''open", "y = f'''open {x} ", "y = (1 +]",
    "y = x \\",
    "if x(:", "def broken(a, b", "class Broken(", "    unexpected = 1", "else:", "@", "@torch.no_grad(", "for in",
    "import",
    "from x import (a,", "y = lambda", "return return", "x = = 3", "print \"old\" % f(x)", "match x:", "case 3:", "$?!",
    "def f(x:\n  return x", "try:\n\n", "async", "y = x[", "del", "y = f(a)[", "def (", "y = {1: 2, 3",
  ])
  func `an unfinished statement does not take the ops around it away`(line: String) {
    for kind in ["\n", "\r\n"] {
      let source = """
        import torch
        def before(x):
            return torch.exp(x)
        \(line)
        @torch.no_grad()
        def after(x):
            return torch.exp(x)

        class Model(torch.nn.Module):
            def forward(self, x):
                \(line.contains("'''") ? "pass" : line)
                return x

            def other(self): pass
        def last(x): return torch.sin(x)
        """.replacing("\n", with: kind)
      let names = ops(source).map(\.name)
      #expect(names.contains("before"))
      #expect(names.contains("after") || line == "@", "\(line)")
      #expect(names.contains("Model"), "\(line)")
      #expect(names.contains("last"), "\(line)")
    }
  }

  @Test func `an open bracket ends where the next statement begins`() throws {
    let source = MarkedSource(
      """
      import torch
      def f(x):
          <|a|>y = torch.exp(
          <|b|>z = torch.sin(x)
          return z
      """)
    let calls = IndexedDocument(text: source.text).calls
    #expect(calls.map(\.name) == ["torch.exp", "torch.sin"])
    #expect(calls[1].range.start.line == source["b"].line)
  }
}

extension String {
  fileprivate func replacing(_ old: Character, with new: String) -> String {
    map { $0 == old ? new : String($0) }.joined()
  }
}
