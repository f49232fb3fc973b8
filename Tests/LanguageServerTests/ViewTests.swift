import Engine
import Foundation
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import SourceIndex
import Testing

@testable import LanguageServer

@Suite("What a person reads")
struct ViewTests {
  @Test("figures carry three digits, and an interval is rounded outwards")
  func figures() {
    #expect(Figures.speedup(Speedup(ratio: 2.304, low: 2.226, high: 2.401)) == "2.30× [2.22, 2.41]")
    #expect(Figures.speedup(Speedup(ratio: 2.3, low: 2.3, high: 2.3)) == "2.30× [2.30, 2.30]")
    #expect(Figures.shortSpeedup(Speedup(ratio: 2.304, low: 2.226, high: 2.401)) == "2.3× [2.2, 2.5]")
    #expect(Figures.shortSpeedup(Speedup(ratio: 1.07, low: 1.049, high: 1.09)) == "1.07× [1.04, 1.09]")
    #expect(Figures.shortSpeedup(Speedup(ratio: 140.2, low: 130.1, high: 150.1)) == "140× [130, 151]")
    #expect(Figures.time(ms: 3.276) == "3.28 ms" && Figures.time(ms: 0.0123) == "12.3 µs")
    #expect(Figures.time(ms: 0.00085) == "850 ns" && Figures.time(ms: 2100) == "2.10 s")
    #expect(Figures.time(ms: .nan) == "?" && Figures.ratio(.infinity) == "?")
  }

  @Test("ages")
  func ages() {
    let now = ScriptedEngine.now
    for (seconds, text) in [
      (3, "just now"), (45, "45 seconds ago"), (120, "2 minutes ago"), (7200, "2 hours ago"), (3 * 86400, "3 days ago"),
      (200 * 86400, "6 months ago"), (-50, "just now"),
    ] {
      #expect(Figures.age(of: now.addingTimeInterval(-Double(seconds)), now: now) == text)
    }
  }

  @Test("file URIs, as clients write them")
  func uris() {
    #expect(FilePath.path(of: "file:///a%20b/%C3%A9.py") == "/a b/é.py")
    #expect(FilePath.path(of: "file://localhost/a.py") == "/a.py")
    #expect(FilePath.path(of: "FILE:/a.py") == "/a.py")
    #expect(FilePath.path(of: "file:///project/") == "/project")
    #expect(FilePath.path(of: "file:///100%25%zz.py") == "/100%%zz.py")
    for other in ["untitled:a", "file://server/share/a.py", "file:", "http:///a", "", "file:///a%00b"] {
      #expect(FilePath.path(of: other) == nil, "\(other)")
    }
    #expect(FilePath.uri(of: "/a b/é.py") == "file:///a%20b/%C3%A9.py")
    #expect(FilePath.path(of: FilePath.uri(of: "/x/ü#?%41 .py")) == "/x/ü#?%41 .py")
  }

  @Test("a preview is a diff that patch would take")
  func diff() throws {
    let text = SourceText("a\nb\nc\nd\ne\n")
    func edit(_ start: Int, _ end: Int, _ new: String) throws -> String {
      // `Edit` has no public initialiser; an op's own edit has the same form.
      let range = SourceRange(start: .init(line: start, column: 0), end: .init(line: end, column: 0))
      return UnifiedDiff.text(replacing: range, with: new, in: text, path: "/m.py")
    }
    #expect(
      try edit(2, 2, "x\ny\n") == """
        --- a/m.py
        +++ b/m.py
        @@ -1,5 +1,7 @@
         a
         b
        +x
        +y
         c
         d
         e

        """)
    #expect(try edit(1, 3, "").contains(" a\n-b\n-c\n d\n"))
  }

  @Test("inconclusive says what kept it from a conclusion")
  func inconclusive() {
    var verification = Samples.candidate(verdict: .inconclusive).verification
    #expect(StatusText.verdict(verification) == "inconclusive: too noisy")
    verification.gates.removeAll { $0.name == "timing" }
    #expect(StatusText.verdict(verification) == "inconclusive: not checked to the end")
    verification.labels = [.tooSmall]
    #expect(StatusText.verdict(verification) == "inconclusive: too small to measure")
    verification.labels = [.degenerateOp]
    #expect(StatusText.verdict(verification) == "inconclusive: degenerate op")
  }

  @Test("the card in plain text has no marks, and in Markdown names are not taken for marks")
  func markup() {
    var plain = Markup(.plainText)
    plain.paragraph("\(plain.strong("A")) \(plain.code("b_c"))")
    #expect(plain.content.value == "A b_c")
    var markdown = Markup(.markdown)
    markdown.paragraph("\(markdown.strong("A")) \(markdown.code("b`c")) \(markdown.escaped("d_e*f"))")
    #expect(markdown.content.value == "**A** `b'c` d\\_e\\*f")
  }

  @Test("settings: what is given goes over what was there, what can't be used is named and left out")
  func settings() {
    var overlay = SettingsOverlay(["budget": "2m", "allow": ["precision-change", "magic"], "python": "", "device": 4])
    #expect(overlay.budgetSeconds == 120 && overlay.allow == [.precisionChange] && overlay.python == nil)
    #expect(overlay.problems.count == 2)
    overlay.lay(SettingsOverlay(["budgetSeconds": 5, "allowUnsandboxed": true, "hints": "results"]))
    let settings = overlay.applied(to: EngineSettings(python: "/p", budgetSeconds: 1))
    #expect(settings.budgetSeconds == 5 && settings.python == "/p" && settings.allowUnsandboxed)
    #expect(overlay.hints == .results)
  }
}
