import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A blocking TCP socket on 127.0.0.1, closed on exec. Its own thread closes it; others may shut it down before that.
final class LoopbackSocket: Sendable {
  /// Why a socket could not be opened.
  struct Failure: Error {
    var call: String
    var code: Int32
  }

  private let descriptor: Int32
  /// The local port.
  let port: UInt16

  private init(_ descriptor: Int32, port: UInt16) {
    self.descriptor = descriptor
    self.port = port
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    #if canImport(Darwin)
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  /// Listens on a port that the system chooses.
  static func listening() throws -> LoopbackSocket {
    #if canImport(Glibc)
      let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #elseif canImport(Musl)
      let type = SOCK_STREAM | SOCK_CLOEXEC
    #else
      let type = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, type, 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, address, &length) == 0
      }
    }
    guard isListening else {
      let code = errno
      _ = systemClose(descriptor)
      throw Failure(call: "listen", code: code)
    }
    return LoopbackSocket(descriptor, port: UInt16(bigEndian: address.sin_port))
  }

  /// The next connection; nil once this was shut down.
  func accept() -> LoopbackSocket? {
    while true {
      let connection = systemAccept(descriptor)
      if connection >= 0 { return LoopbackSocket(connection, port: port) }
      if errno != EINTR && errno != ECONNABORTED { return nil }
    }
  }

  /// What has arrived; empty when the other side has closed, nil on an error.
  func receive() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      if count >= 0 { return Array(bytes[..<count]) }
      if errno != EINTR { return nil }
    }
  }

  /// Sends everything; false when the other side has gone.
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        systemSend(descriptor, $0.baseAddress! + sent, $0.count - sent, withoutSignal)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return false }
      sent += count
    }
    return true
  }

  /// Waits, and says whether the other side closed meanwhile.
  func clientHasGone(withinMilliseconds milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { return false }
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, peeking) <= 0
  }

  /// Ends every call that waits on this socket.
  func shutDown() {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  func close() {
    _ = systemClose(descriptor)
  }
}

#if canImport(Darwin)
  private let withoutSignal: Int32 = 0
#else
  private let withoutSignal = Int32(MSG_NOSIGNAL)
#endif
private let peeking = Int32(MSG_PEEK)

// The system's functions under names that the methods above do not hide.
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int, _ flags: Int32) -> Int {
  send(descriptor, bytes, count, flags)
}

private func systemAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }
