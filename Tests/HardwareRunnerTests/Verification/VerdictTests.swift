import Foundation
import Testing

@testable import HardwareRunner

extension VerificationTests {
  @Suite("Verdicts on real candidates")
  struct VerdictTests {
    /// What a candidate is, and the gate that must stop it with one of these verdicts.
    struct Attack {
      var candidate: CandidateSource
      var gate: String
      var verdicts: Set<Verdict>

      init(
        _ name: String, _ forward: String, before: String = "", setUp: String = "pass", gate: String,
        _ verdicts: Set<Verdict> = [.wrong]
      ) {
        candidate = Harness.softmaxCandidate(name, forward, before: before, setUp: setUp)
        self.gate = gate
        self.verdicts = verdicts
      }
    }

    static let right = "torch.softmax(x * self.scale, dim=-1)"

    static let attacks = [
      Attack("zeros", "return torch.zeros_like(x)", gate: "oracle"),
      Attack("uninitialised memory", "return torch.empty_like(x)", gate: "oracle"),
      Attack("drops the tail", "y = \(right)\ny[..., -1:] = 0\nreturn y", gate: "oracle"),
      Attack(
        "forgets the maximum", "e = torch.exp(x * self.scale)\nreturn e / e.sum(-1, keepdim=True)", gate: "inputs"),
      Attack("swallows NaN", "return torch.softmax(torch.nan_to_num(x) * self.scale, dim=-1)", gate: "inputs"),
      Attack(
        "lower precision", "return torch.softmax((x.bfloat16() * self.scale.bfloat16()).float(), dim=-1)",
        gate: "oracle"),
      Attack("writes to its input", "x.mul_(self.scale)\nreturn torch.softmax(x, dim=-1)", gate: "effects"),
      Attack("returns its input", "return x", gate: "oracle"),
      Attack(
        "stale weights",
        "if self.kept is None:\n    self.kept = self.scale.detach().clone()\nreturn torch.softmax(x * self.kept, dim=-1)",
        setUp: "self.kept = None", gate: "weights"),
      Attack(
        "weights packed when they are loaded",
        "return torch.softmax(x * self.packed, dim=-1)",
        setUp: """
          self.packed = torch.ones(width)
          self.register_load_state_dict_post_hook(lambda m, k: (m.packed.copy_(m.scale.detach()), None)[1])
          """, gate: "weights"),
      Attack(
        "notices loaded weights only",
        "if self.kept is None:\n    self.kept = self.scale.detach().clone()\nreturn torch.softmax(x * self.kept, dim=-1)",
        setUp: """
          self.kept = None
          self.register_load_state_dict_post_hook(lambda module, keys: setattr(module, 'kept', None))
          """, gate: "weights"),
      Attack(
        "leaves a process", "self.child = self.child or subprocess.Popen(['sleep', '99'])\nreturn \(right)",
        before: "import subprocess", setUp: "self.child = None", gate: "effects"),
      Attack(
        "changes the default type", "torch.set_default_dtype(torch.float64)\nreturn \(right)", gate: "effects"),
      Attack("turns gradients off", "torch.set_grad_enabled(False)\nreturn \(right)", gate: "effects"),
      Attack(
        "remembers by shape",
        "if x.shape not in memory:\n    memory[x.shape] = \(right)\nreturn memory[x.shape]", before: "memory = {}",
        gate: "replay", [.cheating]),
      Attack(
        "remembers by a sample of its inputs",
        "key = x.reshape(-1)[:8].sum().item() if x.numel() else 0.0\nif key not in memory or key != key:\n    memory[key] = \(right)\nreturn memory[key].clone()",
        before: "memory = {}", gate: "replay", [.cheating]),
      Attack(
        "only the stated shape", "if x.shape != (16, 120):\n    return torch.zeros_like(x)\nreturn \(right)",
        gate: "shapes"),
      Attack(
        "contiguous only",
        "flat = torch.as_strided(x, x.shape, (x.shape[1], 1)) if x.stride(0) else x\nreturn torch.softmax(flat * self.scale, dim=-1)",
        gate: "strides"),
      Attack(
        "one output buffer for all calls",
        "if self.buffer is None or self.buffer.shape != x.shape:\n    self.buffer = torch.empty_like(x)\nself.buffer.copy_(torch.softmax(x * self.scale.detach(), dim=-1))\nreturn self.buffer",
        setUp: "self.buffer = None", gate: "effects"),
      Attack("another type", "return (\(right)).double()", gate: "oracle"),
      Attack("another structure", "return [\(right)]", gate: "oracle"),
      Attack("raises", "raise ValueError('no')", gate: "oracle"),
      Attack("crashes", "import ctypes\nctypes.string_at(0)\nreturn x", gate: "oracle", [.unsafe]),
      Attack("exits", "import os\nos._exit(0)", gate: "oracle", [.unsafe]),
      Attack("hangs", "while True:\n    pass", gate: "oracle", [.unsafe]),
      Attack(
        "works in a thread of its own",
        """
        import threading, time
        out = torch.empty_like(x)
        def work():
            time.sleep(0.05)
            out.copy_(\(right))
        threading.Thread(target=work).start()
        return out
        """, gate: "oracle"),
      Attack(
        "wrong gradients",
        "return Wrong.apply(x * self.scale)",
        before: """
          class Wrong(torch.autograd.Function):
              @staticmethod
              def forward(context, y):
                  return torch.softmax(y, dim=-1)
              @staticmethod
              def backward(context, g):
                  return g
          """, gate: "gradients"),
    ]

    @Test("dishonest and wrong candidates are stopped by the gate that is there for them")
    func attacks() async throws {
      var policy = Harness.policy()
      policy.compilingCallTimeout = 2
      policy.callTimeout = 2
      let results = try await Harness.judge(
        Harness.reference(Harness.softmax), Self.attacks.map(\.candidate), policy: policy)
      for (attack, result) in zip(Self.attacks, results) {
        let text = Harness.text(attack.candidate.idea, result)
        #expect(attack.verdicts.contains(result.verdict), text)
        #expect(result.gates.contains { $0.name == attack.gate && !$0.passed }, text)
        #expect(result.speedup == nil)
      }
    }

    @Test("dawdling until the time for the checks is over saves nobody from being checked")
    func dawdling() async throws {
      var policy = Harness.policy()
      policy.gateBudget = 8
      let slow = Harness.softmaxCandidate(
        "dawdles, and knows one shape",
        "time.sleep(1)\nif x.shape[1:] != (120,):\n    return torch.zeros_like(x)\nreturn \(Self.right)",
        before: "import time")
      let results = try await Harness.judge(Harness.reference(Harness.softmax), [slow], policy: policy)
      let text = Harness.text("dawdling", results[0])
      #expect(results[0].verdict == .wrong, text)
      #expect(results[0].gates.last?.name == "shapes", text)
    }

    @Test("honest candidates of several styles pass every gate about being right, with honest labels")
    func honest() async throws {
      let candidates = [
        Harness.softmaxCandidate("the library's", "return \(Self.right)"),
        Harness.softmaxCandidate(
          "re-associated",
          "y = x * self.scale\ne = torch.exp(y - y.amax(-1, keepdim=True))\nreturn e / e.sum(-1, keepdim=True)"),
        Harness.softmaxCandidate(
          "in the logarithm", "y = x * self.scale\nreturn torch.exp(y - torch.logsumexp(y, -1, keepdim=True))"),
        Harness.softmaxCandidate("without gradients", "with torch.no_grad():\n    return \(Self.right)"),
        Harness.softmaxCandidate(
          "one shape", "if x.shape != (16, 120):\n    raise ValueError('only 16 × 120')\nreturn \(Self.right)"),
      ]
      let results = try await Harness.judge(Harness.reference(Harness.softmax), candidates)
      for (candidate, result) in zip(candidates, results) {
        let expected =
          switch candidate.idea {
          // Where a whole row is infinite or huge, log and exp lose what the quotient keeps.
          case "in the logarithm": Harness.isRight(result) || result.verdict == .wrong
          default: Harness.isRight(result)
          }
        #expect(expected, Harness.text(candidate.idea, result))
      }
      #expect(results[0].labels.contains(.trivial))
      #expect(results[3].labels.contains(.forwardOnly))
      #expect(results[4].labels.contains(.shapeLimited))
      #expect((results[1].errorRatio ?? 99) < 8 && results[1].inputsTried > 20)
    }

    @Test(
      "a native kernel is right, and the same one without its tail is wrong",
      .enabled(if: Harness.hasCompiler, "no C++ compiler"))
    func native() async throws {
      let op = """
        import torch

        def norm(x):
            return (x * x).sum(-1).sqrt()

        def get_inputs():
            return [torch.randn(33, 515)]
        """
      func kernel(last: String) -> CandidateSource {
        Harness.candidate(
          """
          import ctypes, os, subprocess, tempfile
          import torch
          import torch.nn as nn

          SOURCE = r'''
          #include <cmath>
          extern "C" void norm(const float *x, float *y, long rows, long columns) {
            for (long row = 0; row < rows; ++row) {
              float lanes[8] = {0, 0, 0, 0, 0, 0, 0, 0};
              const float *at = x + row * columns;
              long i = 0;
              for (; i + 8 <= columns; i += 8)
                for (int lane = 0; lane < 8; ++lane) lanes[lane] += at[i + lane] * at[i + lane];
              \(last)
              float sum = 0;
              for (float lane : lanes) sum += lane;
              y[row] = std::sqrt(sum);
            }
          }
          '''

          def build():
              folder = tempfile.mkdtemp()
              source, library = os.path.join(folder, "k.cpp"), os.path.join(folder, "k.so")
              with open(source, "w") as file:
                  file.write(SOURCE)
              subprocess.check_call(["g++", "-O2", "-shared", "-fPIC", source, "-o", library])
              return ctypes.CDLL(library)

          class ModelNew(nn.Module):
              def __init__(self):
                  super().__init__()
                  self.library = None

              def forward(self, x):
                  if torch.is_grad_enabled() and x.requires_grad:
                      return (x * x).sum(-1).sqrt()
                  if self.library is None:
                      self.library = build()
                  x = x.contiguous()
                  y = torch.empty(x.shape[0])
                  self.library.norm(
                      ctypes.c_void_p(x.data_ptr()), ctypes.c_void_p(y.data_ptr()), ctypes.c_long(x.shape[0]),
                      ctypes.c_long(x.shape[1]))
                  return y
          """, idea: last.isEmpty ? "without tail" : "with tail")
      }
      let results = try await Harness.judge(
        Harness.reference(op, name: "norm", kind: .function),
        [kernel(last: "for (; i < columns; ++i) lanes[0] += at[i] * at[i];"), kernel(last: "")])
      #expect(Harness.isRight(results[0]), Harness.text("native", results[0]))
      #expect(!results[0].labels.contains(.libraryCall))
      #expect(results[1].verdict == .wrong, Harness.text("native, no tail", results[1]))
      let counterexample = try #require(results[1].counterexample)
      #expect(counterexample.shapes.first?.first == 1, "the smallest batch shows it too")
      #expect((counterexample.ulps ?? 0) > 10)
    }
  }
}
