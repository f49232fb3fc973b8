import CRunner
import Foundation
import Synchronization

/// An open file, most often one end of a pipe; closed when the last reference goes, if not before. Close-on-exec.
final class Descriptor: Sendable {
  let number: Int32
  private let open = Mutex(true)
  init(_ number: Int32) { self.number = number }
  deinit { close() }

  /// Closes it now. No other thread may be using it.
  func close() {
    open.withLock { open in
      if open { _ = Foundation.close(number) }
      open = false
    }
  }

  /// A new pipe.
  static func pipe() throws -> (read: Descriptor, write: Descriptor) {
    var ends: [Int32] = [-1, -1]
    let result = crunner_pipe(&ends)
    guard result == 0 else { throw WorkerFailure.launchFailed("no pipe: \(String(cString: strerror(errno)))") }
    return (Descriptor(ends[0]), Descriptor(ends[1]))
  }

  /// Reads what there is, at most `count` bytes; empty at the end of the stream.
  /// - Parameter deadline: in nanoseconds of ``crunner_now()``; nil waits for ever. Blocks the calling thread.
  /// - Throws: ``WorkerFailure/timedOut(seconds:)`` with 0 s, for the caller to fill in.
  func read(upTo count: Int, deadline: UInt64?) throws -> [UInt8] {
    if let deadline {
      var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      while true {
        let now = crunner_now()
        let left = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
        let ready = poll(&entry, 1, Int32(clamping: left))
        if ready > 0 { break }
        if ready == 0 && crunner_now() >= deadline { throw WorkerFailure.timedOut(seconds: 0) }
        if ready < 0 && errno != EINTR { throw WorkerFailure.protocolViolation(String(cString: strerror(errno))) }
      }
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while true {
        let got = Foundation.read(number, buffer.baseAddress, count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { throw WorkerFailure.protocolViolation(String(cString: strerror(errno))) }
        filled = got
        return
      }
    }
  }

  /// Writes everything. Blocks the calling thread while the pipe is full, until `deadline`.
  func writeAll(_ bytes: [UInt8], deadline: UInt64) throws {
    var position = 0
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    while position < bytes.count {
      let written = bytes[position...].withUnsafeBytes { crunner_write(number, $0.baseAddress, $0.count) }
      if written >= 0 {
        position += written
      } else if errno == EAGAIN {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        let now = crunner_now()
        guard now < deadline else { throw WorkerFailure.timedOut(seconds: 0) }
        _ = poll(&entry, 1, Int32(clamping: (deadline - now + 999_999) / 1_000_000))
      } else if errno != EINTR {
        throw WorkerFailure.exited(status: -1, stderr: "")
      }
    }
  }
}
