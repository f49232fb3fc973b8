import Foundation
import Testing

@testable import ModelClient

@Suite("Retries")
struct RetryPolicyTests {
  private let policy = RetryPolicy(
    maximumAttempts: 6, firstDelay: .seconds(1), maximumDelay: .seconds(5), longestRetryAfter: .seconds(60))

  private func failure(retryAfter: Duration? = nil, isRetriable: Bool = true) -> ModelError {
    ModelError(.provider, "x", status: 529, isRetriable: isRetriable, retryAfter: retryAfter)
  }

  @Test("delays double up to their limit, between half and all of it")
  func backOff() {
    let longest = (1...6).map { policy.delay(afterAttempt: $0, error: failure(), jitter: 1) }
    #expect(longest == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5), nil])
    let shortest = (1...3).map { policy.delay(afterAttempt: $0, error: failure(), jitter: 0) }
    #expect(shortest == [.milliseconds(500), .seconds(1), .seconds(2)])
  }

  @Test("what the provider asks for is never undercut, and not waited for when it is too long")
  func retryAfter() throws {
    for jitter in [0, 0.3, 1] {
      let delay = try #require(policy.delay(afterAttempt: 1, error: failure(retryAfter: .seconds(20)), jitter: jitter))
      #expect(delay >= .seconds(20))
      #expect(delay <= .seconds(21))
    }
    #expect(policy.delay(afterAttempt: 1, error: failure(retryAfter: .seconds(61)), jitter: 0) == nil)
    #expect(policy.delay(afterAttempt: 1, error: failure(isRetriable: false), jitter: 0) == nil)
  }

  @Test("Retry-After is read in each of its forms")
  func header() {
    let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT
    func read(_ headers: [String: String]) -> Duration? { RetryPolicy.retryAfter(headers, now: now) }
    #expect(read(["retry-after": "7"]) == .seconds(7))
    #expect(read(["retry-after": "0"]) == .zero)
    #expect(read(["retry-after": "7", "retry-after-ms": "250"]) == .milliseconds(250))
    #expect(read(["retry-after": "Sun, 06 Nov 1994 08:50:07 GMT"]) == .seconds(30))
    #expect(read(["retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"]) == .zero)
    #expect(read([:]) == nil)
    for nonsense in ["soon", "-3", "nan", "inf", ""] { #expect(read(["retry-after": nonsense]) == nil) }
    #expect(read(["retry-after": "1e300"]) == .seconds(86_400))
  }
}
