import Foundation

/// Measures where an op's time goes.
public enum Profiler {
  /// Seconds for each of the two series of runs, as the op is and with every call timed.
  private static let budget = 0.5
  /// An op that needs longer than this for a handful of runs is not profiled.
  private static let timeout = Duration.seconds(300)

  /// Runs the op on its example inputs in a sandboxed worker, in `eval()` under `torch.inference_mode`, a few times as it
  /// is and a few times with every ATen call timed; about a second and a half, and two more for PyTorch to load.
  /// - Parameter device: the roofs; without measured ones there are times but no fractions.
  /// - Throws: ``WorkerFailure``: `raised` with the line when the op or its inputs raise.
  public static func profile(
    _ reference: OpReference, environment: RunnerEnvironment, device: DeviceFacts, seed: UInt64 = 0
  ) async throws -> OpProfile {
    let worker = try await Worker.launch(
      role: .reference, environment: environment, workspace: reference.workspace, arena: nil)
    defer { worker.terminate() }
    _ = try await worker.load(reference)
    return try await profile(loadedIn: worker, device: device, seed: seed)
  }

  /// As above, in a worker of the role `reference` that has loaded the op already.
  public static func profile(loadedIn worker: Worker, device: DeviceFacts, seed: UInt64 = 0) async throws -> OpProfile {
    let reply = try await worker.request(
      "profile", Request(seed: seed & (1 << 63 - 1), budget: budget), reply: ProfileReply.self, timeout: timeout)
    guard reply.totalMs.isFinite, reply.totalMs > 0, reply.overheadMs.isFinite, reply.overheadMs >= 0,
      reply.calls.allSatisfy({ $0.ms.isFinite && $0.ms >= 0 })
    else {
      throw WorkerFailure.protocolViolation("the profile's times are no times")
    }
    return OpProfile(reply, device: device, date: Date())
  }

  struct Request: Encodable, Sendable {
    var seed: UInt64
    var budget: Double
    enum CodingKeys: String, CodingKey {
      case seed
      case budget = "budget_s"
    }
  }
}
