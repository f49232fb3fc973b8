import CRunner
import Foundation
import Synchronization
import Testing

@testable import HardwareRunner

@Suite(
  "The sandbox", .serialized,
  .enabled(if: Machine.canSandbox, "needs bubblewrap, and KERNELWRIGHT_TEST_PYTHON with PyTorch"))
struct IsolationTests {
  @Test("there is no network, not even to the host's loopback, and no way around it")
  func network() async throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        _ = getsockname(listener, $0, &length)
      }
    }
    #expect(listen(listener, 1) == 0)
    let port = UInt16(bigEndian: address.sin_port)
    let answers: [String] = try await ask(
      """
      [attempt(socket.create_connection, ("127.0.0.1", \(port)), 5),
                       attempt(socket.create_connection, ("8.8.8.8", 53), 5),
                       attempt(socket.socket, socket.AF_UNIX), attempt(socket.socket, 40, socket.SOCK_STREAM),
                       attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW)]
      """)
    #expect(answers == ["ECONNREFUSED", "ENETUNREACH", "EPERM", "EPERM", "EPERM"])
  }

  @Test("the environment holds what is on the list and nothing of ours")
  func environmentVariables() async throws {
    setenv("KERNELWRIGHT_TEST_TOKEN", "secret", 1)
    defer { unsetenv("KERNELWRIGHT_TEST_TOKEN") }
    let variables: [String: String] = try await ask("dict(os.environ)")
    let allowed: Set = [
      "PATH", "LANG", "HOME", "TMPDIR", "USER", "LOGNAME", "PYTHONDONTWRITEBYTECODE", "TORCHINDUCTOR_CACHE_DIR",
      "TRITON_CACHE_DIR", "XDG_CACHE_HOME", "TORCHINDUCTOR_COMPILE_THREADS", "CXX", "PWD",
      // Once it is known of this machine.
      "TORCHINDUCTOR_VEC_ISA_OK",
      // PyTorch sets these itself.
      "TORCHINDUCTOR_CACHE_DIR", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK",
    ]
    #expect(Set(variables.keys).subtracting(allowed) == [])
    #expect(variables["HOME"] == SandboxEnvironment.scratch)
  }

  @Test("it leaves the processors to whoever is waited for, from its first moment on")
  func niceness() async throws {
    let ours = try await ShortCommand.run("/usr/bin/nice", [], timeout: .seconds(20)).stdout
    let own = try #require(Int(ours.trimmingCharacters(in: .newlines)))
    let wanted = min(own + SandboxPolicy(flavour: .candidate).niceness, 19)
    #expect(try await ask("os.getpriority(os.PRIO_PROCESS, 0)") == wanted)
    // Where the kernel shares time among sessions, what counts is the session's; and workers start together.
    let question = "open('/proc/self/autogroup').read() if os.path.exists('/proc/self/autogroup') else ''"
    async let first: String = ask(question)
    async let second: String = ask(question)
    async let third: String = ask(question)
    for session in try await [first, second, third] {
      #expect(session.isEmpty || session.hasSuffix(" nice \(wanted)\n"))
    }
  }

  @Test("no process of the host can be seen, and no descriptor is there that the worker doesn't need")
  func processesAndDescriptors() async throws {
    let processes: [String] = try await ask(
      "sorted(open('/proc/%s/comm' % p).read().strip() for p in os.listdir('/proc') if p.isdigit())")
    #expect(processes.count == 2 && processes.contains("bwrap"))
    let files: [String] = try await ask(
      "sorted(os.readlink('/proc/self/fd/' + d).split(':')[0] for d in os.listdir('/proc/self/fd')"
        + " if os.path.lexists('/proc/self/fd/' + d))")
    // Standard streams, commands and replies, the arena, and the handle that mmap keeps of it.
    #expect(files.allSatisfy { ["pipe", "/dev/null", "/memfd"].contains($0) }, "\(files)")
    #expect(files.filter { $0 == "pipe" }.count <= 4, "\(files)")
  }

  @Test("everything but the scratch folders is read-only, and the home folder's files are not there")
  func readOnly() async throws {
    let project = try Project()
    let secret = Machine.home + "/.kernelwright-test-\(getpid())"
    try "secret".write(toFile: secret, atomically: true, encoding: .utf8)
    defer { unlink(secret) }
    let answers: [String: String] = try await ask(
      """
      {p: attempt(open, p + "/x", "w") for p in
                  ["/", "/usr", "/etc", "/dev", "/proc", "/root", "/home", sys.prefix, "\(project.folder)", "/tmp",
                   "/kernelwright", "/dev/shm"]} | {"secret": attempt(open, "\(secret)")}
      """)
    for (path, answer) in answers {
      let writable = ["/tmp", "/kernelwright", "/dev/shm"].contains(path)
      #expect(writable == (answer == "done"), "\(path): \(answer)")
    }
    #expect(answers["secret"] == "ENOENT")
  }

  @Test("what PyTorch's compiler built for itself stands in its cache, read-only, with room beside it")
  func compilerCache() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let cache = InductorCache(environment.python, environment.toolchain)
    await cache.look(in: environment, BackgroundProcesses())
    let header = try #require(cache.files.first { $0.place.hasSuffix(".gch") }).place
    let answers: [String] = try await ask(
      """
      [attempt(open, os.path.expanduser("~/" + p), m)
                       for p, m in [("\(header)", "rb"), ("\(header)", "ab"), ("\(header).new", "w")]]
                      + [attempt(os.remove, os.path.expanduser("~/\(header)"))]
      """)
    #expect(Array(answers.prefix(3)) == ["done", "EROFS", "done"])
    // The folder may be another user's, which is looked at first.
    #expect(["EBUSY", "EPERM"].contains(answers[3]))
  }

  @Test("the user's folder is there, read-only, wherever it lies", arguments: [NSTemporaryDirectory(), Machine.home])
  func workspace(parent: String) async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project(["helper.py": "FACTOR = 3\n"], under: parent)
    let source = """
      import helper
      def op(x):
          try:
              open(__file__.replace("op.py", "helper.py"), "a")
          except OSError:
              return x * helper.FACTOR
      """
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    #expect(try await worker.call(.floats([([1], [5])])).outputs[0].floats == [15])
  }

  @Test("a virtual environment that is a link in the workspace")
  func linkedEnvironment() async throws {
    var environment = try await Machine.environment()
    let project = try Project()
    let link = project.folder + "/.venv"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: environment.python.prefix)
    environment.python = try await PythonEnvironment.probe(executable: link + "/bin/python")
    #expect(environment.python.prefix.hasSuffix("/.venv"))
    let source = "def op(x):\n    return x + 1\n"
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    #expect(try await worker.call(.floats([([1], [5])])).outputs[0].floats == [6])
  }

  @Test("of a folder as large as the temporary folder only the modules beside the file are there")
  func broadWorkspace() async throws {
    let environment = try await Machine.environment()
    let name = "kernelwright_test_\(getpid())"
    let module = "/tmp/\(name).py"
    try "FACTOR = 7\n".write(toFile: module, atomically: true, encoding: .utf8)
    let other = "/tmp/\(name).secret"
    try "".write(toFile: other, atomically: true, encoding: .utf8)
    defer { for path in [module, other] { unlink(path) } }
    let readable = ReadablePaths(
      python: environment.python, toolchain: environment.toolchain, workspace: "/tmp", extra: [])
    #expect(readable.paths.contains(module))
    #expect(!readable.paths.contains(other) && !readable.paths.contains("/tmp"))
  }

  @Test("scratch folders and files are bounded")
  func bounded() async throws {
    let policy = SandboxPolicy(flavour: .candidate, scratchBytes: 8 << 20, fileBytes: 4 << 20)
    let answers: [String] = try await ask(
      """
      [fill(p) for p in ["/kernelwright", "/tmp", "/dev/shm"]] + [attempt(grow, "/tmp/big")]
      """,
      prelude: """
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        def grow(path):
            with open(path, "wb") as f:
                for _ in range(8):
                    f.write(bytes(1 << 20))
                    f.flush()
        def fill(folder):
            for i in range(64):
                try:
                    with open(folder + "/f%d" % i, "wb") as f: f.write(bytes(1 << 20))
                except OSError as error:
                    for j in range(i + 1): os.unlink(folder + "/f%d" % j)
                    return "full" if error.errno == errno.ENOSPC and i <= 8 else str((i, error))
            return "endless"
        """, policy: policy)
    #expect(answers == ["full", "full", "full", "EFBIG"])
  }

  @Test("system calls that get programs out of sandboxes are refused, and so is waking what was frozen")
  func systemCalls() async throws {
    let names = [
      "ptrace", "process_vm_readv", "process_vm_writev", "unshare", "setns", "mount", "umount2", "keyctl", "add_key",
      "bpf", "perf_event_open", "io_uring_setup", "userfaultfd", "memfd_create", "kexec_load", "timer_create",
    ]
    #if arch(x86_64)
      let numbers = [101, 310, 311, 272, 308, 165, 166, 250, 248, 321, 298, 425, 323, 319, 246, 222]
    #else
      let numbers = [117, 270, 271, 97, 268, 40, 39, 219, 217, 280, 241, 425, 282, 279, 104, 107]
    #endif
    let answers: [String] = try await ask("[syscall(n, 0, 0, 0, 0, 0) for n in \(numbers)]")
    for (name, answer) in zip(names, answers) { #expect(answer == "EPERM", "\(name)") }
    let others: [String] = try await ask(
      """
      [attempt(os.kill, os.getpid(), 18), "done" if libc.prctl(4, 0) == 0 else "EPERM",
                       attempt(os.setuid, 0) if os.getuid() else "EPERM", attempt(os.sethostname, "x")
                       if hasattr(os, "sethostname") else "EPERM", attempt(os.nice, -10), attempt(open, "/proc/1/mem", "r+b"),
                       attempt(open, "/proc/1/task/1/mem", "r+b")]
      """)
    #expect(
      others[0] == "EPERM" && others[1] == "EPERM" && others[4] != "done" && others[5] != "done" && others[6] != "done",
      "\(others)")
  }

  @Test("a daemon that has forked twice and ignores every signal dies with the sandbox", arguments: [true, false])
  func daemon(sandboxed: Bool) async throws {
    let environment = try await Machine.environment(sandboxed: sandboxed)
    let project = try Project()
    let worker = try await launch(
      .eager, project.reference(daemonSource, name: "op", kind: .function), in: environment)
    let result = try await worker.call(.floats([([1], [1])]))
    #expect(result.outputs[0].floats == [2])
    let tree = worker.worker.tree
    #expect(tree.isFrozen)
    let members = tree.members
    // The first process of the namespace, Python, and the daemon.
    #expect(members.count == (sandboxed ? 3 : 2))
    #expect(environment.registry.count == 1)
    environment.registry.killAll()
    _ = await tree.child.wait()
    for pid in members { #expect(isGone(pid), "process \(pid) is still there") }
  }

  @Test("frozen means that nothing runs: not the threads, not the children; and thawed that all do")
  func freeze() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    // A thread and a child, each counting in the arena's last page, for ever.
    let source = """
      import mmap, os, struct, threading
      memory = mmap.mmap(3, os.fstat(3).st_size)
      def count(place):
          n = 0
          while True:
              n += 1
              memory[place : place + 8] = struct.pack("<Q", n)
      def op(x):
          threading.Thread(target=count, args=(len(memory) - 8,), daemon=True).start()
          if os.fork() == 0:
              count(len(memory) - 16)
          return x
      """
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    _ = try await worker.call(.floats([([1], [1])]))
    let arena = worker.arena
    func counters() throws -> [UInt64] {
      try arena.withUnsafeBytes(arena.size - 16..<arena.size) { bytes in
        [0, 8].map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
      }
    }
    let tree = worker.worker.tree
    for _ in 0..<20 {
      #expect(tree.isFrozen)
      let before = try counters()
      for _ in 0..<200 { sched_yield() }
      #expect(try counters() == before)
      tree.thaw()
      while try zip(counters(), before).contains(where: { $0 == $1 }) { sched_yield() }
      try tree.freeze()
    }
  }

  @Test("what a worker leaves behind is nothing: no process, no descriptor, no folder")
  func noLeaks() async throws {
    // A process of its own: the other tests' descriptors come and go in this one.
    await #expect(processExitsWith: .success) {
      let environment = try await Machine.environment()
      let project = try Project()
      func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
      var before = 0
      for round in 0..<3 {
        let worker = try await launch(
          .eager, project.reference("def op(x):\n    return x\n", name: "op", kind: .function), in: environment)
        let child = worker.worker.tree.child
        worker.terminate()
        _ = await child.wait()
        await #expect(throws: WorkerFailure.self) { try await worker.setThreads(1) }
        while environment.registry.count > 0 { await Task.yield() }
        if round == 0 { before = try descriptors() }
      }
      let deadline = crunner_now() + 60_000_000_000
      while try descriptors() > before && crunner_now() < deadline { try await Task.sleep(for: .milliseconds(50)) }
      #expect(try descriptors() <= before)
    }
  }

  private func isGone(_ pid: pid_t) -> Bool {
    // A killed daemon is reaped by its namespace's first process, or by us, within moments.
    let deadline = crunner_now() + 60_000_000_000
    while kill(pid, 0) == 0 && crunner_now() < deadline { sched_yield() }
    return kill(pid, 0) != 0 && errno == ESRCH
  }
}

/// `op` starts a daemon that is nobody's child and can't be asked to go.
let daemonSource = """
  import os, signal
  def op(x):
      ready, done = os.pipe()
      if os.fork() == 0:
          os.setsid()
          if os.fork() == 0:
              for n in range(1, 65):
                  try: signal.signal(n, signal.SIG_IGN)
                  except (OSError, ValueError): pass
              os.setsid()
              os.write(done, b"x")
              while True: pass
          os._exit(0)
      os.wait()
      os.read(ready, 1)
      return x + 1
  """
