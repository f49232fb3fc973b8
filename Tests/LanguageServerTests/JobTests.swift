import Engine
import HardwareRunner
import JSONRPC
import SourceIndex
import Testing

@testable import LanguageServer

@Suite("Jobs")
struct JobTests {
  private let text = Marked(Samples.model)

  /// Starts an optimisation and takes part until its progress has begun.
  private func start(_ client: TestClient, _ engine: ScriptedEngine) throws -> ScriptedEngine.Started {
    _ = try client.run(client.action("Optimize this op", at: text.position("name")))
    let started = try #require(engine.waitForStart())
    try client.expect("window/workDoneProgress/create").reply(nil)
    #expect(try client.expect("$/progress").params["value"]?["kind"] == "begin")
    return started
  }

  private func ended(_ client: TestClient, _ engine: ScriptedEngine, _ job: ScriptedEngine.Started) throws -> String? {
    engine.post(.cancelled, to: job)
    return try client.expect("$/progress").params["value"]?["message"]?.stringValue
  }

  @Test("the client's stop button, the action and closing the document each stop the job")
  func stopping() throws {
    for way in ["button", "action", "close"] {
      let engine = ScriptedEngine()
      let client = try TestClient(engine: engine)
      try client.open(text)
      let job = try start(client, engine)
      #expect(try client.labels() == ["optimizing …"])
      switch way {
      case "button":
        client.notify("window/workDoneProgress/cancel", ["token": "Optimizing Model"])
        #expect(engine.waitForStop() == [job.job.rawValue])
      case "action":
        let reply = try client.run(client.action("Stop optimizing Model", at: text.position("name")))
        #expect(reply == ["cancelled": [.string(job.job.rawValue)]])
        #expect(engine.waitForStop() == [job.job.rawValue])
        #expect(try client.labels() == ["stopping …"])
      default:
        client.notify("textDocument/didClose", ["textDocument": ["uri": .string(Samples.uri)]])
        #expect(engine.waitForStop() == [Samples.path])
      }
      engine.post(.judged(Samples.candidate(verdict: .wrong)), to: job)
      #expect(try ended(client, engine, job) == "Model: stopped. 1 candidate measured, and kept.")
      if way != "close" {
        #expect(try client.labels() == ["not measured yet"])
      }
      try client.finish()
    }
  }

  @Test("an interrupted search is offered for resumption, and taken up under its own number")
  func resuming() throws {
    let resumable = ResumableJob(job: JobID(rawValue: "old"), kind: .optimize, judged: 3)
    let record = try Samples.record(of: "Model", in: Samples.model, resumable: resumable)
    let engine = ScriptedEngine(records: [record])
    let client = try TestClient(engine: engine)
    try client.openWithRecords(text)
    #expect(try client.labels() == ["interrupted"])
    let resume = try client.action(
      "Resume optimizing Model (interrupted; 3 candidates measured)", at: text.position("name"))
    #expect(try client.run(resume) == ["job": "old"])
    let job = try #require(engine.waitForStart())
    #expect(job.resumes)
    try client.expect("window/workDoneProgress/create").reply(nil)
    try client.expect("$/progress")
    engine.post(.finished(Samples.result([Samples.candidate()])), to: job)
    try client.expect("$/progress")
    #expect(try client.labels() == ["verified 2.3× [2.2, 2.5]"])
    try client.finish()
  }

  @Test("progress says what is tried and the best so far, at most ten times a second, and never falls")
  func throttling() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(text)
    let job = try start(client, engine)
    client.allowed.insert("$/progress")
    for step in 0..<2000 {
      engine.post(
        .progress(JobProgress(fraction: Double(step % 1000) / 1000, message: "trying \(step)", best: 1.7)), to: job)
    }
    engine.post(.finished(nil), to: job)
    while client.allowedParams["$/progress"]?.last?["value"]?["kind"] != "end" { _ = try client.labels() }
    let reports = client.allowedParams["$/progress"] ?? []
    // The test's own second at the very most, and the end.
    #expect(reports.count < 50)
    #expect(reports.last?["value"]?["kind"] == "end")
    let percentages = reports.compactMap { $0["value"]?["percentage"]?.intValue }
    #expect(percentages == percentages.sorted())
    if let report = reports.first(where: { $0["value"]?["kind"] == "report" }) {
      #expect(report["value"]?["message"]?.stringValue?.contains("best so far 1.70× (coarse)") == true)
    }
    try client.finish()
  }

  @Test("a job that is over before the client has agreed to hear of it still gets its beginning and its end")
  func shortJob() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(text)
    _ = try client.run(client.action("Profile this op", at: text.position("name")))
    let job = try #require(engine.waitForStart())
    let create = try client.expect("window/workDoneProgress/create")
    engine.post(.finished(nil), to: job)
    create.reply(nil)
    #expect(try client.expect("$/progress").params["value"]?["kind"] == "begin")
    #expect(try client.expect("$/progress").params["value"]?["kind"] == "end")
    try client.finish()
  }

  @Test("a token says what is done, as some clients show it, and is never used twice")
  func tokens() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(text)
    for expected in ["Profiling Model", "Profiling Model (2)"] {
      _ = try client.run(client.action("Profile this op", at: text.position("name")))
      let job = try #require(engine.waitForStart())
      let create = try client.expect("window/workDoneProgress/create")
      #expect(create.params == ["token": .string(expected)])
      create.reply(nil)
      #expect(try client.expect("$/progress").params["token"]?.stringValue == expected)
      engine.post(.finished(nil), to: job)
      #expect(try client.expect("$/progress").params["token"]?.stringValue == expected)
    }
    try client.finish()
  }

  @Test("a client that refuses the token hears no progress")
  func refusedToken() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(text)
    _ = try client.run(client.action("Profile this op", at: text.position("name")))
    let job = try #require(engine.waitForStart())
    try client.expect("window/workDoneProgress/create").fail(-32601)
    engine.post(.finished(nil), to: job)
    try client.finish()
  }

  @Test("a failure is shown once, as a sentence; the same one again only goes to the log")
  func failures() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(text)
    for attempt in 0..<2 {
      let job = try start(client, engine)
      engine.post(.failed("no compiler was found: install g++.", .environment), to: job)
      try client.expect("$/progress")
      if attempt == 0 {
        let shown = try client.expect("window/showMessage").params
        #expect(shown == ["type": 2, "message": "Model: no compiler was found: install g++."])
      }
    }
    try client.finish()
  }

  @Test("a client without progress is told the verdict, because there is no other place to say it")
  func withoutProgress() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(Capabilities.modern(with: "window.workDoneProgress", false), engine: engine)
    try client.open(text)
    _ = try client.run(client.action("Optimize this op", at: text.position("name")))
    let job = try #require(engine.waitForStart())
    engine.post(.finished(Samples.result([Samples.candidate()])), to: job)
    let shown = try client.expect("window/showMessage").params
    #expect(shown["message"] == "Model: verified 2.31× [2.22, 2.41] against eager.")
    try client.finish()
  }

  @Test("what the engine gets: the editor's text, its settings over the workspace's, and the directive's guidance")
  func request() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(
      engine: engine, options: ["kernelwright": ["python": "/usr/bin/python3", "budgetSeconds": 90]]
    ) {
      $0.settingsForWorkspace = { workspace in
        EngineSettings(python: "/workspace/python", device: "cpu", budgetSeconds: 10, model: workspace)
      }
    }
    let text = Marked(
      "import torch\n\n# kernelwright: x=f32[4] guide=\"keep fp32\"\ndef ⟦name⟧f(x):\n    return torch.exp(x)\n")
    try client.open(text)
    let argument: JSONValue = ["uri": .string(Samples.uri), "name": "f", "guidance": ["use one pass"]]
    let id = client.ask(
      "workspace/executeCommand", ["command": "kernelwright.optimize", "arguments": [argument]])
    let request = try #require(engine.waitForStart()).request
    #expect(request.settings.python == "/usr/bin/python3" && request.settings.budgetSeconds == 90)
    #expect(request.settings.model == "/project" && request.workspace == "/project")
    #expect(request.guidance == ["keep fp32", "use one pass"])
    #expect(request.document.text.string == text.text && request.file == Samples.path)
    _ = try client.reply(to: id)
    try client.expect("window/workDoneProgress/create")
    try client.finish()
  }

  @Test("a folder that leaves takes its jobs along: their progress ends, and its engine is closed")
  func removedFolder() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(text)
    _ = try start(client, engine)
    client.notify(
      "workspace/didChangeWorkspaceFolders",
      ["event": ["added": [], "removed": [["uri": "file:///project", "name": "project"]]]])
    let end = try client.expect("$/progress").params["value"]
    #expect(end?["kind"] == "end" && end?["message"]?.stringValue?.contains("left the workspace") == true)
    try client.finish()
    #expect(engine.isClosed)
  }

  @Test("an engine that can't be opened is one clear sentence to whoever asked, and nothing else breaks")
  func engineFailure() throws {
    let client = try TestClient(engine: ScriptedEngine(failsToOpen: "the disk is on fire"))
    try client.open(text)
    let action = try client.action("Optimize this op", at: text.position("name"))
    let error = #expect(throws: ResponseError.self) { try client.run(action) }
    #expect(error?.code == .requestFailed && error?.message.contains("the disk is on fire") == true)
    #expect(try client.labels() == ["not measured yet"])
    try client.finish()
  }
}
