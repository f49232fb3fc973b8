#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The connection's descriptors, taken out of reach of everything else in the process.
public struct StandardStreams: Sendable {
  public var input: Int32
  public var output: Int32

  /// Duplicates standard input and output to private, close-on-exec descriptors, points standard input at nothing and
  /// standard output at standard error: a stray `print` or a child's output can then never break the protocol.
  ///
  /// Call it as the very first thing. Nil when the process has no descriptors left.
  public static func claim() -> StandardStreams? {
    let input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
    let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    guard input >= 0, output >= 0 else { return nil }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    if null >= 0 {
      dup2(null, STDIN_FILENO)
      // A client may start us without a standard error.
      if fcntl(STDERR_FILENO, F_GETFD) < 0 { dup2(null, STDERR_FILENO) }
      if null > STDERR_FILENO { System.close(null) }
    }
    dup2(STDERR_FILENO, STDOUT_FILENO)
    return StandardStreams(input: input, output: output)
  }
}
