import Foundation

/// The trusted side's ends of a worker's pipes, and the framing on them.
struct WorkerChannel: Sendable {
  var commands: Descriptor
  var replies: Descriptor
  var drain: OutputDrain

  /// Longer frames are nobody's: tensors travel through shared memory, and only graphs and profiles are long.
  static func frameLimit(_ role: WorkerRole) -> Int { role.isContender ? 1 << 20 : 64 << 20 }

  static func frame(_ body: Data) -> [UInt8] {
    let count = UInt32(body.count)
    return [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + body
  }

  /// The body of the next frame; nil at the end of the stream. Blocks the calling thread.
  static func readFrame(from source: Descriptor, limit: Int, deadline: UInt64) throws -> [UInt8]? {
    guard let head = try readExactly(4, from: source, deadline: deadline) else { return nil }
    let count = head.reduce(0) { $0 << 8 | Int($1) }
    guard count <= limit else { throw WorkerFailure.protocolViolation("a frame of \(count) bytes") }
    return try readExactly(count, from: source, deadline: deadline)
  }

  private static func readExactly(_ count: Int, from source: Descriptor, deadline: UInt64) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let part = try source.read(upTo: min(count - bytes.count, 1 << 20), deadline: deadline)
      if part.isEmpty { return nil }
      if part.count == count { return part }
      bytes += part
    }
    return bytes
  }
}
