import Testing

@testable import HardwareRunner

@Suite("What is got ready in the background", .serialized, .enabled(if: Machine.canSandbox))
struct BackgroundProcessesTests {
  @Test("stands still while something is timed, whoever wants it to run, and then goes on")
  func standsStill() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let background = BackgroundProcesses()
    let launch = try await background.whileQuiet {
      let launch = Task {
        try await Worker.launch(
          role: .device, environment: environment, workspace: nil, arena: nil, background: background)
      }
      while background.trees.first?.isFrozen != true { try await Task.sleep(for: .milliseconds(1)) }
      let tree = try #require(background.trees.first)
      tree.thaw()
      #expect(tree.isFrozen)
      return launch
    }
    let worker = try await launch.value
    #expect(!worker.tree.isFrozen)
    // Nobody asked for a resting one to run: the end of a pause is no reason to.
    try worker.tree.freeze()
    try await background.whileQuiet { #expect(worker.tree.isFrozen) }
    #expect(worker.tree.isFrozen)
    try await background.whileQuiet { worker.tree.thaw() }
    #expect(!worker.tree.isFrozen)
  }

  @Test("is killed with the rest, and so is what comes later")
  func terminates() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let background = BackgroundProcesses()
    background.terminate()
    await #expect(throws: WorkerFailure.self) {
      _ = try await Worker.launch(
        role: .device, environment: environment, workspace: nil, arena: nil, background: background)
    }
  }
}
