import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// Lets one process at a time open a folder's database: without it two servers that start together on a damaged file
/// would each set it aside, the second one taking away the fresh one of the first.
struct OpeningLock: ~Copyable {
  private let descriptor: Int32

  /// Waits up to `Limits.openingTimeout` for the lock and then goes on without it (a process that stopped in its
  /// opening must not stop ours).
  /// - Throws: `POSIXError` when the lock file can't be made, which says that the folder can't be written.
  init(folder: String) throws {
    descriptor = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    let pause: TimeInterval = 0.01
    var waited: TimeInterval = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR,
      waited < Limits.openingTimeout
    {
      usleep(UInt32(pause * 1e6))
      waited += pause
    }
  }

  deinit {
    // Closing gives the lock back.
    close(descriptor)
  }
}
