import CRunner
import Foundation
import Testing

@testable import HardwareRunner

/// Real ops in real workers. Times are a machine's own business; what is counted, and where, is not.
@Suite(
  "Profiling real ops", .serialized,
  .enabled(if: Machine.canSandbox, "needs bubblewrap, and KERNELWRIGHT_TEST_PYTHON with PyTorch"))
struct ProfilerTests {
  private func profile(_ source: String, name: String = "Model", kind: OpReference.Kind = .module) async throws
    -> OpProfile
  {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    return try await Profiler.profile(
      project.reference(source, name: name, kind: kind), environment: environment, device: roundMachine)
  }

  private func line(_ text: String, of source: String) throws -> Int {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return try #require(lines.firstIndex { $0.contains(text) }) + 1
  }

  @Test("calls are put on the line of the file that makes them, with what they move and compute")
  func lines() async throws {
    let source = """
      import torch
      from torch import nn

      def helper(x):
          return x * 2.0  # in a helper

      class Model(nn.Module):
          def __init__(self):
              super().__init__()
              self.layers = nn.Sequential(
                  nn.Linear(64, 32), nn.ReLU())

          def forward(self, x):
              y = self.layers(x)  # in a library's module
              z = helper(y).t().reshape(32, 128)
              return torch.softmax(z.contiguous(), dim=-1)  # last

      def get_inputs():
          return [torch.randn(128, 64)]
      """
    let result = try await profile(source)
    let expected = try ["# in a helper", "self.layers(x)", "helper(y)", "# last"].map { try line($0, of: source) }
    #expect(result.lines.map(\.line) == expected)
    let helper = result.lines[0]
    #expect(helper.ops == ["mul"] && helper.bytes == 2 * 128 * 32 * 4 && helper.flops == 128 * 32)
    let linear = result.lines[1]
    #expect(linear.ops == ["linear", "relu"])
    #expect(linear.flops == 2 * 128 * 64 * 32 + 128 * 32)
    #expect(linear.bytes == 4 * (128 * 64 + 64 * 32 + 32 + 128 * 32) + 2 * 4 * 128 * 32)
    let reshaped = result.lines[2]
    #expect(reshaped.bytes == 2 * 128 * 32 * 4 || reshaped.bytes == 0)
    #expect(result.lines[3].flops == 5 * 128 * 32)
    #expect(result.lines.filter { !$0.counted } == [])
    #expect(result.lines.reduce(0) { $0 + $1.share } <= 1.000001)
    #expect(result.totalMs > 0 && result.runs >= 2)

    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    var report = try #require(
      try JSONSerialization.jsonObject(with: try encoder.encode(result)) as? [String: Any])
    report["file"] = "/a/op.py"
    report["op"] = "Model"
    try ReportSchemas.expect(try JSONSerialization.data(withJSONObject: report), "profile.schema.json")
  }

  @Test("convolutions, poolings, attention and products are counted as textbooks do")
  func operations() async throws {
    let source = """
      import torch
      import torch.nn.functional as F
      from torch import nn

      class Model(nn.Module):
          def __init__(self):
              super().__init__()
              self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)

          def forward(self, image, q):
              a = self.conv(image)
              b = F.avg_pool2d(a, 2)
              c = F.scaled_dot_product_attention(q, q, q)
              d = torch.einsum("hij,hkj->hik", q, q)
              q[:, 0] += 1.0
              e = F.embedding(torch.tensor([1, 2]), q[0])
              return b, c, d, e

      def get_inputs():
          return [torch.randn(2, 3, 16, 16), torch.randn(4, 32, 8)]
      """
    let result = try await profile(source)
    func found(_ text: String) throws -> LineProfile {
      let number = try line(text, of: source)
      return try #require(result.lines.first { $0.line == number })
    }
    #expect(try found("self.conv(image)").flops == 2 * 2 * 8 * 16 * 16 * 3 * 9)
    #expect(try found("avg_pool2d").flops == 2 * 8 * 8 * 8 * 4)
    #expect(try found("scaled_dot").flops == 2 * 4 * 32 * 32 * (8 + 8))
    #expect(try found("scaled_dot").bytes == 2 * 4 * 32 * 8 * 4)
    #expect(try found("einsum").flops == 2 * 4 * 32 * 32 * 8)
    // A gather reads the rows it is asked for, not the whole table.
    #expect(try found("embedding").bytes < 32 * 8 * 4)
    #expect(result.lines.filter { !$0.counted } == [])
  }

  @Test("a function whose time is Python's is told so")
  func overhead() async throws {
    let source = """
      import torch

      def f(x):
          total = 0
          for i in range(200000):
              total += i
          return x + total

      def get_inputs():
          return [torch.randn(4)]
      """
    let result = try await profile(source, name: "f", kind: .function)
    #expect(result.overheadMs > 0.5 * result.totalMs)
    #expect(result.diagnostic?.hasPrefix("Python overhead dominates") == true)
  }

  @Test("an op that raises says where")
  func raises() async throws {
    let source = """
      import torch

      def f(x):
          y = x + 1
          return y @ torch.ones(3)

      def get_inputs():
          return [torch.randn(4)]
      """
    let failure = await #expect(throws: WorkerFailure.self) {
      _ = try await profile(source, name: "f", kind: .function)
    }
    guard case .raised(_, _, let line, _) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(line == 5)
  }

  @Test("the messages are as protocol/worker has them")
  func messages() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let worker = try await referenceWorker(project.reference(linearSource), in: environment)
    let body = Profiler.Request(seed: 1, budget: 0.01)
    try ReportSchemas.expect(
      WorkerCommand(id: 3, command: "profile", body: body), "profile.schema.json", in: "worker")
    try ReportSchemas.expect(try await reply(worker, "profile", body), "profile.schema.json", in: "worker")

    let device = try await Worker.launch(role: .device, environment: environment, workspace: nil, arena: nil)
    let request = DeviceFacts.Request(levels: [.init(level: .dram, workingSet: 1 << 20)], budget: 0.01)
    try ReportSchemas.expect(
      WorkerCommand(id: 3, command: "measure_device", body: request), "measure_device.schema.json", in: "worker")
    try ReportSchemas.expect(
      try await reply(device, "measure_device", request), "measure_device.schema.json", in: "worker")
  }

  private func reply(_ worker: Worker, _ name: String, _ body: some Encodable & Sendable) async throws -> Data {
    try await worker.thread.run {
      let deadline = crunner_now() + 60_000_000_000
      try worker.resume()
      _ = try worker.send(name, body, deadline: deadline)
      return Data(try worker.receiveFrame(deadline: deadline, timeout: .seconds(60)))
    }
  }
}
