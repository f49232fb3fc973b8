#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The few calls of the system that the loop is made of, with the differences between systems taken out.
enum System {
  enum Outcome: Equatable {
    case count(Int)
    case wouldBlock
    case closed
  }

  static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    while true {
      #if canImport(Darwin)
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count > 0 { return .count(count) }
      if count == 0 { return .closed }
      if errno == EINTR { continue }
      return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .closed
    }
  }

  static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Outcome {
    finish {
      #if canImport(Darwin)
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
      #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
      #else
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      #endif
    }
  }

  /// Writes to a socket without waiting and without a signal, whatever the flags of the descriptor.
  static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Outcome {
    finish {
      #if canImport(Darwin)
        Darwin.send(descriptor, bytes.baseAddress, bytes.count, MSG_DONTWAIT)
      #elseif canImport(Musl)
        Musl.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      #else
        Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      #endif
    }
  }

  private static func finish(_ call: () -> Int) -> Outcome {
    while true {
      let count = call()
      if count >= 0 { return .count(count) }
      if errno == EINTR { continue }
      return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .closed
    }
  }

  /// Waits until one of the descriptors is ready; `timeout` in milliseconds, negative for ever.
  static func poll(_ descriptors: inout [pollfd], timeout: Int32) {
    #if canImport(Darwin)
      let ready = Darwin.poll(&descriptors, nfds_t(descriptors.count), timeout)
    #elseif canImport(Musl)
      let ready = Musl.poll(&descriptors, nfds_t(descriptors.count), timeout)
    #else
      let ready = Glibc.poll(&descriptors, nfds_t(descriptors.count), timeout)
    #endif
    // After a signal nothing is said to be ready; the caller comes round again.
    if ready < 0 { for index in descriptors.indices { descriptors[index].revents = 0 } }
  }

  static func close(_ descriptor: Int32) {
    #if canImport(Darwin)
      _ = Darwin.close(descriptor)
    #elseif canImport(Musl)
      _ = Musl.close(descriptor)
    #else
      _ = Glibc.close(descriptor)
    #endif
  }

  /// Monotonic time in nanoseconds.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// A pipe that never blocks and is not inherited: (read end, write end).
  static func makePipe() -> (Int32, Int32)? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      setNonBlocking(end, true)
    }
    return (ends[0], ends[1])
  }

  static func setNonBlocking(_ descriptor: Int32, _ on: Bool) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { return }
    _ = fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK)
  }

  /// Asks for a pipe that holds a whole large message, which saves a switch between the processes for every 64 KiB.
  /// A system that grants none leaves the pipe as it was.
  static func enlargePipe(_ descriptor: Int32) {
    #if os(Linux)
      let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which the C library's module map leaves out
      _ = fcntl(descriptor, setPipeSize, 1 << 20)
    #endif
  }

  enum DescriptorKind { case pipe, socket, other }

  static func kind(of descriptor: Int32) -> DescriptorKind {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .other }
    switch status.st_mode & S_IFMT {
    case S_IFIFO: return .pipe
    case S_IFSOCK: return .socket
    default: return .other
    }
  }

  /// A write to a client that is gone must be an error to handle, not the end of the process.
  static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }
}
