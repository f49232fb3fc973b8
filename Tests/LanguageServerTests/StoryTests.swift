import Engine
import FoundationEssentials
import HardwareRunner
import JSONRPC
import SourceIndex
import Testing

@testable import LanguageServer

/// The main job as an editor sees it, with a scripted engine behind it.
@Suite("The story of an op")
struct StoryTests {
  private let text = Marked(Samples.model)

  @Test("profile, optimize, hover, stale, undo, apply, remove")
  func wholeStory() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    #expect(try client.open(text) == [])
    let name = text.position("name")

    // Nothing runs before the person asks.
    #expect(try client.labels() == ["not measured yet"])
    #expect(engine.started.isEmpty)

    // Profile: acknowledged at once, then progress under a token of the job's own.
    let reply = try client.run(client.action("Profile this op", at: name))
    #expect(reply == ["job": "job-1"])
    let profiling = try #require(engine.waitForStart())
    #expect(profiling.kind == .profile && profiling.request.op.name == "Model")
    let create = try client.expect("window/workDoneProgress/create")
    #expect(create.params == ["token": "Profiling Model"])
    create.reply(nil)
    let begin = try client.expect("$/progress").params
    #expect(begin["value"]?["kind"] == "begin" && begin["value"]?["cancellable"] == true)
    engine.post(.profiled(Samples.profile), to: profiling)
    let diagnostics = try client.expect("textDocument/publishDiagnostics").params["diagnostics"]
    engine.post(.finished(nil), to: profiling)
    let end = try client.expect("$/progress").params
    #expect(end["token"] == "Profiling Model")
    #expect(end["value"] == ["kind": "end", "message": "Model: 3.28 ms a call on AMD EPYC, 2 cores."])
    let line = text.line("exp")
    #expect(diagnostics?[0]?["range"]?["start"] == ["line": .int(line), "character": 8])
    #expect(diagnostics?[0]?["message"] == "98 % of the time: exp is read back by sum")
    #expect(try client.labels() == ["3.28 ms a call", "3.2 ms · 98 % · 12 % of memory roof"])

    // Optimize.
    _ = try client.run(client.action("Optimize this op", at: name))
    let optimizing = try #require(engine.waitForStart())
    try client.expect("window/workDoneProgress/create").reply(nil)
    try client.expect("$/progress")
    engine.post(.finished(Samples.result([Samples.candidate()])), to: optimizing)
    let verdict = try client.expect("$/progress").params["value"]
    #expect(verdict == ["kind": "end", "message": "Model: verified 2.31× [2.22, 2.41] against eager."])
    #expect(try client.labels().first == "verified 2.3× [2.2, 2.5] · 3.28 ms a call")

    func detail() throws -> JSONValue? {
      try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(Samples.uri)]])[0]?["detail"]
    }
    #expect(try detail() == "module · verified 2.3× [2.2, 2.5] · 3.28 ms a call")

    // The card.
    let card = try #require(try client.hover(name))
    #expect(card.hasPrefix("**Model** · **verified 2.31× [2.22, 2.41]** against `eager`"))
    for part in ["`fusion`", "torch.compile", "float64", "182 input sets", "2 minutes ago", "AMD EPYC", "✓ oracle"] {
      #expect(card.contains(part), "\(part) in \(card)")
    }

    // An edit of its meaning makes it stale before the reply; undoing it brings the result back, with nothing run.
    client.change(to: text.text.replacing("exp", with: "sin"), version: 2)
    #expect(try client.labels() == ["stale (was 2.3×)"])
    #expect(try detail() == "module · stale (was 2.3×)")
    #expect(try #require(try client.hover(name)).contains("stale"))
    try client.expect("textDocument/publishDiagnostics")
    client.change(to: text.text, version: 3)
    #expect(try client.labels().first == "verified 2.3× [2.2, 2.5] · 3.28 ms a call")
    try client.expect("textDocument/publishDiagnostics")
    // A comment is no change of meaning.
    client.change(to: text.text.replacing("(-1)", with: "(-1)  # rows"), version: 4)
    #expect(try client.labels().first?.hasPrefix("verified") == true)
    try client.expect("textDocument/publishDiagnostics")
    client.change(to: text.text, version: 5)
    try client.expect("textDocument/publishDiagnostics")
    #expect(engine.started.count == 2)

    // Apply: the edit is made when the person chooses, for the version that is open.
    let apply = try client.action("Apply verified replacement (2.31× faster)", at: name)
    #expect(apply["edit"] == nil && apply["command"] == nil)
    let edit = try client.request("codeAction/resolve", apply)["edit"]?["documentChanges"]?[0]
    #expect(edit?["textDocument"] == ["uri": .string(Samples.uri), "version": 5])
    let below: JSONValue = ["line": .int(line + 1), "character": 0]
    #expect(edit?["edits"]?[0]?["range"] == ["start": below, "end": below])
    let inserted = try #require(edit?["edits"]?[0]?["newText"]?.stringValue)
    #expect(inserted.hasSuffix(Samples.block))
    var lines = text.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.insert(contentsOf: inserted.split(separator: "\n").map(String.init), at: line + 1)
    let applied = lines.joined(separator: "\n")
    client.change(to: applied, version: 6)
    try client.expect("textDocument/publishDiagnostics")
    #expect(try client.labels().first == "verified 2.3× [2.2, 2.5] · 3.28 ms a call · applied")
    #expect(try client.action("Apply verified", at: name)["disabled"]?["reason"] == "it is applied already")

    // Editing the op now makes its replacement a lie, which is worth a warning.
    client.change(to: applied.replacing("exp", with: "sin"), version: 7)
    let warning = try client.expect("textDocument/publishDiagnostics").params["diagnostics"]?[0]
    #expect(warning?["code"] == "outdated-replacement" && warning?["severity"] == 2)
    client.change(to: applied, version: 8)
    try client.expect("textDocument/publishDiagnostics")

    let remove = try client.request("codeAction/resolve", client.action("Remove generated replacement", at: name))
    #expect(remove["edit"]?["documentChanges"]?[0]?["edits"]?[0]?["newText"] == "")
    try client.finish()
  }

  @Test("records of an earlier session are shown without anything being run")
  func earlierSession() throws {
    let record = try Samples.record(of: "Model", in: Samples.model, result: Samples.result([Samples.candidate()]))
    let engine = ScriptedEngine(records: [record])
    let client = try TestClient(engine: engine)
    try client.openWithRecords(text)
    #expect(try client.labels() == ["verified 2.3× [2.2, 2.5]"])
    #expect(engine.started.isEmpty)
    try client.finish()
  }

  @Test(
    "every verdict has its honest words",
    arguments: [
      (Verdict.notFaster, "no gain"), (.wrong, "candidate wrong"), (.cheating, "candidate cheated"),
      (.unsafe, "candidate unsafe"), (.inconclusive, "inconclusive: too noisy"),
    ])
  func verdicts(_ verdict: Verdict, _ label: String) throws {
    let record = try Samples.record(
      of: "Model", in: Samples.model, result: Samples.result([Samples.candidate(verdict: verdict)]))
    let client = try TestClient(engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    #expect(try client.labels() == [label])
    #expect(try #require(try client.hover(text.position("name"))).contains(label))
    let apply = try client.action("Apply verified replacement", at: text.position("name"))
    #expect(apply["disabled"]?["reason"]?.stringValue?.contains(label) == true)
    try client.finish()
  }

  @Test("a rewrite that removes work is never the headline, and is offered apart, for the person to consent to")
  func consent() throws {
    let pruning = Samples.candidate("c2", ratio: 9, labels: [.algebraicPruning], idea: "drop the unused half")
    let result = Samples.result([Samples.candidate(), pruning])
    let record = try Samples.record(of: "Model", in: Samples.model, result: result)
    let client = try TestClient(engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    #expect(try client.labels() == ["verified 2.3× [2.2, 2.5]"])
    let name = text.position("name")
    let apart = try client.action("Apply 9.00× replacement (removes work: drop the unused half)", at: name)
    _ = try client.action("Apply verified replacement (2.31× faster)", at: name)
    #expect(try client.request("codeAction/resolve", apart)["edit"] != nil)
    // With consent in the settings it is the headline.
    client.notify("workspace/didChangeConfiguration", ["settings": ["allow": ["algebraic-pruning"]]])
    _ = try client.action("Apply verified replacement (9.00× faster)", at: name)
    try client.finish()
  }

  @Test("a search that needs consent for all it found says so instead of claiming a speedup")
  func onlyWithConsent() throws {
    let pruning = Samples.candidate("c2", ratio: 9, labels: [.precisionChange])
    let record = try Samples.record(of: "Model", in: Samples.model, result: Samples.result([pruning]))
    let client = try TestClient(engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    #expect(try client.labels() == ["awaits your consent"])
    let apply = try client.action("Apply verified replacement", at: text.position("name"))
    #expect(apply["disabled"]?["reason"]?.stringValue?.contains("consent") == true)
    #expect(try #require(try client.hover(text.position("name"))).contains("changes precision"))
    try client.finish()
  }

  @Test("preview shows the edit as a diff, the report everything, both as documents")
  func previewAndReport() throws {
    let record = try Samples.record(
      of: "Model", in: Samples.model, profile: Samples.profile, result: Samples.result([Samples.candidate()]))
    let client = try TestClient(engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    let name = text.position("name")
    for (title, part) in [("Preview candidate", "+Model.forward = _kw"), ("Show report", "it reads the input once")] {
      let uri = try #require(try client.run(client.action(title, at: name))["uri"]?.stringValue)
      let shown = try client.expect("window/showDocument")
      #expect(shown.params["uri"]?.stringValue == uri)
      shown.reply(["success": true])
      let path = try #require(FilePath.path(of: uri))
      #expect(try String(contentsOfFile: path, encoding: .utf8).contains(part))
    }
    try client.finish()
  }
}
