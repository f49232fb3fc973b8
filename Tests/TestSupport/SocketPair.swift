import Foundation

/// Two connected stream sockets: one for what is tested, one for the test, on which reading ends after `Patience`.
public struct SocketPair: Sendable {
  public let theirs: Int32
  public let ours: Int32

  public init() throws {
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #else
      let kind = Int32(SOCK_STREAM.rawValue)
    #endif
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    (theirs, ours) = (pair[0], pair[1])
    var patience = timeval(tv_sec: Patience.seconds, tv_usec: 0)
    setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }
}
