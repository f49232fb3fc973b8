import Foundation
import Synchronization
import Testing

@testable import HardwareRunner

@Suite("The number of processes in a sandbox", .serialized)
struct ProcessLimitTests {
  /// What can bound them for whoever runs the tests. CI runs them as root and as nobody.
  static let limits: [ProcessLimit] = {
    guard geteuid() == 0 else { return [.resourceLimit] }
    return ControlGroup.usableParent().map { [.controlGroup(parent: $0), .ownUser] } ?? [.ownUser]
  }()

  /// Starts processes or threads that stay until there can be no more; at most 200.
  private static let bomb = """
    import threading, time
    def fork_many():
        children = []
        while len(children) < 200:
            try:
                child = os.fork()
            except OSError as error:
                return [len(children), errno.errorcode[error.errno]]
            if child == 0:
                while True: time.sleep(1000)
            children.append(child)
        return [len(children), "endless"]
    def start_many():
        for count in range(200):
            try:
                threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
            except RuntimeError as error:
                return [count, "EAGAIN"]
        return [200, "endless"]
    """

  private struct Answer: Decodable {
    var count: Int
    var reason: String
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      count = try list.decode(Int.self)
      reason = try list.decode(String.self)
    }
  }

  @Test(
    "has a bound that holds for processes and threads, whoever we are", .enabled(if: Machine.canSandbox),
    arguments: limits, ["fork_many()", "start_many()"])
  func bounded(limit: ProcessLimit, expression: String) async throws {
    var environment = try await Machine.environment()
    environment.sandbox.processLimit = limit
    let policy = SandboxPolicy(flavour: .candidate, processes: 64)
    let answer: Answer = try await ask(expression, prelude: Self.bomb, policy: policy, environment: environment)
    #expect(answer.reason == "EAGAIN" && answer.count < 64 && answer.count > 8, "\(limit): \(answer)")
  }

  @Test("root finds a bound that holds for root; everybody else takes the resource limit")
  func detection() {
    let limit = ProcessLimit.detect()
    #expect(Self.limits.contains(limit))
    #expect((limit == .resourceLimit) == (geteuid() != 0 || ProcessInfo.isDarwin))
  }

  @Test("a control group goes when its sandbox has ended", .enabled(if: Machine.canSandbox && geteuid() == 0))
  func removed() async throws {
    guard let parent = ControlGroup.usableParent() else { return }
    let environment = try await Machine.environment()
    #expect(environment.sandbox.processLimit == .controlGroup(parent: parent))
    let project = try Project()
    let worker = try await launch(
      .eager, project.reference("def op(x):\n    return x\n", name: "op", kind: .function), in: environment)
    // Other suites make groups at the same time: this is the one that holds this worker.
    let interpreter = worker.worker.interpreter.withLock { $0 }
    let made = try FileManager.default.contentsOfDirectory(atPath: parent).first { name in
      let members = try? String(contentsOfFile: "\(parent)/\(name)/cgroup.procs", encoding: .utf8)
      return name.hasPrefix("kernelwright-\(getpid())-")
        && members?.split(separator: "\n").contains("\(interpreter)") == true
    }
    let group = parent + "/" + (try #require(made))
    worker.terminate()
    _ = await worker.worker.tree.child.wait()
    let deadline = ContinuousClock.now + .seconds(60)
    while FileManager.default.fileExists(atPath: group), ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(!FileManager.default.fileExists(atPath: group))
  }

  @Test(
    "who stays behind in a group is killed with it: ours, or that of a server that is gone",
    .enabled(if: geteuid() == 0))
  func stragglers() async throws {
    guard let parent = ControlGroup.usableParent() else { return }
    func straggler(in group: String) throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sleep")
      process.arguments = ["1000"]
      try process.run()
      try "\(process.processIdentifier)".write(toFile: group + "/cgroup.procs", atomically: false, encoding: .utf8)
      return process
    }
    let ours = try ControlGroup(in: parent, processes: 4)
    let first = try straggler(in: ours.path)
    await ours.remove()
    first.waitUntilExit()
    #expect(first.terminationReason == .uncaughtSignal && !FileManager.default.fileExists(atPath: ours.path))

    let gone = Process()
    gone.executableURL = URL(fileURLWithPath: "/bin/true")
    try gone.run()
    gone.waitUntilExit()
    let theirs = "\(parent)/kernelwright-\(gone.processIdentifier)-test"
    try FileManager.default.createDirectory(atPath: theirs, withIntermediateDirectories: false)
    let second = try straggler(in: theirs)
    #expect(ControlGroup.usableParent() == parent)
    second.waitUntilExit()
    #expect(second.terminationReason == .uncaughtSignal && !FileManager.default.fileExists(atPath: theirs))
  }

  @Test("groups are looked for where version 1 and version 2 have them")
  func places() {
    let mounts = """
      cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
      cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0
      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
      """
    #expect(
      ControlGroup.candidates(groups: "8:pids:/a\n4:memory:/b\n0::/\n", mounts: mounts)
        == ["/sys/fs/cgroup/pids/a", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified"])
    #expect(
      ControlGroup.candidates(groups: "0::/user.slice/user-0.slice/s\n", mounts: "c /sys/fs/cgroup cgroup2 rw 0 0")
        == [
          "/sys/fs/cgroup/user.slice/user-0.slice/s", "/sys/fs/cgroup/user.slice/user-0.slice",
          "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup",
        ])
  }
}

extension ProcessInfo {
  fileprivate static var isDarwin: Bool {
    #if os(macOS)
      true
    #else
      false
    #endif
  }
}
