import SourceIndex
import Testing

/// An edit's cost, counted: the same in a long file as in a short one, and in step with the edit's size.
struct EditCostTests {
  /// `text` replaces `length` bytes behind the mark in the middle function or class of the file.
  struct Edit: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var mark: String
    var length = 0
    var text: String
    /// Names come or go, so that the file's names are looked up anew.
    var changesNames = false
  }

  private static let edits = [
    Edit(testDescription: "a character in a body", mark: "x + 1", text: "y"),
    Edit(testDescription: "a line in a body", mark: "y = x", text: "z = torch.exp(x)\n    "),
    Edit(testDescription: "a deletion", mark: "y = x + 1\n", length: 10, text: ""),
    Edit(testDescription: "a comment", mark: "y = x", text: "# why\n    "),
    Edit(testDescription: "an open bracket", mark: "x + 1", text: "("),
    Edit(testDescription: "an open quote", mark: "x + 1", text: "\""),
    Edit(testDescription: "a method's line", mark: "return helper", text: "x = x.relu()\n        "),
    Edit(testDescription: "a parameter", mark: "x):", text: "w, "),
    Edit(testDescription: "a directive", mark: "def g", text: "# kernelwright: x=f32[4]\n"),
    Edit(testDescription: "a function", mark: "def g", text: "def new(x): return x\n", changesNames: true),
    Edit(testDescription: "another name", mark: "SCALE", length: 5, text: "SIZE", changesNames: true),
  ]

  @Test(arguments: edits)
  func `an edit costs the same in a long file as in a short one`(edit: Edit) throws {
    let short = try work(edit, copies: 20)
    let long = try work(edit, copies: 2000)
    #expect(short.bytesParsed == long.bytesParsed && short.opsMade == long.opsMade)
    #expect(edit.changesNames == (long.bindingsRead > 0))
    #expect(long.bytesParsed < 2000 && long.opsMade <= 4, "\(long)")
  }

  @Test func `typing in a string that is open to the file's end does not go over the file twice`() throws {
    let edit = Edit(testDescription: "", mark: "x + 1", text: "'''")
    let document = IndexedDocument(text: SourceText(Self.source(copies: 200)))
    #expect(try work(edit, copies: 200).bytesParsed < 3 * document.text.count)
  }

  @Test(arguments: [1, 10, 100])
  func `what is pasted is parsed, and little more`(count: Int) throws {
    let pasted = Self.source(copies: count)
    let edit = Edit(testDescription: "", mark: "def g", text: pasted)
    let work = try work(edit, copies: 500)
    #expect(work.bytesParsed >= pasted.utf8.count && work.bytesParsed < 2 * pasted.utf8.count + 2000, "\(work)")
  }

  private func work(_ edit: Edit, copies: Int) throws -> IndexingWork {
    let source = Self.source(copies: copies)
    let document = IndexedDocument(text: SourceText(source))
    #expect(document.work.bytesParsed == source.utf8.count)
    let bytes = Array(source.utf8)
    let mark = Array(edit.mark.utf8)
    let middle = bytes.count / 2
    let at = try #require((middle..<bytes.count).first { bytes[$0...].starts(with: mark) })
    let range = SourceRange(
      start: document.text.position(of: at), end: document.text.position(of: at + edit.length))
    let edited = document.editing(range, with: edit.text)
    #expect(edited.ops == IndexedDocument(text: edited.text).ops)
    return edited.work
  }

  private static func source(copies: Int) -> String {
    var result = "import torch\nfrom torch import nn\n"
    for index in 0..<copies {
      // Names of one width, so that every copy is as long as any other.
      let name = "\(index + 10_000)"
      result += """
        SCALE_\(name) = 2
        def helper_\(name)(x):
            y = x + 1
            return torch.exp(y) * SCALE_\(name)


        class Model_\(name)(nn.Module):
            def forward(self, x):
                return helper_\(name)(x)


        def g_\(name)(x):
            return torch.sin(x)


        """
    }
    return result
  }
}
