import CRunner
import Foundation
import Testing

@testable import HardwareRunner

@Suite("Stopping a worker while its sandbox is being made", .serialized)
struct EarlyStopTests {
  @Test("leaves no process behind, whatever the moment", .enabled(if: Machine.canSandbox), arguments: 0..<12)
  func early(step: Int) async throws {
    let environment = try await Machine.environment()
    // Other suites have sandboxes of their own at the same time: this one's processes are known by its workspace.
    let mark = "early-\(UUID().uuidString)"
    let workspace = FileManager.default.temporaryDirectory.appending(path: mark)
    try FileManager.default.createDirectory(at: workspace, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: workspace) }
    let launch = Task {
      try await Worker.launch(role: .device, environment: environment, workspace: workspace.path, arena: nil)
    }
    let begun = crunner_now()
    while environment.registry.count == 0 && crunner_now() - begun < 30_000_000_000 { await Task.yield() }
    // Some moments of the few milliseconds in which bubblewrap makes its namespaces.
    while crunner_now() - begun < UInt64(step) * 1_000_000 { await Task.yield() }
    environment.registry.killAll()
    await #expect(throws: WorkerFailure.terminated) { _ = try await launch.value }
    let deadline = crunner_now() + 10_000_000_000
    while !processes(naming: mark).isEmpty && crunner_now() < deadline { try await Task.sleep(for: .milliseconds(5)) }
    #expect(processes(naming: mark) == [])
  }

  @Test("what is asked for after the stop is not started", .enabled(if: Machine.canSandbox))
  func late() async throws {
    let environment = try await Machine.environment()
    environment.registry.killAll()
    await #expect(throws: WorkerFailure.terminated) {
      _ = try await Worker.launch(role: .device, environment: environment, workspace: nil, arena: nil)
    }
    #expect(environment.registry.count == 0 && environment.registry.isClosed)
  }

  /// The processes with this in their arguments (bubblewrap) or among their mounts (what it has started).
  private func processes(naming mark: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { pid in
      pid.allSatisfy(\.isNumber)
        && ["cmdline", "mountinfo"].contains { name in
          (try? String(contentsOfFile: "/proc/\(pid)/\(name)", encoding: .utf8))?.contains(mark) == true
        }
    }
  }
}
