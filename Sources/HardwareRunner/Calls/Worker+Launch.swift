import CRunner
import Foundation
import Synchronization

extension Worker {
  /// Starts a process and waits until its Python has PyTorch loaded (a second or two).
  /// - Parameters:
  ///   - workspace: folder bound read-only so that the user's imports work.
  ///   - arena: shared memory, the worker's alone: never give two workers the same.
  ///   - policy: nil for the defaults of the role.
  ///   - background: what it belongs to while it isn't needed yet; the caller takes it out again.
  /// - Throws: ``EnvironmentProblem`` without PyTorch, ``WorkerFailure`` when the process doesn't come up.
  public static func launch(
    role: WorkerRole, environment: RunnerEnvironment, workspace: String?, arena: SharedArena?,
    policy: SandboxPolicy? = nil, background: BackgroundProcesses? = nil, timeout: Duration = .seconds(120)
  ) async throws -> Worker {
    try environment.python.requireTorch()
    // What was on its way when the job was stopped would live for a moment and be seen.
    guard !environment.registry.isClosed else { throw WorkerFailure.terminated }
    let policy = policy ?? .usual(role)
    let input = try Descriptor.pipe()
    let output = try Descriptor.pipe()
    let printed = try Descriptor.pipe()
    let prepared = try environment.sandbox.command(
      ["-I", "-c", WorkerSources.boot], policy: policy, environment: environment, workspace: workspace,
      standard: [input.read.number, output.write.number, printed.write.number, arena?.descriptor ?? -1])
    let child: ChildProcess
    do {
      child = try await ChildProcess.spawn(prepared.command, descriptors: prepared.descriptors)
    } catch {
      await prepared.group?.remove()
      throw error
    }
    // The child has its own of these now; were ours left open, no end of stream would ever be seen.
    for end in [input.read, output.write, printed.write] + prepared.held { end.close() }

    let kill = TreeKiller(child: child)
    environment.registry.register(child, kill: kill.callAsFunction)
    let registry = environment.registry
    let group = prepared.group
    Task.detached {
      _ = await child.wait()
      registry.remove(ObjectIdentifier(child))
      await group?.remove()
    }
    let drain = OutputDrain(printed.read, limit: policy.outputBytes, onFlood: kill.callAsFunction)
    let thread = WorkThread(name: "worker \(role.rawValue)")
    let channel = WorkerChannel(commands: input.write, replies: output.read, drain: drain)
    let boot = BootMessage(
      modules: WorkerSources.modules(for: role), role: role, path: environment.python.searchPath,
      limits: limits(policy, arena: arena, sandboxed: environment.sandbox.isSandboxed),
      arena: arena.map { BootMessage.Arena(descriptor: 3, size: $0.size) }, threads: environment.threads,
      timed: policy.isTimed)
    return try await thread.run {
      do {
        return try start(role, channel, thread, child, kill, prepared, arena, boot, background, timeout)
      } catch {
        let wasStopped = kill.wasCalled && !drain.flooded
        kill()
        throw wasStopped ? WorkerFailure.terminated : error
      }
    }
  }

  private static func start(
    _ role: WorkerRole, _ channel: WorkerChannel, _ thread: WorkThread, _ child: ChildProcess, _ kill: TreeKiller,
    _ prepared: SandboxedCommand, _ arena: SharedArena?, _ boot: BootMessage, _ background: BackgroundProcesses?,
    _ timeout: Duration
  ) throws -> Worker {
    let deadline = crunner_now() + timeout.nanoseconds
    var root = child.pid
    if let information = prepared.information {
      guard let reported = try Bubblewrap.rootProcess(information: information, deadline: deadline) else {
        _ = child.blockingWait(seconds: 2)
        channel.drain.blockingWait(seconds: 1)
        throw WorkerFailure.launchFailed(channel.drain.text)
      }
      root = reported
    }
    let tree = ProcessTree(child: child, root: root, hasNamespace: prepared.information != nil)
    kill.tree = tree
    background?.add(tree)
    // Handed to a worker at once, so that everything that can go wrong from here on is told in one way.
    let starting = Worker(
      role: role, arena: arena, tree: tree, thread: thread, channel: channel, scratch: prepared.scratch)
    return try starting.guarded {
      do {
        try channel.commands.writeAll(WorkerChannel.frame(try JSONEncoder().encode(boot)), deadline: deadline)
      } catch WorkerFailure.exited {
        // It died before it had read everything; why is told by what follows.
      }
      let hello = try starting.receive(HelloMessage.self, id: 0, deadline: deadline, timeout: timeout)
      var interpreter: pid_t?
      if prepared.information != nil {
        var children = [pid_t](repeating: 0, count: 4)
        guard crunner_children(root, &children, 4) == 1 else {
          throw WorkerFailure.protocolViolation("the sandbox's first process should have one child")
        }
        interpreter = children[0]
      }
      starting.setUp(interpreter: interpreter, hello)
      try starting.rest()
      return starting
    }
  }

  private static func limits(_ policy: SandboxPolicy, arena: SharedArena?, sandboxed: Bool) -> [String: Int] {
    var limits = [
      "DATA": policy.memoryBytes,
      // Shared mappings count here only. The slack is for what is reserved and never used.
      "AS": policy.memoryBytes + (arena?.size ?? 0) + (16 << 30)
        + (policy.preload == nil ? 0 : GuardedMemory.reservedBytes),
      "FSIZE": policy.fileBytes,
      "NOFILE": 1024,
      "CORE": 0,
    ]
    // Outside a user namespace of its own the count would be over all of the person's processes.
    if sandboxed { limits["NPROC"] = policy.processes }
    return limits
  }
}

extension SandboxPolicy {
  /// The policy of a role.
  static func usual(_ role: WorkerRole) -> SandboxPolicy {
    var policy = SandboxPolicy(flavour: role == .candidate ? .candidate : .reference)
    policy.isTimed = role != .oracle
    return policy
  }
}

/// Kills a worker by what is known of it so far: the child, later its whole tree.
final class TreeKiller: Sendable {
  private let child: ChildProcess
  private let known = Mutex<(tree: ProcessTree?, wasCalled: Bool)>((nil, false))

  init(child: ChildProcess) { self.child = child }

  var tree: ProcessTree? {
    get { known.withLock { $0.tree } }
    set { known.withLock { $0.tree = newValue } }
  }

  /// Whether it was our side that ended the worker, whatever the worker's end then looked like.
  var wasCalled: Bool { known.withLock { $0.wasCalled } }

  func callAsFunction() {
    let tree = known.withLock { known in
      known.wasCalled = true
      return known.tree
    }
    // Before the sandbox has reported its first process, killing the outer one would orphan the inner one, which asks to
    // die with it only a moment after it was made: they are stopped first, and then killed one by one.
    (tree ?? ProcessTree(child: child, root: child.pid, hasNamespace: false)).kill()
  }
}
