/// Who is called. Each is a process of its own; only ``candidate`` ever loads generated code.
public enum ContenderRole: String, Sendable, Codable, Hashable {
  /// The user's own code as written.
  case eager
  /// `torch.compile` of it with its default settings.
  case compiled
  /// `ModelNew` of a candidate file.
  case candidate
  /// Does no work but what no op can avoid, reading the inputs and writing outputs made beforehand, and says how long that
  /// took (calibration). It never loads a candidate.
  case null
}

/// Under what conditions the model is called.
public enum CallMode: String, Sendable, Codable, Hashable {
  /// `eval()` under `torch.inference_mode()`.
  case inference
  /// `train()`, forward and backward; leaves are the floating-point tensor arguments and the parameters.
  case gradients
}

/// Settings of one call.
public struct CallOptions: Sendable {
  /// Wall-clock limit; the worker is killed when it is passed.
  public var timeout: Duration
  /// Where in the arena the inputs go: the same number gives the same place in every worker whose arena has the same
  /// size. nil: a place that moves on with every call.
  public var placement: UInt64?
  /// Whether that place lies within a megabyte of all others, in memory that earlier calls have used: fetching fresh
  /// memory takes longer than many an op. Not for what is timed.
  public var nearby = false
  /// Whether outputs are copied out; without them only the time is known.
  public var copyOutputs: Bool
  /// Run on the worker's thread while the sandbox is frozen and the inputs are in place, right before *go*: the place
  /// to flush or to warm caches.
  public var beforeGo: (@Sendable () -> Void)?
  /// Whether the results of earlier calls stay alive in the worker until a call without this.
  public var keepsEarlier: Bool
  /// Whether the model gets copies of its inputs made by the worker's own allocator: for processes with guarded memory,
  /// since the arena has no guards. Changes of inputs then go unnoticed.
  public var guarded = false
  /// Outputs of earlier calls, kept alive since, to be copied once more after this one.
  public var reread: [OutputTensor]

  public init(
    timeout: Duration = .seconds(30), placement: UInt64? = nil, copyOutputs: Bool = true, keepsEarlier: Bool = false,
    reread: [OutputTensor] = [], beforeGo: (@Sendable () -> Void)? = nil
  ) {
    self.timeout = timeout
    self.placement = placement
    self.copyOutputs = copyOutputs
    self.keepsEarlier = keepsEarlier
    self.reread = reread
    self.beforeGo = beforeGo
  }
}

/// One tensor that a call gave back, copied by the trusted side out of the frozen process.
public struct OutputTensor: Sendable {
  /// Where it stood in the result, e.g. `out`, `out[1]`, `out["logits"]`; for gradients the argument or parameter.
  public var name: String
  /// As the worker claimed it; offsets are 0.
  public var layout: TensorLayout
  /// The elements in row-major order, `layout.count * dtype.size` bytes.
  public var bytes: OutputBytes
  /// Address in the worker.
  public var dataPointer: UInt64
  public var requiresGrad: Bool
  /// Whether it lies in the arena, i.e. is a view of an input.
  public var aliasesInput: Bool
}

/// What one call did.
public struct CallResult: Sendable {
  /// Seconds from *go* (the frozen sandbox set running with the inputs in place) until every thread of it was stopped
  /// again after *done*. Includes the protocol's own cost: subtract that of a ``ContenderRole/null`` worker.
  public var elapsed: Double
  /// Seconds from *go* until *done* was heard: the process's own claim, never a measurement. ``elapsed`` much later than
  /// this says that stopping it took long, i.e. that the machine was busy.
  public var untilDone: Double
  /// How long the threads that did the work had no processor; nil where the system doesn't count it. A candidate can make
  /// its own wait larger and not smaller.
  public var waited: ProcessorWait?
  /// Seconds that copying the outputs took afterwards, with the sandbox frozen.
  public var copyTime: Double
  public var outputs: [OutputTensor]
  /// Shape of the result's containers with `*` for a tensor and literals as they are, e.g. `(*, [*, None])`.
  public var structure: String
  /// Numbers of the tensor arguments (in the order of ``CallInputs/tensors``) whose bytes were changed by the call.
  public var changedInputs: [Int]
  /// For ``CallMode/gradients``: of arguments (`input[0]`, …) and parameters by name; a leaf without one is missing.
  public var gradients: [OutputTensor]
  /// True where the kernel did not permit reading the frozen process, and the worker itself had to copy its outputs
  /// into poisoned shared memory before *done*.
  public var copiedByWorker: Bool
  /// Of a ``ContenderRole/null`` worker: seconds that it spent on reading inputs and writing outputs, by its own clock. No
  /// other worker's word for it is taken.
  public var ownWork: Double?
  /// The bytes that ``CallOptions/reread`` asked for; empty where the frozen process can't be read.
  public var reread: [OutputBytes] = []
}

/// Time that threads were ready to run and had no processor to run on.
public struct ProcessorWait: Sendable, Hashable {
  /// Of all threads together.
  public var seconds: Double
  /// Threads that ran for more than a twentieth of the time.
  public var threads: Int

  public init(seconds: Double, threads: Int) {
    self.seconds = seconds
    self.threads = threads
  }
}
