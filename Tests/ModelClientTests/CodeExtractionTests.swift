import Testing

@testable import ModelClient

@Suite("Code extraction")
struct CodeExtractionTests {
  private static let file = "import torch\n\nclass ModelNew(torch.nn.Module):\n    pass\n"

  @Test(
    "the file is found however it is wrapped",
    arguments: [
      "```python\n\(file)```",
      "It fuses two passes.\n\n```python\n\(file)```\n\nThat is all.",
      "```py\n\(file)```",
      "```Python title=\"x.py\"\n\(file)```",
      "```{.python}\n\(file)```",
      "```\n\(file)```",
      "~~~python\n\(file)~~~",
      "````python\n\(file)````",
      file,
      "```python\r\n" + file.replacing("\n", with: "\r\n") + "```\r\n",
      "```python\nimport os\n```\nand\n```python\n\(file)```",
      "```cpp\nclass ModelNew {};\n```\n```python\n\(file)```\n```sh\nmake\n```",
      "```python\n\(file.replacing("pass", with: "return"))```\nNo, better:\n```python\n\(file)```",
      "<think>\n```python\nclass ModelNew: wrong\n```\n</think>\n```python\n\(file)```",
      "- the file:\n  ```python\n"
        + file.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }
        .joined(separator: "\n") + "  ```",
    ])
  func found(_ reply: String) throws {
    let code = try CodeExtraction.file(in: reply).get()
    #expect(code.source == Self.file)
    #expect(code.isComplete)
  }

  @Test("a shorter fence inside a longer one belongs to the file")
  func nested() throws {
    let inner = "class ModelNew:\n    '''\n    ```\n    x\n    ```\n    '''\n"
    #expect(try CodeExtraction.file(in: "````python\n\(inner)````").get().source == inner)
  }

  @Test("a file that the reply cuts off is given, and marked")
  func cutOff() throws {
    let code = try CodeExtraction.file(in: "```python\n\(Self.file)    def forward(self, x").get()
    #expect(!code.isComplete)
    #expect(code.source.hasSuffix("def forward(self, x\n"))
    let both = try CodeExtraction.file(in: "```python\n\(Self.file)```\n```python\nclass ModelNew(").get()
    #expect(both.source == Self.file, "a whole file is better than a later part of one")
  }

  @Test("a reply without the file says what is missing")
  func missing() {
    #expect(CodeExtraction.file(in: "I cannot do that.") == .failure(.noCode))
    #expect(CodeExtraction.file(in: "") == .failure(.noCode))
    #expect(CodeExtraction.file(in: "```python\nclass Model:\n    pass\n```") == .failure(.noClass("ModelNew")))
    #expect(CodeExtraction.file(in: "```python\nclass ModelNewer:\n```") == .failure(.noClass("ModelNew")))
    #expect(CodeExtraction.file(in: "```python\n# class ModelNew:\n```") == .failure(.noClass("ModelNew")))
    let long = "```python\n\(Self.file)#" + String(repeating: "x", count: CodeExtraction.maximumBytes) + "\n```"
    #expect(CodeExtraction.file(in: long) == .failure(.tooLong))
    #expect("\(CodeExtraction.Failure.noClass("ModelNew"))".contains("ModelNew"))
  }
}
