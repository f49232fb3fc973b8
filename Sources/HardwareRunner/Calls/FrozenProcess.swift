import CRunner
import Foundation

/// Reads tensors out of a stopped process, without a single instruction of it being run.
struct FrozenProcess {
  let interpreter: pid_t
  /// For what is read.
  var memory: OutputMemory?
  /// Sum of what one call may give back; more is no answer but an attack.
  static let outputLimit = 8 << 30

  enum Problem: Error {
    /// The kernel doesn't let us (a hardened machine, or not Linux).
    case notPermitted
    /// The worker's own copies take more room than had been poisoned for them.
    case needsRoom(bytes: Int)
  }

  /// The elements of a tensor in row-major order.
  /// - Throws: ``Problem/notPermitted``, or ``WorkerFailure/protocolViolation(_:)`` for memory that isn't there.
  func read(_ layout: TensorLayout, at address: UInt64) throws -> OutputBytes {
    guard let extent = layout.checkedExtent, extent <= Self.outputLimit else {
      throw WorkerFailure.protocolViolation("an output of \(layout.dtype) \(layout.shape), strides \(layout.strides)")
    }
    let bytes = try OutputBytes(count: extent, from: memory) { buffer in
      var filled = 0
      while filled < extent, let base = buffer.baseAddress {
        let got = crunner_read_process(interpreter, base + filled, address &+ UInt64(filled), extent - filled)
        if got <= 0 {
          if errno == EPERM || errno == ENOSYS { throw Problem.notPermitted }
          throw WorkerFailure.protocolViolation("an output at an address that holds no memory")
        }
        filled += got
      }
    }
    if layout.isContiguous { return bytes }
    return OutputBytes(count: layout.count * layout.dtype.size, from: memory) { target in
      bytes.withUnsafeBytes { StridedCopy.gather($0, layout, into: target) }
    }
  }
}
