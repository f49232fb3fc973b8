import CCurl
public import Foundation

/// Connections to providers: one libcurl multi handle on one thread, shared by every `ModelClient` that is given it,
/// so that requests to the same provider reuse connections (with HTTP/2, one connection carries several at once).
///
/// Making one costs nothing; libcurl is loaded and the thread started by the first request. When the last reference
/// goes, requests under way end as cancelled and the thread ends.
public final class HTTPTransport: Sendable {
  private let loop: TransferLoop

  /// - Parameter environment: where proxies and certificate bundles are looked up; see `NetworkEnvironment`.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    loop = TransferLoop(network: NetworkEnvironment(environment))
  }

  deinit {
    loop.stop()
  }

  /// Ends every request and waits until libcurl is no longer in use. For the end of the process.
  public func shutDown() async {
    loop.stop()
    await loop.waitUntilEnded()
  }

  /// The version of the system's libcurl, such as "7.88.1"; for `kernelwright doctor`. Loads the library, which takes
  /// some milliseconds.
  /// - Throws: `ModelError` of kind `.missingLibrary`, with the package to install.
  public static func libraryVersion() throws -> String {
    if let reason = kwc_load() { throw ModelError(.missingLibrary, String(cString: reason)) }
    return String(cString: kwc_version())
  }

  /// Sends a request and gives its reply as it arrives. A consumer that stops listening closes the connection.
  func send(_ request: HTTPRequest) -> HTTPExchange {
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: HTTPEvent.self, throwing: (any Error).self)
    let transfer = Transfer(request, into: continuation)
    continuation.onTermination = { [loop] termination in
      if case .cancelled = termination { loop.cancel(transfer) }
    }
    loop.begin(transfer)
    return HTTPExchange(events: stream, transfer: transfer, loop: loop)
  }
}

/// A reply that is arriving.
struct HTTPExchange: Sendable {
  let events: AsyncThrowingStream<HTTPEvent, any Error>
  fileprivate let transfer: Transfer
  fileprivate let loop: TransferLoop

  /// Says that the answer is complete, so that the end of the exchange may take `limit` at most.
  func drain(within limit: Duration) {
    loop.drain(transfer, until: .now + limit)
  }
}
