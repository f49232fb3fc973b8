import CRunner
import Foundation
import Testing

@testable import HardwareRunner

@Suite("Messages on the wire agree with protocol/worker", .serialized)
struct ProtocolTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("protocol/worker")
  let validator = SchemaValidator(folder: folder)

  private func expect(_ bytes: some Sequence<UInt8>, _ schema: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(bytes))
    #expect(try validator.problems(value, schema: schema) == [], "\(schema): \(value)")
  }

  @Test("the validator refuses what is wrong")
  func validatorWorks() throws {
    for text in [
      #"{"id":1,"do":"describe","more":1}"#, #"{"id":0,"do":"describe"}"#, #"{"id":1,"do":"set_threads"}"#,
      #"{"id":1,"do":"set_training","training":1}"#, #"{"id":true,"do":"describe"}"#,
      #"{"id":1,"do":"null_outputs","offset":0,"outputs":[{"dtype":"float31","shape":[],"strides":[],"offset":0}]}"#,
    ] {
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect(try validator.problems(value, schema: "command.schema.json") != [], "\(text)")
    }
  }

  @Test("the commands that we send")
  func commands() throws {
    let tensor = TensorLayout(contiguous: .bfloat16, shape: [2, 3], offset: 4096)
    let directive = OpReference(
      path: "/a/b.py", source: "", name: "f", kind: .function,
      inputs: .directive(tensors: [.init(name: "x", dtype: .int64, shape: [])], initArguments: "(1,)"), workspace: "/a")
    func command(_ name: String, _ body: some Encodable) throws {
      try expect(
        try JSONEncoder().encode(WorkerCommand(id: 3, command: name, body: body)), "command.schema.json")
    }
    try command(
      "load",
      Worker.LoadMessage(
        reference: ReferenceMessage(directive), contender: "candidate", candidate: "x = 1", describe: false))
    try command("describe", NoBody())
    try command("settings", NoBody())
    try command("export_state", Worker.OffsetMessage(offset: 4096))
    for copy in [nil, 8192] {
      try command(
        "prepare",
        PrepareMessage(
          sequence: 1, mode: .gradients, arguments: [.tensor(tensor), .list([.literal("3"), .tuple([])])],
          upstream: [tensor], region: [4096, 12], copy: copy))
    }
    try expect(
      try JSONEncoder().encode(
        BootMessage(
          modules: WorkerSources.modules(for: .candidate), role: .candidate, path: ["/x"], limits: ["CORE": 0],
          arena: .init(descriptor: 3, size: 4096), threads: 2, timed: true)), "boot.schema.json")
  }

  @Test("a candidate's process gets none of the oracle's modules")
  func candidateModules() {
    for role in [WorkerRole.candidate, .baseline, .null] {
      #expect(!WorkerSources.modules(for: role).keys.contains { $0.contains("oracle") })
    }
    #expect(WorkerSources.modules(for: .oracle).keys.contains("oracle"))
  }

  @Test(
    "the replies that we get",
    .enabled(if: Machine.canSandbox, "needs bubblewrap, and KERNELWRIGHT_TEST_PYTHON with PyTorch"))
  func replies() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let reference = project.reference(linearSource)
    let source = try await Worker.launch(
      role: .reference, environment: environment, workspace: project.folder, arena: try SharedArena(size: 1 << 20))
    func reply(_ worker: Worker, _ name: String, _ body: some Encodable & Sendable, frames: Int = 1) async throws
      -> [[UInt8]]
    {
      try await worker.thread.run {
        let deadline = crunner_now() + 60_000_000_000
        try worker.resume()
        if name == "prepare" { crunner_store(worker.arena!.go, 1) }
        _ = try worker.send(name, body, deadline: deadline)
        return try (0..<frames).map { _ in try worker.receiveFrame(deadline: deadline, timeout: .seconds(60)) }
      }
    }
    func load(_ name: String) -> Worker.LoadMessage {
      var reference = reference
      reference.name = name
      return Worker.LoadMessage(
        reference: ReferenceMessage(reference), contender: "eager", candidate: nil, describe: true)
    }
    for body in [load("Model"), load("Missing")] {
      try expect(try await reply(source, "load", body)[0], "reply.schema.json")
    }
    try expect(
      try await reply(source, "export_state", Worker.OffsetMessage(offset: 4096))[0], "reply.schema.json")
    let contender = try await launch(.eager, reference, in: environment)
    let layout = TensorLayout(contiguous: .float32, shape: [4, 8], offset: 4096)
    let prepare = PrepareMessage(
      sequence: 1, mode: .gradients, arguments: [.tensor(layout)], upstream: [], region: [4096, layout.extent],
      copy: 8192)
    let frames = try await reply(contender.worker, "prepare", prepare, frames: 2)
    try expect(frames[0], "reply.schema.json")
    try expect(frames[1], "done.schema.json")
  }
}
