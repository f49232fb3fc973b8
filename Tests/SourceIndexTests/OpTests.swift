import SourceIndex
import Testing

struct OpTests {
  @Test(arguments: [
    ("import torch", "torch.nn.Module"), ("import torch.nn as nn", "nn.Module"), ("from torch import nn", "nn.Module"),
    ("from torch.nn import Module as M", "M"), ("import torch as t", "t.nn.Module"),
    ("from torch.nn import (\n  Linear,\n  Module,\n)", "Module"), ("import torch\nnn = torch.nn", "nn.Module"),
    ("from torch.nn import *", "Module"), ("import torch.nn", "torch.nn.Module"),
    ("try:\n    import torch.nn as nn\nexcept ImportError:\n    nn = None", "nn.Module"),
    ("from torch.nn.modules.module import Module", "Module"), ("import torch.nn as nn", "nn.Sequential"),
    ("from torch import nn\nclass Base(nn.Module): pass", "Base"),
  ])
  func `a module class is found by every spelling of its import`(imports: String, base: String) {
    let found = ops("\(imports)\n\nclass Model(\(base)):\n    def forward(self, x, y=1): return x\n")
    #expect(found.last?.name == "Model")
    #expect(found.last?.kind == .module)
    #expect(found.last?.parameters == ["x", "y"])
  }

  @Test(arguments: ["class Model(object):", "class Model(Module):", "class Model(nn.Parameter):", "class Model:"])
  func `other classes are none`(header: String) {
    #expect(ops("from torch import nn\n\(header)\n    def forward(self, x): return x\n").isEmpty)
  }

  @Test func `functions that use tensors, kernels and JAX functions are ops, and nothing else`() {
    let found = ops(
      """
      import torch, math, triton
      import torch.nn.functional as F
      import triton.language as tl
      import jax.numpy as jnp
      from torch import Tensor, nn, relu as r
      def by_attribute(x): return torch.exp(x)
      def by_call(x): return r(x)
      def by_annotation(x: "Tensor"): return x * 2
      def by_result(x) -> Tensor: return x
      def by_own_import(x):
          import torch.special as s
          return s.expit(x)
      def by_helper(x):
          def helper(y): return F.gelu(y)
          return helper(x)
      # kernelwright: x=f32[4]
      def by_directive(x): return x + x
      def shadowed(F): return F.gelu(1)
      def plain(x): return math.exp(x)
      def get_inputs(): return [torch.rand(3)]
      def get_init_inputs(): return [torch.rand(3)]
      @triton.autotune(configs=[], key=[])
      @triton.jit
      def kernel(x_ptr, n, BLOCK: tl.constexpr): tl.store(x_ptr, n)
      async def for_jax(x): return jnp.sum(x)
      class Holder:
          def method(self, x): return torch.sin(x)
          @staticmethod
          def static(x): return torch.cos(x)
          class Inner(nn.Module):
              class Deeper(nn.Linear): pass
              def forward(self, a, *rest, b): return torch.sin(a)
              def other(self): return torch.zeros(3)
      if math:
          def conditional(x): return torch.tan(x)
      """)
    #expect(
      found.map { "\($0.name) \($0.kind.rawValue)" } == [
        "by_attribute function", "by_call function", "by_annotation function", "by_result function",
        "by_own_import function", "by_helper function", "by_directive function", "kernel triton-kernel",
        "for_jax jax", "Holder.method function", "Holder.static function", "Holder.Inner module",
        "Holder.Inner.Deeper module", "conditional function",
      ])
    let byName = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
    #expect(byName["Holder.Inner"]?.parameters == ["a", "b"])
    #expect(byName["Holder.method"]?.parameters == ["x"])
    #expect(byName["Holder.static"]?.parameters == ["x"])
  }

  @Test func `a script's main computes from nothing and is no op, unless a directive says so`() {
    let script = "import torch\ndef main():\n    print(torch.rand(3))\n"
    #expect(IndexedDocument(text: SourceText(script)).ops.isEmpty)
    let named = script.replacing("def main", with: "# kernelwright: guide=\"fast\"\ndef main")
    #expect(IndexedDocument(text: SourceText(named)).ops.map(\.name) == ["main"])
  }

  @Test func `ranges are those of the definition, with and without decorators`() throws {
    let source = MarkedSource(
      """
      import torch, functools
      class Box:
          <|full|>@functools.cache
          @torch.no_grad()
          <|start|>async def <|name|>run<|nameEnd|>(self, x):
              return torch.relu(
                x)  ;<|end|>  # done

          # after
      x = 1
      """)
    let document = IndexedDocument(text: source.text)
    let op = try #require(document.op(named: "Box.run"))
    #expect(op.range == source.range("start", "end"))
    #expect(op.fullRange == source.range("full", "end"))
    #expect(op.nameRange == source.range("name", "nameEnd"))
    #expect(op.insertionLine == 7)
    #expect(op.directiveLine == 2)
    #expect(op.indentation == "    ")
    #expect(op.statementLines == [5...6])
    #expect(op.calls.map(\.name) == ["torch.no_grad", "torch.relu"])
    #expect(document.op(at: source["full"])?.name == "Box.run")
    #expect(document.op(at: source["end"])?.name == "Box.run")
    #expect(document.op(at: Position(line: 8, column: 4)) == nil)
  }

  @Test func `the innermost op is the one at a position`() {
    let source = MarkedSource(
      """
      from torch import nn
      class Outer(nn.Module):
          <|outer|>x = 1
          class Inner(nn.Module):
              y = <|inner|>2
          def forward(self, x): return <|after|>x
      """)
    let document = IndexedDocument(text: source.text)
    #expect(document.op(at: source["outer"])?.name == "Outer")
    #expect(document.op(at: source["inner"])?.name == "Outer.Inner")
    #expect(document.op(at: source["after"])?.name == "Outer")
  }

  @Test(arguments: [
    ("torch.nn.functional.gelu(x)", ["torch.nn.functional.gelu"]), ("x.view(1).t()", ["x.view", "x.view().t"]),
    ("layers[0].forward(x)", ["layers[].forward"]), ("super().__init__()", ["super", "super().__init__"]),
    ("( a . b )\\\n . c ()", ["a.b.c"]), ("(a + f(b)[1]).sum()", ["(a + f()[]).sum", "f"]),
    ("\", \".join(x)", ["\", \".join"]), ("f\"{g(1)!r:>{h(2)}}\".strip()", ["f\"{g()!r:>{h()}}\".strip", "g", "h"]),
    ("f(a=g(1), *h(2))", ["f", "g", "h"]), ("[f(y) for y in g(z) if h(y)]", ["f", "g", "h"]),
    ("(lambda q=d(): q)()", ["(lambda q=d(): q)", "d"]), ("a[f(1)](2)[3](4)", ["a[]", "a[]()[]", "f"]),
    ("await x.y()", ["x.y"]), ("1 .bit_length()", ["1.bit_length"]),
  ])
  func `calls are named by their chain`(expression: String, names: [String]) {
    let document = IndexedDocument(text: SourceText("r = \(expression)\n"))
    #expect(document.calls.map(\.name) == names)
  }

  @Test func `inputs come from the directive, else from get_inputs for Model or the only op`() {
    let inputs = "import torch\ndef get_inputs(): return [torch.rand(2)]\n"
    let model = "class Model(torch.nn.Module):\n    def forward(self, x): return x\n"
    let function = "def f(x): return torch.exp(x)\n"
    #expect(ops(inputs + model + function).map(\.inputSource) == [.functions, .missing])
    #expect(ops(inputs + function).map(\.inputSource) == [.functions])
    #expect(ops(inputs + function + "def g(x): return torch.exp(x)\n").map(\.inputSource) == [.missing, .missing])
    #expect(ops(inputs + "# kernelwright: x=f32[3]\n" + function).map(\.inputSource) == [.directive])
    #expect(ops(inputs + "# kernelwright: guide=\"fast\"\n" + function).map(\.inputSource) == [.functions])
    #expect(ops("import torch\n" + model).map(\.inputSource) == [.missing])
  }

  @Test func `the suggested directive names the parameters and what the constructor needs`() throws {
    let found = ops(
      """
      import torch
      from torch import nn
      class Model(nn.Module):
          def __init__(self, width, bias=True, scale: float = 1.0): pass
          def forward(self, x, token_ids, mask=None, n: int = 3): return x
      class Wide(nn.Module):
          def __init__(self, width: int, dropout: float): pass
          def forward(self, x): return x
      class Easy(nn.Module):
          def __init__(self, width=3): pass
          def forward(self, x): return x
      class Derived(Wide): pass
      def f(a, b: torch.Tensor, n: int): return torch.exp(a)
      net = Model(512, scale=0.5)
      """)
    #expect(
      found.map(IndexedDocument.suggestedDirective) == [
        "# kernelwright: x=f32[16,512] token_ids=i64[16] init=(512, True, 0.5)",
        "# kernelwright: x=f32[16,64] init=(64, 1.0)", "# kernelwright: x=f32[16,1024]",
        "# kernelwright: x=f32[16,64] init=(64, 1.0)", "# kernelwright: a=f32[16,1024] b=f32[16,1024]",
      ])
  }

  @Test func `generated blocks are no ops, are found by name and can be taken out`() throws {
    let user = "import torch\ndef f(x):\n    return torch.exp(x)\n"
    let block = """
      # kernelwright: begin generated f
      def _kw_f(x):
          return torch.exp2(x)
      f = _kw_f
      # kernelwright: end generated f

      """
    let document = IndexedDocument(text: SourceText(user + block + "y = 1\n"))
    #expect(document.ops.map(\.name) == ["f"])
    let region = try #require(document.ops[0].generatedRegion)
    #expect(region == SourceRange(start: Position(line: 3, column: 0), end: Position(line: 8, column: 0)))
    #expect(document.ops[0].insertionLine == 3)
    #expect(document.strippedOfGeneratedRegions.string == user + "y = 1\n")
    #expect(document.ops[0].fingerprint == ops(user + "y = 1\n")[0].fingerprint)
    // A marker without its partner hides nothing.
    let open = IndexedDocument(
      text: SourceText(user + "# kernelwright: begin generated f\ndef g(x): return torch.sin(x)\n"))
    #expect(open.ops.map(\.name) == ["f", "g"])
  }
}
