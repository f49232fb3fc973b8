import ArgumentParser
import Foundation
import HardwareRunner

/// Times two calls whose time is known from inside, to see what error the outside clock leaves.
///
/// The clock of this study stands inside the very call (`time.perf_counter_ns` right around the work), so that both look
/// at the same work under the same conditions; a plain process beside it tells whether the sandbox slows the work down.
struct ClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "The error that sandbox, copies and outside clock leave in a call's time.")

  @OptionGroup var options: StudyOptions
  @Option(help: "Repetitions of each, in four parts with a null call measured before each.") var times = 200

  private static let parts = 4

  func run() async throws {
    let machine = try await Machine(python: options.python)
    let file = ResultFile(path: options.output)
    try file.append(machine.record(VerificationPolicy()))
    let flush = CacheFlush(lastLevelCache: machine.device.lastLevelCache)
    for work in KnownWork.all {
      let bench = try await ClockBench(work, machine: machine, flush: flush)
      for _ in 0..<Self.parts { try await bench.measure(times: times / Self.parts) }
      for record in bench.records() {
        try file.append(record)
        print(record)
      }
      bench.close()
    }
  }
}

/// An op that says itself how long its work took.
struct KnownWork {
  var name: String
  var title: String
  /// Elements of the input, and of the buffer made beforehand.
  var elements: Int
  /// Python statement; of the input `x` and the buffer `self.out`.
  var statement: String

  static let all = [
    KnownWork(name: "empty", title: "nothing at all", elements: 1024, statement: "pass"),
    KnownWork(name: "add", title: "an addition on 4 KB", elements: 1024, statement: "torch.add(x, 1.0, out=self.out)"),
    KnownWork(name: "copy", title: "a copy of 16 MB", elements: 4 << 20, statement: "self.out.copy_(x)"),
  ]

  var source: String {
    """
    import ctypes
    import time

    import torch
    from torch import nn


    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.out = torch.zeros(\(elements))
            self.ticks = torch.zeros(1, dtype=torch.int64)
            self.said = ctypes.c_int64.from_address(self.ticks.data_ptr())

        def __call__(self, x):
            begin = time.perf_counter_ns()
            result = super().__call__(x)
            self.said.value = 0  # the code that tells the time is fetched within the time that it tells
            self.said.value = time.perf_counter_ns() - begin
            return result

        def forward(self, x):
            \(statement)
            return self.out, self.ticks


    def get_inputs():
        return [torch.randn(\(elements))]
    """
  }

  /// What ``source`` gives back.
  var outputs: [TensorLayout] {
    [TensorLayout(contiguous: .float32, shape: [elements]), TensorLayout(contiguous: .int64, shape: [1])]
  }
}

/// Microseconds, medians with 95 % bootstrap intervals.
struct ClockRecord: Encodable {
  let kind = "clock"
  var work: String
  var title: String
  var caches: String
  /// Outside, null call taken off; inside the same call; in the plain process.
  var outside: ConfidenceInterval
  var inside: ConfidenceInterval
  var plain: ConfidenceInterval
  /// Outside less inside, call by call.
  var error: ConfidenceInterval
  /// Outside less plain process, round by round.
  var difference: ConfidenceInterval
  var null: ConfidenceInterval
  var times: Int
  /// Disturbed calls that were made anew, of either state of the caches.
  var disturbed: Int
}
