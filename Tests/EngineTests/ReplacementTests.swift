import Engine
import SourceIndex
import Testing

@Suite("Putting a generated block into a file")
struct ReplacementTests {
  private static let file = """
    import torch
    from torch import nn

    class Model(nn.Module):
        def forward(self, x):
            return torch.relu(x)

    def get_inputs():
        return [torch.randn(2)]
    """
  private static let block = """
    # kernelwright: begin generated Model
    Model.forward = Model.forward
    # kernelwright: end generated Model

    """

  private func applied(_ block: String, to text: String, op name: String = "Model") throws -> String {
    let document = IndexedDocument(text: SourceText(text))
    let op = try #require(document.op(named: name))
    let edit = Replacement.edit(for: op, in: document, block: block)
    return document.text.replacing(edit.range, with: edit.newText).string
  }

  @Test("Goes below the op, changes nothing else, and leaves the op's fingerprint alone")
  func insertion() throws {
    let after = try applied(Self.block, to: Self.file)
    #expect(after.contains("return torch.relu(x)\n\n\n# kernelwright: begin generated Model\n"))
    #expect(after.replacing("\n\n" + Self.block, with: "") == Self.file)
    let fingerprints = [Self.file, after].map {
      IndexedDocument(text: SourceText($0)).op(named: "Model")?.fingerprint
    }
    #expect(fingerprints[0] != nil && fingerprints[0] == fingerprints[1])
  }

  @Test("A second application takes the place of the first")
  func replacement() throws {
    let once = try applied(Self.block, to: Self.file)
    let other = Self.block.replacing("Model.forward = Model.forward", with: "pass")
    let twice = try applied(other, to: once)
    #expect(twice == once.replacing("Model.forward = Model.forward", with: "pass"))
  }

  @Test(
    "Removing gives back the text before",
    arguments: [
      file, file.replacing("\n\ndef", with: "\n\n\ndef"), file.replacing("\n\ndef", with: "\ndef"),
      "from torch import nn\nclass Model(nn.Module):\n    def forward(self, x):\n        return x.relu()\n",
      file.replacing("\n", with: "\r\n"),
    ])
  func removal(_ text: String) throws {
    let document = IndexedDocument(text: SourceText(try applied(Self.block, to: text)))
    let op = try #require(document.op(named: "Model"))
    let edit = try #require(Replacement.removal(for: op, in: document))
    #expect(document.text.replacing(edit.range, with: edit.newText).string == text)
  }

  @Test("An op at the end of a file without a last line end")
  func endOfFile() throws {
    let text = "import torch\ndef f(x):\n    return torch.relu(x)"
    let after = try applied(Self.block, to: text, op: "f")
    #expect(after == text + "\n\n\n" + Self.block)
  }
}
