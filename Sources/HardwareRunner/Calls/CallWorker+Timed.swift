import CRunner
import Foundation
import Synchronization

extension CallWorker {
  /// One call, on the worker's thread. See the type's own comment for the order of things and why it is this one.
  func timedCall(_ inputs: CallInputs, _ mode: CallMode, _ options: CallOptions) throws -> CallResult {
    for layout in inputs.tensors + inputs.upstream { try layout.validate(within: 0..<inputs.byteCount) }
    let number = sequence.withLock { sequence in
      sequence += 1
      return sequence
    }
    let copies = ownCopies.withLock { $0 }
    let base = try place(inputs.byteCount, options, number, leaving: copies ?? 0)
    let copyStart = (base + inputs.byteCount + 4095) / 4096 * 4096
    let poisoned = copies.map { copyStart..<min(copyStart + $0, arena.size) }
    let deadline = crunner_now() + options.timeout.nanoseconds

    try worker.resume()
    let message = PrepareMessage(
      sequence: number, mode: mode, arguments: inputs.arguments.map { $0.moved(by: base) },
      upstream: inputs.upstream.map { $0.moved(by: base) }, region: [base, inputs.byteCount],
      copy: poisoned?.lowerBound, keep: options.keepsEarlier,
      guarded: options.guarded)
    let id = try worker.send("prepare", message, deadline: deadline)
    _ = try worker.receive(NoBody.self, id: id, deadline: deadline, timeout: options.timeout)
    awaitReady(number)
    try worker.tree.freeze()

    try inputs.withUnsafeBytes { try arena.write($0, at: base) }
    if let poisoned { try arena.poison(poisoned) }
    let interpreter = worker.interpreter.withLock { $0 }
    worker.tree.spread(interpreter)
    defer { worker.tree.unbind() }
    options.beforeGo?()
    let start = crunner_now()
    // Before the thaw: who wakes up may take this thread's processor, and would then spin for a word nobody can write.
    crunner_store(arena.go, number)
    worker.tree.thaw()
    let frame = try worker.receiveFrame(deadline: deadline, timeout: options.timeout)
    let heard = crunner_now()
    try worker.tree.freeze()
    let stopped = worker.tree.stillSince
    let waited = worker.tree.waited(interpreter, elapsed: stopped - start)

    let done = try worker.decode(DoneMessage.self, from: frame, id: id)
    var result = try collect(done, options.copyOutputs, poisoned)
    if poisoned == nil && !options.reread.isEmpty {
      let process = FrozenProcess(interpreter: worker.interpreter.withLock { $0 }, memory: outputMemory)
      result.reread = try options.reread.map { try process.read($0.layout, at: $0.dataPointer) }
    }
    result.copyTime = Double(crunner_now() - stopped) * 1e-9
    // Had anything in there been able to wake itself, the copy would be worth nothing.
    guard worker.tree.isFrozen else { throw WorkerFailure.protocolViolation("the frozen sandbox moved") }
    result.elapsed = Double(stopped - start) * 1e-9
    result.untilDone = Double(heard - start) * 1e-9
    result.waited = waited
    if role == .null { result.ownWork = done.own.map { Double($0) * 1e-9 } }
    result.changedInputs = try changes(of: inputs, at: base)
    return result
  }

  /// Offset for `count` bytes: within a window several times their size, at a place that the call's number chooses
  /// where the options choose none.
  private func place(_ count: Int, _ options: CallOptions, _ number: UInt64, leaving room: Int) throws -> Int {
    let range = arena.tensorRange
    let capacity = range.count - room - 4096
    guard count <= capacity else {
      throw WorkerFailure.launchFailed("inputs of \(count) bytes don't fit into an arena of \(range.count)")
    }
    let window = min(capacity, options.nearby ? count + (1 << 20) : max(4 * count, count + (16 << 20)))
    let slots = UInt64((window - count) / 64) + 1
    // Of a fixed function, so that the same number means the same place in every worker.
    var generator = SeededGenerator(seed: options.placement ?? number)
    return range.lowerBound + Int(generator.next() % slots) * 64
  }

  /// Waits until the worker has said that it is at the very last step before *go*: briefly, since only its own figures
  /// suffer when it isn't.
  private func awaitReady(_ number: UInt64) {
    let patience = crunner_now() + 50_000_000
    // Asleep, not spinning: it may be this thread's processor that the worker waits for.
    while crunner_load(arena.ready) != number && crunner_now() < patience { usleep(20) }
  }

  private func collect(_ done: DoneMessage, _ copyOutputs: Bool, _ poisoned: Range<Int>?) throws -> CallResult {
    var total = 0
    var room = 0  // for copies of all of them
    for tensor in done.outputs + done.gradients {
      guard let bytes = tensor.layout.checkedByteCount, tensor.layout.checkedExtent != nil,
        bytes <= FrozenProcess.outputLimit - total
      else {
        throw WorkerFailure.protocolViolation("\(tensor.name): \(tensor.dtype) \(tensor.shape) \(tensor.strides)")
      }
      total += bytes
      room += bytes + 64
    }
    if let poisoned, room > poisoned.count { throw FrozenProcess.Problem.needsRoom(bytes: room) }
    let process = FrozenProcess(interpreter: worker.interpreter.withLock { $0 }, memory: outputMemory)
    var byWorker = false
    func copy(_ tensor: DoneMessage.Tensor) throws -> OutputTensor {
      var bytes = OutputBytes(count: 0) { _ in }
      if copyOutputs {
        if let poisoned {
          guard let offset = tensor.copiedTo else {
            throw WorkerFailure.protocolViolation("\(tensor.name) was not copied")
          }
          let layout = TensorLayout(contiguous: tensor.dtype, shape: tensor.shape, offset: offset)
          try layout.validate(within: poisoned)
          bytes = try arena.withUnsafeBytes(offset..<offset + layout.extent) { there in
            OutputBytes(count: there.count, from: outputMemory) { $0.copyMemory(from: there) }
          }
          byWorker = true
        } else {
          do {
            bytes = try process.read(tensor.layout, at: tensor.pointer)
          } catch FrozenProcess.Problem.notPermitted {
            throw FrozenProcess.Problem.needsRoom(bytes: room)
          }
        }
      }
      return OutputTensor(
        name: tensor.name, layout: tensor.layout, bytes: bytes, dataPointer: tensor.pointer,
        requiresGrad: tensor.requiresGrad, aliasesInput: worker.arenaAddresses.contains(tensor.pointer))
    }
    let outputs = try done.outputs.map(copy)
    let gradients = try done.gradients.map(copy)
    return CallResult(
      elapsed: 0, untilDone: 0, copyTime: 0, outputs: outputs, structure: done.structure, changedInputs: [],
      gradients: gradients, copiedByWorker: byWorker)
  }

  private func changes(of inputs: CallInputs, at base: Int) throws -> [Int] {
    try arena.withUnsafeBytes(base..<base + inputs.byteCount) { now in
      try inputs.withUnsafeBytes { before in
        inputs.tensors.enumerated().filter { _, layout in
          let range = layout.offset..<layout.offset + layout.extent
          guard !range.isEmpty, let here = now.baseAddress, let there = before.baseAddress else { return false }
          return memcmp(here + range.lowerBound, there + range.lowerBound, range.count) != 0
        }.map(\.offset)
      }
    }
  }
}
