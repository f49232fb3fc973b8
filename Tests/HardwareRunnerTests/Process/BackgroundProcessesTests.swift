import Foundation
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
    await background.whileQuiet { #expect(worker.tree.isFrozen) }
    #expect(worker.tree.isFrozen)
    await background.whileQuiet { worker.tree.thaw() }
    #expect(!worker.tree.isFrozen)
  }

  @Test("runs when it is wanted, whenever it was taken out")
  func takenOut() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let background = BackgroundProcesses()
    var workers: [Worker] = []
    for _ in 0..<3 {
      workers.append(try await Worker.launch(role: .device, environment: environment, workspace: nil, arena: nil))
    }
    for round in 0..<1000 {
      for worker in workers { background.add(worker.tree) }
      // Taken out while the others are being stopped, or before, or after.
      let taking = Task.detached { [tree = workers[round % 3].tree] in
        usleep(UInt32(round % 50))
        background.remove(tree)
      }
      await background.whileQuiet {}
      await taking.value
      for worker in workers {
        try worker.tree.freeze()
        worker.tree.thaw()
        #expect(!worker.tree.isFrozen)
      }
    }
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
