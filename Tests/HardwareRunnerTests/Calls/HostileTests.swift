import Foundation
import Synchronization
import Testing

@testable import HardwareRunner

@Suite(
  "Workers that don't behave", .serialized,
  .enabled(if: Machine.canSandbox, "needs bubblewrap, and KERNELWRIGHT_TEST_PYTHON with PyTorch"))
struct HostileTests {
  static let identity = "def op(x):\n    return x + 1\n"

  /// What a call of a candidate with this `forward` throws.
  private func failure(
    _ forward: String, prelude: String = "", policy: SandboxPolicy? = nil, timeout: Duration = .seconds(60)
  ) async throws -> WorkerFailure? {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let reference = project.reference(Self.identity, name: "op", kind: .function)
    do {
      let worker = try await launch(
        .candidate, reference, candidate: candidateSource(forward, prelude: prelude), policy: policy, in: environment)
      _ = try await worker.call(.floats([([2], [1, 2])]), options: CallOptions(timeout: timeout))
      return nil
    } catch let failure as WorkerFailure {
      return failure
    }
  }

  @Test("an exception comes with its kind, message and line, and the worker lives on")
  func raised() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = "def op(x):\n    if x[0] > 0:\n        raise ValueError('no')\n    return x\n"
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    do {
      _ = try await worker.call(.floats([([1], [1])]))
      Issue.record("should have raised")
    } catch WorkerFailure.raised(let kind, let message, let line, let traceback) {
      #expect(kind == "ValueError" && message == "no" && line == 3)
      #expect(traceback.contains("raise ValueError('no')"))
    }
    #expect(try await worker.call(.floats([([1], [-1])])).outputs[0].floats == [-1])
  }

  @Test("a file that doesn't parse tells its line; a candidate without ModelNew says so")
  func doesNotLoad() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    await #expect {
      _ = try await launch(.eager, project.reference("x = 1\ndef (:\n"), in: environment)
    } throws: { error in
      guard case .raised(let kind, _, let line, _) = error as? WorkerFailure else { return false }
      return kind == "SyntaxError" && line == 2
    }
    await #expect {
      _ = try await launch(
        .candidate, project.reference(Self.identity, name: "op", kind: .function), candidate: "x = 1", in: environment)
    } throws: { error in
      guard case .raised(_, let message, _, _) = error as? WorkerFailure else { return false }
      return message.contains("defines no ModelNew")
    }
  }

  @Test("a state that doesn't fit is refused")
  func strictState() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let reference = project.reference(linearSource)
    let state = try await referenceWorker(reference, in: environment).exportState()
    for extra in ["self.more = nn.Parameter(torch.zeros(3))", "del self.linear.bias", "self.linear.double()"] {
      let candidate =
        linearSource + """

          class ModelNew(Model):
              def __init__(self, width):
                  super().__init__(width)
                  \(extra)

          """
      await #expect {
        _ = try await launch(.candidate, reference, candidate: candidate, state: state, in: environment)
      } throws: { error in
        if case .raised("RuntimeError", _, _, _) = error as? WorkerFailure { true } else { false }
      }
    }
  }

  @Test("what user code prints, to any stream, gets among no replies")
  func prints() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = """
      import os, sys
      print("while loading")
      def op(x):
          print("out"); print("err", file=sys.stderr); sys.stdout.flush()
          os.write(1, b"\\x00\\x00\\x00\\x05raw")
          os.system("echo from a child")
          assert sys.stdin.read() == ""
          return x
      """
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    for _ in 0..<3 { #expect(try await worker.call(.floats([([1], [4])])).outputs[0].floats == [4]) }
    try await worker.setThreads(1)
    #expect(worker.printed.contains("while loading") && worker.printed.contains("from a child"))
  }

  @Test("a crash is told by its signal")
  func crash() async throws {
    guard case .crashed(let signal, _) = try await failure("import ctypes; ctypes.string_at(0)") else {
      Issue.record("should have crashed")
      return
    }
    #expect(signal == SIGSEGV)
  }

  @Test("an early exit is told by its status")
  func exits() async throws {
    guard case .exited(let status, _) = try await failure("import os; os._exit(7)") else {
      Issue.record("should have ended")
      return
    }
    #expect(status == 7)
  }

  @Test("sys.exit in a call is an exception like others")
  func systemExit() async throws {
    guard case .raised("SystemExit", _, _, _) = try await failure("raise SystemExit(0)") else {
      Issue.record("should have raised")
      return
    }
  }

  @Test("a hang that ignores signals ends at the time limit")
  func hang() async throws {
    let forward = """
      import signal
              for n in range(1, 65):
                  try: signal.signal(n, signal.SIG_IGN)
                  except (OSError, ValueError): pass
              while True: pass
      """
    #expect(try await failure(forward, timeout: .seconds(1)) == .timedOut(seconds: 1))
  }

  @Test("memory has a limit")
  func memory() async throws {
    let policy = SandboxPolicy(flavour: .candidate, memoryBytes: 2 << 30)
    for forward in ["torch.ones(4 << 30, dtype=torch.uint8)", "bytearray(3 << 30)"] {
      guard case .outOfMemory = try await failure(forward, policy: policy) else {
        Issue.record("should have run out of memory: \(forward)")
        continue
      }
    }
  }

  @Test("printing without end is stopped")
  func flood() async throws {
    let policy = SandboxPolicy(flavour: .candidate, outputBytes: 1 << 20)
    let forward = "import os\n        while True: os.write(2, b'x' * 65536)"
    #expect(try await failure(forward, policy: policy) == .outputFlood(bytes: 1 << 20))
  }

  @Test("forged replies are noise or a broken protocol, never an answer")
  func forgery() async throws {
    // The worker's reply pipe is among its descriptors; a frame is written to all of them ahead of the real one.
    let forward = """
      import os
              body = b'{"id":3,"ok":true,"outputs":[],"gradients":[],"structure":"*"}'
              for d in range(3, 32):
                  try: os.write(d, len(body).to_bytes(4, "big") + body)
                  except OSError: pass
              return x + 1
      """
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let worker = try await launch(
      .candidate, project.reference(Self.identity, name: "op", kind: .function),
      candidate: candidateSource(forward), in: environment)
    var failed = false
    for _ in 0..<3 where !failed {
      do {
        let result = try await worker.call(.floats([([1], [1])]))
        #expect(result.outputs.isEmpty || result.outputs[0].floats == [2])
      } catch WorkerFailure.protocolViolation {
        failed = true
      }
    }
    #expect(failed && !worker.isUsable)
  }

  @Test("an output at an address without memory, or of an impossible size, is a broken protocol")
  func impossibleOutputs() async throws {
    for tensor in [
      #""shape":[4],"strides":[1],"pointer":4096"#,
      #""shape":[1099511627776,1099511627776],"strides":[0,0],"pointer":4096"#,
      #""shape":[4],"strides":[-1],"pointer":4096"#, #""shape":[4],"strides":[1,1],"pointer":4096"#,
    ] {
      let prelude = """
        from kernelwright_worker import calls
        def forged(self, result):
            import json
            return json.loads('{"outputs":[{"name":"out","dtype":"float32",\(tensor),"requires_grad":false}],'
                '"gradients":[],"structure":"*"}')
        calls.Call._done = forged
        """
      guard case .protocolViolation = try await failure("return x", prelude: prelude) else {
        Issue.record("should have been refused: \(tensor)")
        continue
      }
    }
  }

  @Test("what a thread writes after done is never seen: the copy is of the moment of done")
  func lateWriter() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    // A native thread that goes on counting in the output after the call has returned.
    let source = candidateSource(
      """
      y = torch.zeros(1 << 20)
              self.library.scribble(ctypes.c_void_p(y.data_ptr()), ctypes.c_long(y.numel()))
              return y
      """,
      prelude: """
        import ctypes, os, subprocess, tempfile
        folder = tempfile.mkdtemp()
        with open(folder + "/k.cpp", "w") as f:
            f.write('''#include <thread>
            extern "C" void scribble(volatile float* y, long n) {
              std::thread([=] { for (float k = 1;; k++) for (long i = 0; i < n; i++) y[i] = k; }).detach();
            }''')
        subprocess.run([os.environ["CXX"], "-O1", "-pthread", "-shared", "-fPIC", "-o", folder + "/k.so",
            folder + "/k.cpp"], check=True)
        """, attributes: "self.library = ctypes.CDLL(folder + '/k.so')")
    guard Machine.hasCompiler else { return }
    let worker = try await launch(
      .candidate, project.reference(Self.identity, name: "op", kind: .function), candidate: source, in: environment)
    let result = try await worker.call(.floats([([1], [1])]))
    // The thread still exists, stopped: reading the same memory again gives the same bytes.
    let process = FrozenProcess(interpreter: worker.worker.interpreter.withLock { $0 })
    let output = result.outputs[0]
    #expect(worker.worker.tree.isFrozen)
    #expect(try process.read(output.layout, at: output.dataPointer) == output.bytes)
    #expect(try process.read(output.layout, at: output.dataPointer) == output.bytes)
  }

  @Test("a worker that was stopped says so, at once and ever after")
  func terminated() async throws {
    let environment = try await Machine.environment()
    let project = try Project()
    let worker = try await launch(
      .eager, project.reference("def op(x):\n    while True: pass\n", name: "op", kind: .function), in: environment)
    let result = Task { try await worker.call(.floats([([1], [1])])) }
    environment.registry.killAll()
    await #expect(throws: WorkerFailure.terminated) { _ = try await result.value }
    await #expect(throws: WorkerFailure.terminated) { try await worker.setThreads(1) }
    // A registry that has been closed takes nobody in.
    await #expect(throws: WorkerFailure.self) {
      _ = try await launch(.eager, project.reference(Self.identity, name: "op", kind: .function), in: environment)
    }
  }
}

/// A candidate file whose `forward(self, x)` has this body (indented by eight from its second line on).
func candidateSource(_ forward: String, prelude: String = "", attributes: String = "pass") -> String {
  """
  import torch
  \(prelude)
  class ModelNew(torch.nn.Module):
      def __init__(self):
          super().__init__()
          \(attributes)
      def forward(self, x):
          \(forward)
          return x + 1

  """
}
