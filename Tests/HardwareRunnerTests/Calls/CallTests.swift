import Foundation
import Synchronization
import Testing

@testable import HardwareRunner

@Suite(
  "Calls of contenders", .serialized,
  .enabled(if: Machine.canSandbox, "needs bubblewrap, and KERNELWRIGHT_TEST_PYTHON with PyTorch"))
struct CallTests {
  @Test("the user's model gives the same bytes in every contender, under weights from outside")
  func sameBytes() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let reference = project.reference(linearSource)
    let source = try await referenceWorker(reference, in: environment)
    let state = try await source.exportState()
    #expect(
      state.entries.map(\.name) == ["linear.weight", "linear.bias", "scale"].map { $0 == "scale" ? "scale" : $0 }
        || state.entries.map(\.name).sorted() == ["linear.bias", "linear.weight", "scale"])
    let inputs = try await source.makeInputs(seed: 7)
    let eager = try await launch(.eager, reference, state: state, in: environment)
    let candidate = try await launch(
      .candidate, reference, candidate: linearSource + "\nclass ModelNew(Model):\n    pass\n", state: state,
      in: environment)
    let wanted = try await eager.call(inputs)
    let got = try await candidate.call(inputs)
    #expect(wanted.outputs.count == 1)
    #expect(wanted.outputs[0].layout.shape == [4, 8])
    #expect(wanted.outputs[0].bytes == got.outputs[0].bytes)
    #expect(wanted.outputs[0].floats.contains { $0 > 0 })
    #expect(wanted.structure == "*" && wanted.changedInputs.isEmpty && !wanted.copiedByWorker)
    #expect(wanted.elapsed > 0 && wanted.elapsed >= wanted.untilDone)
    // Other weights, other output.
    var other = state
    for index in other.bytes.indices { other.bytes[index] = 0 }
    try await eager.loadState(other)
    #expect(try await eager.call(inputs).outputs[0].floats.allSatisfy { $0 == 0 })
  }

  #if canImport(Glibc)
    @Test("the allocator of every contender's process takes large tensors from its heap, from the first call on")
    func allocator() async throws {
      let environment = try await Machine.environment()
      defer { environment.registry.killAll() }
      let source = """
        import ctypes
        import torch
        class Information(ctypes.Structure):  # mallinfo2(3)
            _fields_ = [(name, ctypes.c_size_t) for name in (
                "arena", "free", "small", "mapped_blocks", "mapped", "most", "small_free", "used", "unused", "top")]
        information = ctypes.CDLL(None).mallinfo2
        information.restype = Information
        def op(x):
            before = information().mapped_blocks
            large = torch.zeros(2 << 20)
            return x + (information().mapped_blocks - before)
        def get_inputs():
            return [torch.zeros(1)]
        """
      let reference = try Project().reference(source, name: "op", kind: .function)
      let candidate = source + "\nclass ModelNew(torch.nn.Module):\n    def forward(self, x): return op(x)\n"
      let inputs = CallInputs.floats([(shape: [1], values: [0])])
      for worker in [
        try await launch(.eager, reference, in: environment),
        try await launch(.candidate, reference, candidate: candidate, in: environment),
      ] {
        #expect(try await worker.call(inputs).outputs[0].floats == [0])
      }
    }
  #endif

  @Test("every element type comes back bit by bit, whatever its strides; views share memory and may be views of inputs")
  func typesAndStrides() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = """
      import torch
      def op(*tensors):
          return [t.clone() if i % 2 else t for i, t in enumerate(tensors)]
      def get_inputs():
          return []
      """
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    var bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    for index in 2048..<2560 { bytes[index] = UInt8(index % 2) }  // booleans are 0 or 1
    var layouts: [TensorLayout] = []
    for dtype in DType.allCases {
      let offset = dtype == .bool ? 2048 : 512
      layouts.append(TensorLayout(dtype: dtype, shape: [3, 5], strides: [5, 1], offset: offset))
      layouts.append(TensorLayout(dtype: dtype, shape: [5, 3], strides: [1, 5], offset: offset))
      layouts.append(TensorLayout(dtype: dtype, shape: [2, 3, 4], strides: [2, 0, 3], offset: offset))
      layouts.append(TensorLayout(dtype: dtype, shape: [], strides: [], offset: offset))
      layouts.append(TensorLayout(dtype: dtype, shape: [0, 4], strides: [4, 1], offset: offset))
    }
    let inputs = CallInputs(bytes: bytes, arguments: layouts.map { .tensor($0) })
    let result = try await worker.call(inputs)
    #expect(result.outputs.count == layouts.count)
    for (layout, output) in zip(layouts, result.outputs) {
      let wanted = OutputBytes(count: layout.count * layout.dtype.size) { target in
        bytes.withUnsafeBytes {
          StridedCopy.gather(UnsafeRawBufferPointer(rebasing: $0[layout.offset...]), layout, into: target)
        }
      }
      #expect(output.layout.dtype == layout.dtype && output.layout.shape == layout.shape)
      #expect(output.bytes == wanted, "\(layout)")
    }
    #expect(result.outputs[0].aliasesInput && !result.outputs[1].aliasesInput)
    #expect(result.structure.hasPrefix("[*, *"))
  }

  @Test("where the frozen process may not be read, the worker's own copy over poison gives the same bytes, marked")
  func copiedByWorker() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = "def op(x):\n    return x.t(), x[:, :2], x + 1, x.expand(2, 2, 3)\n"
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    let inputs = CallInputs.floats([([2, 3], [1, 2, 3, 4, 5, 6])])
    let wanted = try await worker.call(inputs)
    worker.ownCopies.withLock { $0 = 1 }  // too little: the call is made again with enough
    let got = try await worker.call(inputs)
    #expect(!wanted.copiedByWorker && got.copiedByWorker)
    #expect(wanted.outputs.map(\.bytes) == got.outputs.map(\.bytes))
    #expect(got.outputs[0].floats == [1, 4, 2, 5, 3, 6])
  }

  @Test("literals, lists and tuples are arguments too; dictionaries and tuples are results")
  func containers() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = """
      def op(xs, k, mode):
          assert isinstance(xs, list) and mode == ("a", None)
          return {"sum": xs[0] + k * xs[1], "n": 3}, (xs[0],)
      """
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    var inputs = CallInputs.floats([([2], [1, 2]), ([2], [10, 20])])
    inputs.arguments = [.list(inputs.arguments), .literal("2"), .tuple([.literal("'a'"), .literal("None")])]
    let result = try await worker.call(inputs)
    #expect(result.structure == "({'sum': *, 'n': 3}, (*))")
    #expect(result.outputs.map(\.name) == ["out[0]['sum']", "out[1][0]"])
    #expect(result.outputs[0].floats == [21, 42])
  }

  @Test("inputs that a call has changed are named")
  func changedInputs() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = "def op(x, y, z):\n    y[1] = 5\n    return x + z\n"
    let worker = try await launch(.eager, project.reference(source, name: "op", kind: .function), in: environment)
    let result = try await worker.call(.floats([([2], [1, 2]), ([2], [3, 4]), ([2], [5, 6])]))
    #expect(result.changedInputs == [1])
  }

  @Test("the same placement puts inputs at the same place in two workers, another one elsewhere")
  func placement() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let reference = project.reference("def op(x):\n    return x\n", name: "op", kind: .function)
    let one = try await launch(.eager, reference, in: environment)
    let two = try await launch(.eager, reference, in: environment)
    func place(_ worker: CallWorker, _ number: UInt64?) async throws -> UInt64 {
      let result = try await worker.call(
        .floats([([2], [1, 2])]), options: CallOptions(placement: number))
      return result.outputs[0].dataPointer - worker.worker.arenaAddresses.lowerBound
    }
    #expect(try await place(one, 5) == place(two, 5))
    #expect(try await place(one, 5) != place(one, 6))
    #expect(try await place(one, nil) != place(one, nil))
  }

  @Test("gradients of inputs and parameters, with the gradient of the output given")
  func gradients() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = """
      import torch
      class Model(torch.nn.Module):
          def __init__(self):
              super().__init__()
              self.w = torch.nn.Parameter(torch.tensor([2.0, 3.0]))
          def forward(self, x, k):
              assert self.training
              return self.w * x * k
      """
    let worker = try await launch(.eager, project.reference(source), in: environment)
    try await worker.setTraining(true)
    var inputs = CallInputs.floats([([2], [5, 7]), ([2], [10, 100])])
    inputs.upstream = [try #require(inputs.tensors.last)]
    inputs.arguments = [inputs.arguments[0], .literal("1.0")]
    for _ in 0..<2 {  // a second call must not add to the first one's
      let result = try await worker.call(inputs, mode: .gradients)
      #expect(result.outputs[0].floats == [10, 21] && result.outputs[0].requiresGrad)
      #expect(result.gradients.map(\.name) == ["input[0]", "w"])
      #expect(result.gradients.map(\.floats) == [[20, 300], [50, 700]])
    }
  }

  @Test("a null worker gives back tensors of the sizes it was told, and says how long reading and writing took")
  func null() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let worker = try await launch(.null, project.reference(linearSource), in: environment)
    try await worker.setNullOutputs([
      TensorLayout(contiguous: .float32, shape: [4, 8]), TensorLayout(contiguous: .int64, shape: [3]),
    ])
    let result = try await worker.call(.floats([([4, 8], [Float](repeating: 1, count: 32))]))
    #expect(result.outputs.map(\.layout.shape) == [[4, 8], [3]])
    #expect(result.structure == "(*, *)")
    let own = try #require(result.ownWork)
    #expect(own > 0 && own < result.elapsed)
  }

  @Test("a null worker touches its inputs or not, and tells who is too fast to have touched them")
  func nullOfWhatTouchesLittle() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let worker = try await launch(.null, project.reference(linearSource), in: environment)
    let count = 1 << 20
    try await worker.setNullOutputs([TensorLayout(contiguous: .float32, shape: [count])])
    let inputs = CallInputs.floats([([count], [Float](repeating: 1, count: count))])
    let null = try await NullCall.measure(in: worker, on: inputs, times: 5)
    #expect(null.own > 0 && null.cost > 0 && null.least <= null.cost)
    // No call takes less than nothing, and none of four megabytes takes a minute.
    #expect(!null.isTouched(byCallOf: 0) && null.isTouched(byCallOf: 60))
    try await worker.setNullTouches(false)
    let without = try await leastWork(of: worker, on: inputs)
    try await worker.setNullTouches(true)
    let with = try await leastWork(of: worker, on: inputs)
    // Eight megabytes against none, each at its best.
    #expect(without > 0 && without < with / 2)
  }

  @Test("the null worker is set anew for each timing, whatever the one before had it do")
  func nullOfTheNextTiming() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let reference = project.reference(linearSource)
    let quick = try await launch(.null, reference, in: environment)
    let layout = TensorLayout(contiguous: .float32, shape: [1 << 20])
    try await quick.setNullOutputs([layout])
    try await quick.setNullTouches(false)
    let inputs = CallInputs.floats([(layout.shape, [Float](repeating: 1, count: layout.count))])
    let baselines = Baselines(
      eager: quick, reference: reference, environment: environment, policy: VerificationPolicy(),
      state: StateBundle(bytes: [], entries: []), outputs: [layout], example: inputs,
      background: BackgroundProcesses())
    await baselines.useNull(Task { try await Baselines.launch(.null, reference, environment) })
    let (null, touches) = try await baselines.nullWorker(besides: [quick])
    #expect(!touches)
    let without = try await leastWork(of: null, on: inputs)
    let next = try await baselines.nullWorker(besides: [])
    #expect(next.touches)
    #expect(try await without < leastWork(of: next.worker, on: inputs) / 2)
    await baselines.terminate()
  }

  /// Seconds that a null worker says it has worked, in the best of some calls.
  private func leastWork(of worker: CallWorker, on inputs: CallInputs) async throws -> Double {
    var least = Double.infinity
    for _ in 0..<9 { least = min(least, try #require(await worker.call(inputs).ownWork)) }
    return least
  }

  @Test("torch.compile works in the sandbox", .enabled(if: Machine.hasCompiler, "needs a C++ compiler"))
  func compiled() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    guard environment.python.includeDirectory != nil else { return }
    let project = try Project()
    let source = "import torch\ndef op(x):\n    return torch.sin(x) + 1\n"
    let reference = project.reference(source, name: "op", kind: .function)
    let worker = try await launch(.compiled, reference, in: environment)
    let inputs = CallInputs.floats([([4], [0, 1, 2, 3])])
    let result = try await worker.call(inputs, options: CallOptions(timeout: .seconds(300)))
    for (index, value) in result.outputs[0].floats.enumerated() {
      #expect(abs(Double(value) - sin(Double(index)) - 1) < 1e-6)
    }
  }

  @Test(
    "a candidate may compile C++ with the system's compiler into its scratch folder",
    .enabled(if: Machine.hasCompiler, "needs a C++ compiler"))
  func nativeCandidate() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let project = try Project()
    let source = """
      import ctypes, os, subprocess, tempfile, torch
      class ModelNew(torch.nn.Module):
          def __init__(self):
              super().__init__()
              folder = tempfile.mkdtemp()
              with open(folder + "/k.cpp", "w") as f:
                  f.write('extern "C" void twice(const float*x,float*y,long n){for(long i=0;i<n;i++)y[i]=2*x[i];}')
              cxx = os.environ["CXX"]
              subprocess.run([cxx, "-O2", "-shared", "-fPIC", "-o", folder + "/k.so", folder + "/k.cpp"], check=True)
              self.library = ctypes.CDLL(folder + "/k.so")
          def forward(self, x):
              y = torch.empty_like(x)
              self.library.twice(ctypes.c_void_p(x.data_ptr()), ctypes.c_void_p(y.data_ptr()), ctypes.c_long(x.numel()))
              return y
      """
    let worker = try await launch(
      .candidate, project.reference("def op(x):\n    return 2 * x\n", name: "op", kind: .function), candidate: source,
      in: environment)
    #expect(try await worker.call(.floats([([3], [1, 2, 3])])).outputs[0].floats == [2, 4, 6])
  }
}
