import SourceIndex
import Testing

/// What may differ between two functions with the same meaning, and what may not.
struct LocalNameTests {
  @Test(arguments: [
    ("y = x + 1\n    return y", "z = x + 1\n    return z"),
    ("for i in x: y = i\n    return y", "for j in x: k = j\n    return k"),
    ("y = [i for i in x if i]\n    return y", "z = [k for k in x if k]\n    return z"),
    ("def g(a): return a + y\n    y = 1\n    return g", "def g(a): return a + z\n    z = 1\n    return g"),
    ("y = x\n    return dict(y=y)", "z = x\n    return dict(y=z)"),
    ("y = x\n    return x.y + y", "z = x\n    return x.y + z"),
    ("try: y = x\n    except E as e: y = e\n    return y", "try: z = x\n    except E as f: z = f\n    return z"),
    ("y = z = x\n    return y - z * 2", "z = y = x\n    return z - y * 2"),
    ("if (y := x): return y", "if (z := x): return z"),
    ("match x:\n        case [y, *_]: return y", "match x:\n        case [z, *_]: return z"),
    (
      "y = 1\n    def g():\n        nonlocal y\n        y = x", "z = 1\n    def g():\n        nonlocal z\n        z = x"
    ),
    // Formatting, as formatters do it.
    ("y = (x, 1)", "y = x, 1"), ("for (y, z) in x: pass", "for y, z in x: pass"),
    ("with (open(x) as y, open(x)): pass", "with open(x) as y, open(x): pass"),
    ("return ('a'  # one\n        f'{x}')", "return \"a\" f\"{x}\""), ("return 0XFF + 1E5", "return 0xff + 1e5"),
    ("return [(x), ((1))]", "return [x, 1]"), ("class C(): y = 1", "class C: y = 1"),
    ("y = f'''{x}'''", "y = F\"\"\"{ x }\"\"\""), ("del (x)", "del x"), ("y = x, 1,", "y = (x, 1)"),
    ("return x if x else (1 if x else 2)", "return x if x else 1 if x else 2"),
  ])
  func `the spelling of local variables and formatting do not matter`(one: String, other: String) throws {
    for (first, second) in zip(try fingerprints(one), try fingerprints(other)) { #expect(first == second) }
  }

  @Test(arguments: [
    ("y = 1; z = x\n    return y - z", "y = 1; z = x\n    return z - y"),
    ("y = x\n    return dict(y=y)", "z = x\n    return dict(z=z)"), ("y = x\n    return x.y", "z = x\n    return x.z"),
    ("y = x\n    return f'{y=}'", "z = x\n    return f'{z=}'"),
    ("y = x\n    return locals()", "z = x\n    return locals()"), ("global y; y = x", "global z; z = x"),
    ("def g(y): return y\n    return g(y=1)", "def g(z): return z\n    return g(y=1)"),
    ("def g(y): return y\n    y = 1\n    return g(y=y)", "def g(z): return z\n    z = 1\n    return g(y=z)"),
    ("class C:\n        y = x\n    return C", "class C:\n        z = x\n    return C"),
    ("import y\n    return y", "import z\n    return z"), ("y = 1\n    return len(x)", "len = 1\n    return len(x)"),
    (
      "def g():\n        y = 1\n        return y\n    return g() + y",
      "def g():\n        z = 1\n        return z\n    return g() + z"
    ),
    ("match x:\n        case _: y = 1", "match x:\n        case y: y = 1"),
    ("return (x, 1),", "return x, 1"), ("assert (x, 1)", "assert x, 1"), ("return len((x, 1))", "return len(x, 1)"),
    ("return f'{(y:=1)}'", "return f'{y:=1}'"), ("return x[(1)]", "return x[(1,)]"),
    ("return [(y for y in x)]", "return [y for y in x]"), ("return '''it's'''", "return '''it\"s'''"),
    ("return (x + 1) * 2", "return x + 1 * 2"), ("return -(x ** 2)", "return (-x) ** 2"),
    ("return (x)(1), 2", "return (x(1, 2))"), ("return x if (y := x) else 1", "return (x if y else 1)"),
    ("return b'a'", "return 'a'"), ("return r'\\a'", "return '\\a'"),
  ])
  func `what means something else is something else`(one: String, other: String) throws {
    for (first, second) in zip(try fingerprints(one), try fingerprints(other)) { #expect(first != second) }
  }

  @Test func `the order of assignments to one name counts, for what is made from it too`() throws {
    func fingerprint(_ lines: String) throws -> String {
      let source = "import torch\n\(lines)\ndef f(x): return torch.exp(x) * B\n"
      return try #require(IndexedDocument(text: SourceText(source)).op(named: "f")).fingerprint
    }
    let one = try fingerprint("A = 1\nB = A\nA = 2")
    #expect(try fingerprint("A = 1\nA = 2\nB = A") != one)
    #expect(try fingerprint("C = 3\nA = 1\nC = 4\nB = A\nA = 2") == one)
  }

  /// Of an op with these statements in it, and of one that reaches them.
  private func fingerprints(_ body: String) throws -> [String] {
    let source = """
      import torch
      def f(x):
          torch.exp(x)
          \(body)
      def helper(x):
          \(body)
      class Model(torch.nn.Module):
          def forward(self, x):
              return helper(x)
      """
    let document = IndexedDocument(text: SourceText(source))
    return [
      try #require(document.op(named: "f")).fingerprint, try #require(document.op(named: "Model")).fingerprint,
    ]
  }
}
