/// Everything that starting workers needs to know of the machine. A value: probed once, passed about.
public struct RunnerEnvironment: Sendable {
  public var python: PythonEnvironment
  public var sandbox: Sandbox
  /// nil where there is no C++ compiler; native candidates and `torch.compile` can't run then.
  public var toolchain: Toolchain?
  /// All workers of a job register here, so that stopping the job stops them all.
  public var registry: ProcessRegistry
  /// Threads that PyTorch may use (`torch.set_num_threads`).
  public var threads: Int

  public init(
    python: PythonEnvironment, sandbox: Sandbox, toolchain: Toolchain?, registry: ProcessRegistry, threads: Int
  ) {
    self.python = python
    self.sandbox = sandbox
    self.toolchain = toolchain
    self.registry = registry
    self.threads = threads
  }
}
