import SourceIndex
import Testing

struct FingerprintTests {
  private static let source = """
    import torch, os
    import torch.nn as nn
    from torch import sin as s, cos
    SCALE = 2
    LIST = []
    LIST.append(1)
    def helper(x):
        return x * SCALE
    def unrelated(x):
        value = cos(x)
        return value
    class Base(nn.Module):
        def go(self, x): return helper(x)
    # kernelwright: x=f32[4] tolerance=1e-3 guide="slow"
    class Model(Base):
        '''Text.'''
        def forward(self, x, y=1):
            # about it
            if x.any(): x = s(x)
            return [x,
                len(LIST), 'a']
    def get_inputs(): return [torch.rand(SIZE)]
    SIZE = 3
    """

  private func fingerprint(_ source: String, _ name: String = "Model") throws -> String {
    try #require(IndexedDocument(text: SourceText(source)).op(named: name)).fingerprint
  }

  private func changed(_ old: String, _ new: String) -> String {
    let parts = Self.source.components(separatedBy: old)
    #expect(parts.count == 2, "\(old) stands once in the source")
    return parts.joined(separator: new)
  }

  @Test(arguments: [
    ("# about it", "# something else"), ("'''Text.'''", "'''Other text.'''"), ("'''Text.'''", "pass; pass"),
    ("    '''Text.'''\n", ""), ("x.any(): x = s(x)", "x.any():\n            x = s( x, )"),
    ("[x,\n            len(LIST), 'a']", "[x, len(LIST), \"a\",]"),
    ("value = cos(x)\n    return value", "v = cos(x)\n    return v"),
    ("guide=\"slow\"", "guide=\"fast\""), ("import torch, os", "import torch"), ("SCALE = 2", "SCALE = (  # two\n  2)"),
    ("cos\n", "cos, tan\n"), ("import torch.nn as nn", "import torch.utils.data\nimport torch.nn as nn"),
    ("SIZE = 3", "SIZE = 4"),
    ("def forward(self, x, y=1):", "def forward(\n        self,\n        x,\n        y=1,\n    ):"),
    ("return x * SCALE", "return (x *\n        SCALE)"), ("x=f32[4]", "x=float32[4,]"),
    ("len(LIST), 'a'", "len((LIST)), U'a'"), ("tolerance=1e-3", "tolerance=1e-3 "),
    ("def unrelated(x):\n", "class Other():\n  pass\ndef unrelated(x):\n"),
  ])
  func `it stays when only the looks change`(old: String, new: String) throws {
    // A statement instead of the docstring is a change.
    let isChange = new == "pass; pass"
    #expect(try (fingerprint(changed(old, new)) == fingerprint(Self.source)) != isChange)
  }

  @Test(arguments: [
    ("return [x,", "return [-x,"), ("y=1", "y=2"), ("x * SCALE", "x + SCALE"), ("SCALE = 2", "SCALE = 3"),
    ("LIST.append(1)", "LIST.append(2)"), ("sin as s", "tan as s"), ("def go(self, x)", "def go(self, y)"),
    ("class Base(nn.Module)", "class Base(nn.ReLU)"), ("x=f32[4]", "x=f32[5]"), ("x=f32[4]", "x=f16[4]"),
    ("1e-3", "1e-4"), ("tolerance=1e-3", "grad=off"), ("'a'", "'b'"),
    ("if x.any(): x = s(x)\n        return", "if x.any(): x = s(x); return"),
    ("len(LIST), 'a'", "(len(LIST), 'a')"), ("def unrelated(x):", "def len(x):"),
    ("SIZE = 3", "SIZE = 3\nModel.other = 1"),
    ("import torch.nn as nn", "import other.nn as nn\nimport torch.nn as nn"),
    ("SIZE = 3", "SIZE = 3\nsetattr(Model, 'forward', None)"),
    ("LIST = []", "LIST = []\nfor i in range(3): LIST[i] = i"),
    ("unrelated(x):\n", "unrelated(x):\n    global SCALE; SCALE = 1\n"),
  ])
  func `it changes with the meaning, that of a reached definition too`(old: String, new: String) throws {
    #expect(try fingerprint(changed(old, new)) != fingerprint(Self.source))
  }

  @Test func `get_inputs counts where it gives the inputs`() throws {
    let source = changed("x=f32[4] tolerance", "tolerance")
    let before = try fingerprint(source)
    #expect(try fingerprint(source.components(separatedBy: "SIZE = 3").joined(separator: "SIZE = 4")) != before)
  }

  @Test func `it stays when definitions change places`() throws {
    let one = "import torch\n\n\ndef a(x):\n    return torch.exp(x)\n\n\ndef b(x):\n    return a(x) + torch.sin(x)\n"
    let other =
      "\"\"\"Text.\"\"\"\nimport torch\ndef b(x):\n\treturn a(x) + torch.sin(x)\nz = 1\ndef a(x):\n  return torch.exp(x)\n"
    #expect(try fingerprint(one, "a") == fingerprint(other, "a"))
    #expect(try fingerprint(one, "b") == fingerprint(other, "b"))
    #expect(try fingerprint(one, "a") != fingerprint(one, "b"))
  }

  @Test func `a function that calls a library's functions says nothing about another`() throws {
    let one = "import torch\ndef a(x):\n    torch.sin(x)\n    torch.cos(x)\n"
    let source = one + "def b(x):\n    torch.exp(x)\n    torch.tan(x)\n"
    #expect(try fingerprint(source, "a") == fingerprint(one, "a"))
    #expect(try fingerprint(source + "torch.set_default_dtype(torch.float64)\n", "a") != fingerprint(one, "a"))
  }

  @Test func `line ends do not matter, inside strings neither`() throws {
    let source = "import torch\ndef f(x):\n    t = '''a\n  b'''\n    return torch.exp(x)\n"
    let windows = source.components(separatedBy: "\n").joined(separator: "\r\n")
    #expect(try fingerprint(source, "f") == fingerprint(windows, "f"))
    #expect(try fingerprint(source, "f").count == 32)
  }

  @Test func `an edit and its undoing give the same fingerprint again`() throws {
    let document = IndexedDocument(text: SourceText(Self.source))
    let at = Position(line: 3, column: 8)
    let edited = document.editing(SourceRange(start: at, end: Position(line: 3, column: 9)), with: "7")
    let undone = edited.editing(SourceRange(start: at, end: Position(line: 3, column: 9)), with: "2")
    #expect(edited.op(named: "Model")?.fingerprint != document.op(named: "Model")?.fingerprint)
    #expect(edited.op(named: "unrelated")?.fingerprint == document.op(named: "unrelated")?.fingerprint)
    #expect(undone.ops == document.ops)
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    var result = [""]
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(separator) {
        result.append("")
        rest = rest.dropFirst(separator.count)
      } else {
        result[result.count - 1].append(rest.removeFirst())
      }
    }
    return result
  }
}
