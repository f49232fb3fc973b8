import LoopbackProvider
import Synchronization
import Testing

@testable import ModelClient

@Suite("Budgets", .timeLimit(.minutes(1)))
struct BudgetTests {
  private let price = ModelPrice(input: 2, output: 10)

  @Test("what the provider counted is what was spent", arguments: ModelProtocol.allCases)
  func counted(_ speaks: ModelProtocol) async throws {
    let answer = LoopbackReply.answer(text: "x", tokens: .init(input: 1000, cached: 500, output: 200))
    try await Support.withProvider([answer, .http(status: 529), answer]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL, price: price))
      let budget = Budget(.init(dollars: 1, tokens: 100_000, minutes: 5))
      let first = try await client.complete(Support.request, within: budget)
      let second = try await client.complete(Support.request, within: budget)
      let spent = await budget.spent
      #expect(spent.usage == first.usage + second.usage)
      #expect(spent.usage.totalTokens == 3400)
      #expect(spent.requests == 2)
      #expect(spent.estimatedTokens == 0)
      // 2 × (1500 × 2 $ + 200 × 10 $) a million.
      #expect(abs((spent.dollars ?? 0) - 0.01) < 1e-12)
    }
  }

  @Test("requests side by side stay within the limit, and the rest are not sent")
  func holds() async throws {
    try await Support.withProvider { provider in
      provider.script([], thenAlways: .answer(text: "x", tokens: .init(input: 50, output: 400)))
      let client = try Pauses().client(Support.configuration(at: provider.baseURL, price: price))
      let most = ModelClient.estimatedTokens(Support.request) + Support.request.maxOutputTokens
      let budget = Budget(.init(tokens: most * 3))
      let refused = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 {
          group.addTask {
            await Support.collect(client.stream(Support.request, within: budget)).error?.kind == .budget
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      let spent = await budget.spent
      #expect(spent.usage.totalTokens <= most * 3)
      #expect(provider.requests.count == 20 - refused)
      #expect(spent.requests == 20 - refused)
      #expect(refused >= 16)
    }
  }

  @Test("money holds as tokens do")
  func dollars() async throws {
    let budget = Budget(.init(dollars: 0.01))
    let most = Usage(inputTokens: 1000, outputTokens: 400)  // 0.006 $
    let first = try await budget.reserve(atMost: most, price: price)
    await #expect(throws: ModelError.self) { try await budget.reserve(atMost: most, price: price) }
    await budget.settle(
      first, reported: Usage(inputTokens: 1000, outputTokens: 100), unreported: Usage(), wasAnswered: true)
    _ = try await budget.reserve(atMost: most, price: price)  // 0.003 $ + 0.006 $
  }

  @Test("a limit in money needs a price")
  func noPrice() async throws {
    try await Support.withProvider { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      let error = await Support.collect(client.stream(Support.request, within: Budget(.init(dollars: 1)))).error
      #expect(error?.kind == .budget)
      #expect(error?.description.contains("KERNELWRIGHT_MODEL_PRICE") == true)
      #expect(provider.requests.isEmpty)
    }
  }

  @Test("when the minutes are over, nothing more is sent")
  func minutes() async throws {
    let start = ContinuousClock.now
    let clock = Clock(start: start)
    let budget = Budget(.init(minutes: 2), now: { clock.now })
    let reservation = try await budget.reserve(atMost: Usage(), price: nil)
    #expect(reservation.deadline == start + .seconds(120))
    clock.advance(by: .seconds(121))
    #expect(await budget.minutesSpent > 2)
    await #expect(throws: ModelError.self) { try await budget.reserve(atMost: Usage(), price: nil) }
  }

  @Test("an answer under way ends with the minutes")
  func deadline() async throws {
    try await Support.withProvider([.silence]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      let budget = Budget(.init(minutes: 0.002))
      let error = await Support.collect(client.stream(Support.request, within: budget)).error
      #expect(error?.kind == .budget)
    }
  }

  @Test("a failed request costs nothing, a broken answer what it may have cost")
  func broken() async throws {
    let cut = LoopbackReply.answer(
      text: Support.text, tokens: .init(input: 77), pace: .init(cutAfter: 900, ending: .drop))
    try await Support.withProvider([.http(status: 400), cut]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL, price: price))
      let budget = Budget(.init(tokens: 100_000))
      _ = await Support.collect(client.stream(Support.request, within: budget))
      #expect(await budget.spent == Budget.Spent())
      let events = await Support.collect(client.stream(Support.request, within: budget)).events
      let spent = await budget.spent
      #expect(spent.usage.inputTokens == 77, "the provider had said so before it broke")
      #expect(spent.estimatedTokens == events.text.utf8.count / 2 - 1)
      #expect(spent.estimatedDollars > 0)
    }
  }

  @Test("an attempt that failed after the provider had counted is part of the answer's figures")
  func earlierAttempts() async throws {
    let events = try #require(LoopbackAnswer.events(path: "/v1/messages", text: "x", tokens: .init(input: 30)))
    let counted = LoopbackReply.events(Array(events.prefix(1)), pace: .init(ending: .drop))
    let answer = LoopbackReply.answer(text: "x", tokens: .init(input: 30, output: 4))
    try await Support.withProvider([counted, answer]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      let budget = Budget(.init(tokens: 10_000))
      let reply = try await client.complete(Support.request, within: budget)
      #expect(reply.usage == Usage(inputTokens: 60, outputTokens: 5))
      #expect(await budget.spent.usage == reply.usage)
    }
  }

  @Test("costs add up only where all of them are known")
  func sums() {
    let known = Usage(inputTokens: 1, reportedCost: 0.5)
    #expect((known + known).reportedCost == 1)
    #expect((Usage() + known).reportedCost == 0.5)
    #expect((known + Usage(inputTokens: 1)).reportedCost == nil)
    #expect(Usage(inputTokens: 1).cost(at: nil) == nil)
    #expect(Usage(cachedInputTokens: 1_000_000, cacheWriteTokens: 1_000_000).cost(at: price) == 2 + 2.5)
  }

  /// A clock that a test moves.
  private final class Clock: Sendable {
    private let instant: Mutex<ContinuousClock.Instant>

    init(start: ContinuousClock.Instant) { instant = Mutex(start) }

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) { instant.withLock { $0 += duration } }
  }
}
