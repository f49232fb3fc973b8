import CCurl
import Foundation

/// One exchange with a provider while it is under way: what libcurl's callbacks write into, and where it goes.
///
/// `@unchecked Sendable` is sound because the mutable properties are touched by the transfer loop's thread alone; other
/// threads only hand the reference to that thread, through the loop's lock.
final class Transfer: @unchecked Sendable {
  /// More than any answer has, and few enough that a broken server cannot fill the memory.
  static let maximumBodyBytes = 64 << 20
  private static let maximumHeaderBytes = 256 << 10

  let request: HTTPRequest
  private let continuation: AsyncThrowingStream<HTTPEvent, any Error>.Continuation
  private var head: HTTPHead?
  private var headIsComplete = false
  private var headerBytes = 0
  private var bodyBytes = 0
  private var idleDeadline: ContinuousClock.Instant?
  private var drainDeadline: ContinuousClock.Instant?
  /// Why a callback ended the transfer.
  private var refusal: ModelError?

  init(_ request: HTTPRequest, into continuation: AsyncThrowingStream<HTTPEvent, any Error>.Continuation) {
    self.request = request
    self.continuation = continuation
  }

  /// The loop's thread begins to work on it.
  func begin(at now: ContinuousClock.Instant) {
    idleDeadline = now + request.timeouts.firstByte
  }

  /// The answer is complete; the end of the exchange may take this long, after which it no longer matters.
  func drain(until instant: ContinuousClock.Instant) {
    drainDeadline = instant
  }

  /// When the loop has to look at this transfer again, if nothing arrives.
  var deadline: ContinuousClock.Instant? {
    [idleDeadline, drainDeadline, request.deadline].compactMap(\.self).min()
  }

  /// Which limit has been reached.
  func overdue(at now: ContinuousClock.Instant) -> ModelError? {
    if let limit = request.deadline, now >= limit {
      return ModelError(.budget, "The job's time ran out while the model was answering; give it more minutes.")
    }
    if let limit = drainDeadline, now >= limit { return ModelError(.timeout, "The end of the answer did not come.") }
    guard let limit = idleDeadline, now >= limit else { return nil }
    let (waited, what) =
      bodyBytes == 0 ? (request.timeouts.firstByte, "did not begin to answer") : (request.timeouts.stall, "went silent")
    return ModelError(
      .timeout, "\(request.authority) \(what) within \(Self.words(waited)); try again, or another model.",
      isRetriable: true)
  }

  // MARK: - What libcurl's callbacks call

  func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // After the body there may be trailers, which nobody reads.
    if headIsComplete { return true }
    headerBytes += bytes.count
    guard headerBytes <= Self.maximumHeaderBytes else { return refuse("sent endless headers") }
    let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    if line.hasPrefix("HTTP/") {
      let status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      head = HTTPHead(status: status ?? 0, headers: [:])
    } else if line.isEmpty {
      guard let head, head.status >= 200 else { return true }
      headIsComplete = true
      continuation.yield(.head(head))
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      head?.headers[line[..<colon].lowercased()] = value
    }
    return true
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.isEmpty { return true }
    bodyBytes += bytes.count
    guard bodyBytes <= Self.maximumBodyBytes else { return refuse("sent an endless answer") }
    idleDeadline = .now + request.timeouts.stall
    continuation.yield(.body(Array(bytes)))
    return true
  }

  private func refuse(_ what: String) -> Bool {
    refusal = ModelError(.malformedReply, "\(request.authority) \(what); check the base URL.")
    return false
  }

  // MARK: - Ending

  func finish(throwing error: (any Error)? = nil) {
    continuation.finish(throwing: error)
  }

  /// libcurl is done with it.
  func finish(_ outcome: kwc_outcome, text: String, network: NetworkEnvironment) {
    finish(throwing: outcome == KWC_OK ? nil : refusal ?? failure(outcome, text: text, network: network))
  }

  private func failure(_ outcome: kwc_outcome, text: String, network: NetworkEnvironment) -> ModelError {
    let reason = text.isEmpty ? "" : " (\(text))"
    let host = request.authority
    switch outcome {
    case KWC_UNRESOLVED:
      return ModelError(
        .connection, "\(host) was not found\(reason); check the network, the proxy and the base URL.", isRetriable: true
      )
    case KWC_UNREACHABLE:
      return ModelError(
        .connection, "No connection to \(host)\(reason); check that it is running, and the proxy.", isRetriable: true)
    case KWC_TIMED_OUT:
      let limit = Self.words(request.timeouts.connect)
      return ModelError(
        .timeout, "No connection to \(host) within \(limit); check the network and the proxy.", isRetriable: true)
    case KWC_CONNECTION_LOST:
      return ModelError(.connection, "The connection to \(host) broke\(reason); try again.", isRetriable: true)
    case KWC_CERTIFICATE:
      let bundle =
        network.certificateFile.map { "the certificates in \($0) (\(network.certificateFileVariable))" }
        ?? "CURL_CA_BUNDLE, if your network has certificates of its own"
      return ModelError(.certificate, "The certificate of \(host) was not accepted\(reason); check \(bundle).")
    case KWC_BAD_URL:
      return ModelError(.configuration, "\(host) cannot be used as an address\(reason); check the base URL.")
    default:
      return ModelError(.connection, "The exchange with \(host) failed\(reason); try again.", isRetriable: true)
    }
  }

  private static func words(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}
