import SourceIndex
import TestSupport
import Testing

struct NotebookProgramTests {
  private static let texts = [
    "%matplotlib inline\n!pip install torch\nimport torch\nimport torch.nn as nn", "def helper(x):\n    return x * 2\n",
    "%%bash\necho $(ls)\n", "class Model(nn.Module):\n    def forward(self, x): return helper(x)",
    "y = helper(  # open", "def f(x):\r\n    return torch.exp(x)\r\n", "", "\n\n# kernelwright: x=f32[4]\n",
    "def g(x): return torch.sin(f(x))", "%%time\ndef h(x): return torch.tan(x)", "?torch",
  ]

  @Test func `cells are one program, and each op stands in its cell`() throws {
    var program = NotebookProgram()
    program.replace(0..<0, with: Self.texts.map { SourceText($0) })
    #expect(program.cell(3).ops.map(\.name) == ["Model"])
    #expect(program.cell(3).op(at: Position(line: 1, column: 30))?.kind == .module)
    #expect(
      program.cell(5).ops.map(\.name) == ["f"] && program.cell(5).ops[0].nameRange.start == Position(line: 0, column: 4)
    )
    #expect(program.cell(9).ops.map(\.name) == ["h"] && program.cell(9).ops[0].range.start.line == 1)
    #expect(program.cell(2).ops.isEmpty)

    // What an op reaches in another cell counts.
    let before = program.cell(3).ops[0].fingerprint
    program.replace(1..<2, with: [SourceText("def helper(x):\n    return x * 3\n")])
    #expect(program.cell(3).ops[0].fingerprint != before)
    program.replace(1..<2, with: [SourceText("# moved\n\ndef helper(x):\n    return x * 2\n")])
    #expect(program.cell(3).ops[0].fingerprint == before)
  }

  @Test(arguments: 0..<20 as Swift.Range<UInt64>)
  func `changing cells gives what the cells give from scratch`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var program = NotebookProgram()
    for _ in 0..<60 {
      let first = Int.random(in: 0...program.cells.count, using: &random)
      let end = min(program.cells.count, first + Int.random(in: 0...2, using: &random))
      let new = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        SourceText(Self.texts.randomElement(using: &random) ?? "")
      }
      program.replace(first..<end, with: new)
      var fresh = NotebookProgram()
      fresh.replace(0..<0, with: program.cells)
      #expect(fresh.document.text == program.document.text)
      for cell in program.cells.indices {
        #expect(fresh.cell(cell).ops == program.cell(cell).ops)
        #expect(fresh.cell(cell).ops.map(\.fingerprint) == program.cell(cell).ops.map(\.fingerprint))
      }
    }
  }
}
