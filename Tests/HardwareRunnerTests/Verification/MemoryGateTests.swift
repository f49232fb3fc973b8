import Foundation
import Testing

@testable import HardwareRunner

extension VerificationTests {
  @Suite("Memory errors of native code, and what is left behind")
  struct MemoryGateTests {
    /// Neighbours of an element added up: its kernel is one step away from reading outside.
    static let op = """
      import torch
      import torch.nn as nn

      class Model(nn.Module):
          def forward(self, x):
              y = x.clone()
              y[:, 1:] += x[:, :-1]
              return y

      def get_inputs():
          return [torch.randn(16, 128)]

      def get_init_inputs():
          return []
      """

    /// A kernel over `x` (n elements in rows of w) and `y`, and what surrounds its call.
    static func native(_ name: String, _ kernel: String, output: String = "torch.empty_like(x)") -> CandidateSource {
      Harness.candidate(
        """
        import ctypes, os, subprocess, tempfile
        import torch
        import torch.nn as nn

        folder = tempfile.mkdtemp()
        with open(folder + "/k.cpp", "w") as file:
            file.write('''extern "C" void kernel(const float* x, float* y, long n, long w) {
              if (n == 0) return;
        \(Harness.indented(kernel, by: 2))
            }''')
        command = [os.environ["CXX"], "-O1", "-shared", "-fPIC", "-o", folder + "/k.so", folder + "/k.cpp"]
        subprocess.run(command, check=True)
        library = ctypes.CDLL(folder + "/k.so")

        class ModelNew(nn.Module):
            def forward(self, x):
                x = x.contiguous()
                y = \(output)
                library.kernel(ctypes.c_void_p(x.data_ptr()), ctypes.c_void_p(y.data_ptr()),
                               ctypes.c_long(x.numel()), ctypes.c_long(x.shape[-1]))
                return y
        """, idea: name)
    }

    static let right = "for (long i = 0; i < n; i++) y[i] = x[i] + (i % w ? x[i - 1] : 0);"

    @Test(
      "reading, writing and using what isn't there is found; honest native code is not",
      .enabled(if: Harness.hasCompiler, "no C++ compiler"))
    func memory() async throws {
      let faulty = [
        Self.native(
          "reads one element behind", "float next = 0;\n\(Self.right)\nnext = x[n];\nif (next != next) y[0] += 0;"),
        Self.native("reads one element before", "volatile float past = x[-1];\n(void)past;\n\(Self.right)"),
        Self.native("writes behind", "\(Self.right)\nfor (long i = n; i < n + 16; i++) y[i] = y[i];\ny[n] = 0;"),
        Self.native("trusts that new memory is zero", "for (long i = 0; i < n; i++) y[i] += 0;\n\(Self.right)")
          .replacing("y[i] = x[i]", with: "y[i] += x[i]"),
      ]
      let honest = [Self.native("honest", Self.right)]
      let results = try await Harness.judge(Harness.reference(Self.op), faulty + honest)
      for (candidate, result) in zip(faulty, results) {
        let text = Harness.text(candidate.idea, result)
        // New memory may hold anything: another gate may be quicker to find that.
        #expect([.unsafe, .wrong].contains(result.verdict), text)
        #expect(result.gates.contains { !$0.passed && ["memory", "oracle", "inputs"].contains($0.name) }, text)
      }
      #expect(results[0].gates.last?.name == "memory" && results[0].verdict == .unsafe, "\(results[0])")
      let text = Harness.text("honest", results[faulty.count])
      #expect(Harness.isRight(results[faulty.count]), text)
      let gate = try #require(results[faulty.count].gates.first { $0.name == "memory" })
      #expect(gate.detail.hasPrefix("Stays inside"), text)
      #expect(gate.figures["sets", default: 0] >= 2, text)
    }

    @Test("processes and busy threads that stay behind are found, and so are threads that grow in number")
    func leftovers() async throws {
      let right = "torch.softmax(x * self.scale, dim=-1)"
      let candidates = [
        Harness.softmaxCandidate(
          "a process stays", "import os\nif os.fork() == 0:\n    while True: time.sleep(1000)\nreturn \(right)",
          before: "import time"),
        Harness.softmaxCandidate(
          "a thread goes on", "return \(right)", before: "import hashlib, threading",
          setUp: "threading.Thread(target=burn, daemon=True).start()"
        ).replacing(
          "class ModelNew", with: "def burn():\n    while True: hashlib.sha256(bytes(1 << 24))\n\nclass ModelNew"),
        Harness.softmaxCandidate(
          "a thread a call",
          "threading.Thread(target=threading.Event().wait, daemon=True).start()\nreturn \(right)",
          before: "import threading"),
      ]
      let results = try await Harness.judge(Harness.reference(Harness.softmax), candidates)
      for (candidate, result) in zip(candidates, results) {
        let text = Harness.text(candidate.idea, result)
        #expect(result.verdict == .wrong, text)
        #expect(result.gates.contains { $0.name == "effects" && !$0.passed }, text)
      }
    }
  }
}

extension CandidateSource {
  fileprivate func replacing(_ text: String, with other: String) -> CandidateSource {
    var changed = self
    changed.source = source.replacing(text, with: other)
    return changed
  }
}
