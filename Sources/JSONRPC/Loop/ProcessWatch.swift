#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells when another process has ended, by a descriptor that becomes readable: no polling, no confusion with a later
/// process of the same number.
///
/// Linux has `pidfd_open` (kernel 5.3, glibc 2.36), macOS a kernel queue. Where neither is to be had, `descriptor` is
/// nil and `isAlive` can be asked from time to time.
final class ProcessWatch {
  let process: Int32
  let descriptor: Int32?

  init(process: Int32) {
    self.process = process
    descriptor = Self.open(process)
  }

  deinit {
    if let descriptor { System.close(descriptor) }
  }

  var isAlive: Bool { kill(process, 0) == 0 || errno == EPERM }

  #if canImport(Darwin)
    private static func open(_ process: Int32) -> Int32? {
      let queue = kqueue()
      guard queue >= 0 else { return nil }
      var event = kevent(
        ident: UInt(process), filter: Int16(EVFILT_PROC), flags: UInt16(EV_ADD), fflags: UInt32(bitPattern: NOTE_EXIT),
        data: 0, udata: nil)
      guard kevent(queue, &event, 1, nil, 0, nil) == 0 else {
        System.close(queue)
        return nil
      }
      return queue
    }
  #elseif os(Linux)
    private static func open(_ process: Int32) -> Int32? {
      // Looked up by name because the C library's module map leaves it out, and because older libraries lack it.
      typealias PidfdOpen = @convention(c) (pid_t, UInt32) -> Int32
      guard let symbol = dlsym(nil, "pidfd_open") else { return nil }
      let descriptor = unsafeBitCast(symbol, to: PidfdOpen.self)(process, 0)
      return descriptor >= 0 ? descriptor : nil
    }
  #else
    private static func open(_ process: Int32) -> Int32? { nil }
  #endif
}
