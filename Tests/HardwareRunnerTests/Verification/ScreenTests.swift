import Testing

@testable import HardwareRunner

@Suite("Screen")
struct ScreenTests {
  func screen(_ forward: String, before: String = "", reference: String = "import torch") -> Screen {
    Screen(
      candidate: "import torch\n\(before)\nclass ModelNew(torch.nn.Module):\n    def forward(self, x):\n"
        + Harness.indented(forward, by: 8) + "\n", reference: reference)
  }

  @Test("one call of an optimised op is trivial, several are a re-expression, a kernel is neither")
  func kinds() {
    #expect(screen("return torch.nn.functional.silu(x)").labels == [.trivial, .libraryCall])
    #expect(screen("# says what\n\"\"\"Does it.\"\"\"\nreturn torch.nn.functional.silu(x)").labels.contains(.trivial))
    #expect(screen("y = torch.sigmoid(x)\nreturn x * y").labels == [.libraryCall])
    #expect(screen("return library.silu(x)", before: "import ctypes").labels == [])
    #expect(screen("return compiled(x)", before: "compiled = torch.compile(f)").labels == [.libraryCall])
    #expect(screen("return compiled(x)", before: "compiled = torch.compile(f)").compiles)
    #expect(!screen("return x if torch.compiler.is_compiling() else f(x)").compiles)
  }

  @Test("a lower precision is named unless the op itself uses it")
  func precision() {
    #expect(screen("y = x.bfloat16()\nreturn (y * y).float()").labels.contains(.precisionChange))
    #expect(
      !screen("y = x.bfloat16()\nreturn (y * y).float()", reference: "x.bfloat16()").labels.contains(.precisionChange))
    for (enabled, isLower) in [("True", true), ("False", false), ("False or True", true)] {
      let block = "with torch.autocast(\"cpu\", enabled=\(enabled)):\n    return x * x + x"
      #expect(screen(block).labels.contains(.precisionChange) == isLower)
    }
  }

  @Test("what the op's inputs are in already is no lower precision, wherever that is said")
  func precisionOfTheInputs() {
    let candidate =
      "import ctypes\nclass ModelNew(torch.nn.Module):\n    def forward(self, x):\n        return k(x, \"float16\")\n"
    #expect(Screen(candidate: candidate, reference: "").labels.contains(.precisionChange))
    #expect(!Screen(candidate: candidate, reference: "", types: [.float16]).labels.contains(.precisionChange))
    #expect(!Screen(candidate: candidate, reference: "x.half()").labels.contains(.precisionChange))
    #expect(Screen(candidate: candidate, reference: "", types: [.bfloat16]).labels.contains(.precisionChange))
  }

  @Test("no ModelNew is a problem; what has been used to attack harnesses is named")
  func problems() {
    #expect(Screen(candidate: "import torch", reference: "").problem != nil)
    #expect(screen("import gc\ngc.get_objects()\nreturn x").suspicious.first?.contains("gc.get_objects") == true)
  }
}
