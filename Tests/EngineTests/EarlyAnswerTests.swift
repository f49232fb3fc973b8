import Testing

@testable import Engine

@Suite("An answer before all are ranked")
struct EarlyAnswerTests {
  @Test("is given once, and when every quick agent has shown its first idea or has none")
  func once() {
    let early = EarlyAnswer()
    early.wait(for: ["fusion", "re-expression"])
    #expect(!early.isOpen(after: "fusion"))
    #expect(!early.isOpen(after: "fusion"))
    #expect(!early.isOpen(after: "model"))
    #expect(early.isOpen(after: "re-expression"))
    #expect(early.isOpen(after: "fusion"))
    #expect(early.take())
    #expect(!early.take())
    #expect(!early.isOpen(after: "fusion"))
  }
}
