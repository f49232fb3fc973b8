import SourceIndex
import Testing

struct SelectionTests {
  private static let source = """
    import torch
    class Model(torch.nn.Module):
        def forward(self, x, y):
            <|0|>a = torch.exp(x)<|1|>
            <|2|>b = a + y
            c = [b for b in a]<|3|>
            if y:
                <|4|>c = self.f(c)
                d = 1<|5|>
            <|6|>else:
                d = c<|7|>
            <|8|>for i in range(d):
                c = c + i * b<|9|>
            return c
    """

  private func select(_ start: String, _ end: String) -> Op? {
    let source = MarkedSource(Self.source)
    return IndexedDocument(text: source.text).selection(source.range(start, end))
  }

  @Test(arguments: [
    ("0", "1", "4-4", "x", "a"), ("2", "3", "5-6", "a y", "b c"), ("0", "3", "4-6", "x y", "b c"),
    ("4", "5", "8-9", "self c", "c d"), ("8", "9", "12-13", "d c b", "c"), ("2", "9", "5-13", "a y self", "c"),
  ])
  func `whole statements have what goes in and what comes out`(
    start: String, end: String, lines: String, parameters: String, results: String
  ) throws {
    let op = try #require(select(start, end))
    #expect(op.kind == .selection)
    #expect(op.name == "Model.forward:" + lines)
    #expect(op.parameters.joined(separator: " ") == parameters)
    #expect(op.results.joined(separator: " ") == results)
  }

  @Test(arguments: [("3", "4"), ("1", "5"), ("6", "7"), ("5", "9"), ("1", "1")])
  func `anything else is no selection`(start: String, end: String) {
    #expect(select(start, end) == nil)
  }

  @Test func `its fingerprint follows its function`() throws {
    let source = MarkedSource(Self.source)
    let document = IndexedDocument(text: source.text)
    let before = try #require(document.selection(source.range("0", "1")))
    let top = Position(line: 0, column: 0)
    let moved = document.editing(SourceRange(start: top, end: top), with: "# text\n")
    func down(_ position: Position) -> Position { Position(line: position.line + 1, column: position.column) }
    let after = try #require(moved.selection(SourceRange(start: down(source["0"]), end: down(source["1"]))))
    #expect(after.fingerprint == before.fingerprint)
    #expect(try #require(document.selection(source.range("2", "3"))).fingerprint != before.fingerprint)
  }
}
