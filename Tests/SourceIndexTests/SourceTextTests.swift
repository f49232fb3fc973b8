import SourceIndex
import TestSupport
import Testing

struct SourceTextTests {
  @Test func `lines end at every kind of terminator`() {
    let text = SourceText("a\r\nb\rc\n\nd")
    #expect(text.lineCount == 5)
    #expect((0..<5).map(text.line) == ["a", "b", "c", "", "d"])
    #expect(text.offset(of: Position(line: 1, column: 0)) == 3)
    #expect(text.position(of: 2) == Position(line: 0, column: 1))
    #expect(SourceText("").lineCount == 1)
    #expect(SourceText("a\n").lineCount == 2)
  }

  @Test func `positions outside of the text are clamped`() {
    let text = SourceText("ab\ncd")
    #expect(text.offset(of: Position(line: 9, column: 0)) == 5)
    #expect(text.offset(of: Position(line: -1, column: 4)) == 0)
    #expect(text.offset(of: Position(line: 0, column: 99)) == 2)
    #expect(text.position(of: 99) == Position(line: 1, column: 2))
    #expect(text.position(line: 0, character: 99, encoding: .utf16) == Position(line: 0, column: 2))
    #expect(text.position(line: 7, character: 0, encoding: .utf16) == Position(line: 1, column: 2))
    #expect(text.line(9) == "")
  }

  @Test(arguments: [
    (PositionEncoding.utf8, [0, 1, 3, 6, 10, 11]), (.utf16, [0, 1, 2, 3, 5, 6]), (.utf32, [0, 1, 2, 3, 4, 5]),
  ])
  func `characters are counted as the client counts them`(encoding: PositionEncoding, characters: [Int]) {
    let text = SourceText("x\r\naé注🔥b\r\n")
    for (character, column) in zip(characters, [0, 1, 3, 6, 10, 11]) {
      #expect(text.position(line: 1, character: character, encoding: encoding) == Position(line: 1, column: column))
      #expect(text.character(of: Position(line: 1, column: column), encoding: encoding) == character)
    }
    #expect(text.position(line: 1, character: 99, encoding: encoding) == Position(line: 1, column: 11))
  }

  @Test func `a character inside a surrogate pair or a code point is rounded down`() {
    let text = SourceText("a🔥b")
    #expect(text.position(line: 0, character: 2, encoding: .utf16) == Position(line: 0, column: 1))
    #expect(text.position(line: 0, character: 3, encoding: .utf8) == Position(line: 0, column: 1))
    #expect(text.character(of: Position(line: 0, column: 3), encoding: .utf16) == 1)
  }

  @Test func `an edit gives the text that replacing bytes gives`() {
    var random = SplitMix64(seed: 11)
    let pieces = ["a", "bc\n", "\r", "\n", "\r\n", "é", String(repeating: "line of text\n", count: 500), "", "x\ry"]
    var text = SourceText("")
    var bytes: [UInt8] = []
    for _ in 0..<3000 {
      let first = Int.random(in: 0...bytes.count, using: &random)
      let last = min(bytes.count, first + Int.random(in: 0...(bytes.count > 40_000 ? 20_000 : 30), using: &random))
      let start = text.position(of: first)
      let end = text.position(of: last)
      let piece = pieces.randomElement(using: &random) ?? ""
      let range = text.offset(of: start)..<text.offset(of: end)
      text = text.replacing(SourceRange(start: start, end: end), with: piece)
      bytes.replaceSubrange(range, with: piece.utf8)
      #expect(text.utf8 == bytes)
      let fresh = SourceText(utf8: bytes)
      #expect(text.lineCount == fresh.lineCount)
      let probe = Int.random(in: 0...bytes.count, using: &random)
      #expect(text.position(of: probe) == fresh.position(of: probe))
      #expect(text.line(text.position(of: probe).line) == fresh.line(fresh.position(of: probe).line))
    }
  }
}
