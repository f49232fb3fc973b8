import CRunner
import Foundation
import Testing

@testable import HardwareRunner

@Suite("Stopping a worker while its sandbox is being made", .serialized)
struct EarlyStopTests {
  @Test("leaves no process behind, whatever the moment", .enabled(if: Machine.canSandbox), arguments: 0..<12)
  func early(step: Int) async throws {
    let environment = try await Machine.environment()
    let launch = Task {
      try await Worker.launch(role: .device, environment: environment, workspace: nil, arena: nil)
    }
    let begun = crunner_now()
    while environment.registry.count == 0 && crunner_now() - begun < 30_000_000_000 { await Task.yield() }
    // Some moments of the few milliseconds in which bubblewrap makes its namespaces.
    while crunner_now() - begun < UInt64(step) * 1_000_000 { await Task.yield() }
    environment.registry.killAll()
    await #expect(throws: WorkerFailure.terminated) { _ = try await launch.value }
    let ours = "\(getpid())"
    func orphans() -> [String] {
      let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return processes.filter { pid in
        guard pid.allSatisfy(\.isNumber),
          let groups = try? String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)
        else { return false }
        return groups.contains("/kernelwright-\(ours)-")
      }
    }
    // Other suites have workers of their own at the same time: only what stays counts.
    let deadline = crunner_now() + 30_000_000_000
    let atFirst = Set(orphans())
    while !atFirst.isDisjoint(with: orphans()) && crunner_now() < deadline { await Task.yield() }
    #expect(atFirst.isDisjoint(with: orphans()))
  }
}
