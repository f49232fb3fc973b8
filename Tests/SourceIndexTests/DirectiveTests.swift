import SourceIndex
import Testing

struct DirectiveTests {
  private func directive(_ comment: String) throws -> Directive {
    try #require(ops("import torch\n\(comment)\ndef f(x, y): return torch.exp(x)\n")[0].directive)
  }

  @Test func `all items are read`() throws {
    let found = try directive(
      """
      # kernelwright: x=f32[16,1024] y=bfloat16[] init=(64, True) guide="keep \\"fp32\\" sums"
      #kernelwright: tolerance=1e-3 shapes=[1,2];[3, 4] grad=off
      """)
    #expect(
      found.tensors == [
        TensorDirective(name: "x", dtype: "float32", shape: [16, 1024]),
        TensorDirective(name: "y", dtype: "bfloat16", shape: []),
      ])
    #expect(found.initArguments == "(64, True)")
    #expect(found.guide == "keep \"fp32\" sums")
    #expect(found.tolerance == 1e-3)
    #expect(found.shapes == "[1,2];[3, 4]")
    #expect(found.grad == false)
    #expect(found.problems.isEmpty)
    #expect(found.range.start == Position(line: 1, column: 0))
    #expect(found.range.end.line == 2)
  }

  @Test(arguments: [
    "f64 float64", "f32 float32", "f16 float16", "bf16 bfloat16", "i64 int64", "i32 int32", "i16 int16", "i8 int8",
    "u8 uint8", "bool bool",
  ])
  func `element types have a short and a long name`(names: String) throws {
    let words = names.split(separator: " ").map(String.init)
    for name in words {
      #expect(try directive("# kernelwright: x=\(name)[2, 3]").tensors.map(\.dtype) == [words[1]])
    }
  }

  @Test(arguments: [
    ("<|a|>z=f32[2]<|b|>", "`z` is not a parameter of f: it has x, y."),
    (
      "x=<|a|>f99[2]<|b|>", "`f99` is not an element type: use one of f64, f32, f16, bf16, i64, i32, i16, i8, u8, bool."
    ),
    ("x=<|a|>f32[2,n]<|b|>", "`n` is not an extent: the shape needs whole numbers, for example [16,1024]."),
    ("x=<|a|>f32[-1]<|b|>", "`-1` is not an extent: the shape needs whole numbers, for example [16,1024]."),
    ("x=<|a|>f32<|b|>", "`f32` is not a tensor: write an element type and a shape, for example f32[16,1024]."),
    ("x=f32[2] <|a|>x=f32[3]<|b|>", "`x` is given twice."),
    ("<|a|>hello<|b|>", "`hello` is not of the form name=value."),
    ("guide=<|a|>\"open<|b|>", "The quotes of guide don't match."),
    ("init=<|a|>(1, 2<|b|>", "The brackets of init don't match."),
    ("grad=<|a|>maybe<|b|>", "grad must be on or off, not maybe."),
    ("tolerance=<|a|>0<|b|>", "The tolerance must be a number greater than 0, not 0."),
  ])
  func `what can't be used is reported where it stands`(items: String, message: String) throws {
    let source = MarkedSource("import torch\n# kernelwright: \(items)\ndef f(x, y): return torch.exp(x)\n")
    let found = try #require(IndexedDocument(text: source.text).ops[0].directive)
    #expect(found.problems == [DirectiveProblem(message: message, range: source.range("a", "b"))])
  }

  @Test func `a directive stands right above the op, between its decorators, or first in its body`() {
    let found = ops(
      """
      import torch
      # kernelwright: x=f32[1]

      def apart(x): return torch.exp(x)
      # kernelwright: x=f32[2]
      # about something else
      @torch.no_grad()
      # kernelwright: y=f32[3]
      def above(x, y): return torch.exp(x)
      def inside(x):
          # kernelwright: x=f32[4]
          return torch.exp(x)
      def behind(x):  # kernelwright: x=f32[5]
          '''Text.'''
          # kernelwright: x=f32[6]
          return torch.exp(x)
      class Model(torch.nn.Module):

          # kernelwright: x=f32[7] init=(1,)
          def forward(self, x): return x
      text = '''
      # kernelwright: x=f32[8]
      '''
      def quoted(x): return torch.exp(x)
      """)
    #expect(
      found.map { "\($0.name) \(($0.directive?.tensors ?? []).map(\.shape))" } == [
        "apart []", "above [[2], [3]]", "inside [[4]]", "behind [[5]]", "Model [[7]]", "quoted []",
      ])
  }

  @Test(arguments: [SourceLanguage.python, .cuda])
  func `a problem stands where it is although bytes in front of it are malformed`(language: SourceLanguage) {
    let comment = language == .python ? "# kernelwright: " : "// kernelwright: "
    let definition = language == .python ? "def f(x): return torch.exp(x)" : "__global__ void f(float *x) {}"
    let bytes = Array(comment.utf8) + [0xFF, 0xFE] + Array("=1 x=oops\n\(definition)\n".utf8)
    let document = IndexedDocument(text: SourceText(utf8: bytes), language: language)
    let last = document.ops.first?.directive?.problems.last
    let start = comment.utf8.count + "..=1 x=".utf8.count
    #expect(last?.range.start == Position(line: 0, column: start))
    #expect(last?.range.end == Position(line: 0, column: start + "oops".utf8.count))
  }
}
