/// Money, tokens and minutes that a job may spend on models, shared by every agent of the job.
///
/// It holds although several requests run at once because each reserves the most that it can cost before it is sent,
/// and gives back the rest when the provider's own figures are in.
public actor Budget {
  /// What may be spent; nil where there is no limit.
  public struct Limits: Sendable, Equatable {
    /// US dollars.
    public var dollars: Double?
    public var tokens: Int?
    public var minutes: Double?

    public init(dollars: Double? = nil, tokens: Int? = nil, minutes: Double? = nil) {
      self.dollars = dollars
      self.tokens = tokens
      self.minutes = minutes
    }
  }

  /// What was spent.
  public struct Spent: Sendable, Equatable {
    /// The providers' own figures.
    public var usage = Usage()
    /// US dollars; nil when a request was made whose price nobody knows.
    public var dollars: Double? = 0
    /// Tokens that a broken or cancelled answer may have cost, for which no provider gave a figure; they count against
    /// the limits.
    public var estimatedTokens = 0
    public var estimatedDollars = 0.0
    /// Requests that reached a provider and were answered, wholly or in part.
    public var requests = 0
  }

  /// A part of the budget that is set aside for one request.
  struct Reservation: Sendable {
    fileprivate var id: Int
    fileprivate var price: ModelPrice?
    /// When the budget's minutes end.
    var deadline: ContinuousClock.Instant?
  }

  public let limits: Limits
  public private(set) var spent = Spent()
  private let now: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private var reserved: [Int: (tokens: Int, dollars: Double)] = [:]
  private var nextID = 0

  /// The minutes begin now.
  /// - Parameter now: the clock, for tests.
  public init(_ limits: Limits, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.limits = limits
    self.now = now
    start = now()
  }

  /// Minutes since the budget was made.
  public var minutesSpent: Double { (now() - start).inSeconds / 60 }

  /// Sets aside the most that a request can cost.
  /// - Parameter atMost: every token of the question and the longest answer.
  /// - Throws: `ModelError` of kind `.budget` when that does not fit any more, or the minutes are over, or there is a
  ///   limit in money and no price.
  func reserve(atMost usage: Usage, price: ModelPrice?) throws -> Reservation {
    let deadline = limits.minutes.map { start + .seconds($0 * 60) }
    if let deadline, now() >= deadline {
      throw ModelError(.budget, "The job's \(Self.figure(limits.minutes)) minutes are over; give it more to go on.")
    }
    let dollars = usage.cost(at: price)
    if let limit = limits.dollars {
      guard let dollars else {
        throw ModelError(
          .budget, "The job has a budget in money and the model no price; set KERNELWRIGHT_MODEL_PRICE, such as 3,15.")
      }
      let taken = (spent.dollars ?? 0) + spent.estimatedDollars + reserved.values.reduce(0) { $0 + $1.dollars }
      // Sums of thousands of small figures may be off in the last places; a limit is not missed by that.
      guard taken + dollars <= limit * (1 + 1e-9) else {
        throw ModelError(
          .budget, "What is left of the job's \(Self.figure(limit)) $ is less than the next answer may cost; raise it.")
      }
    }
    if let limit = limits.tokens {
      let taken = spent.usage.totalTokens + spent.estimatedTokens + reserved.values.reduce(0) { $0 + $1.tokens }
      guard taken + usage.totalTokens <= limit else {
        throw ModelError(
          .budget, "What is left of the job's \(limit) tokens is less than the next answer may take; raise it.")
      }
    }
    nextID += 1
    reserved[nextID] = (usage.totalTokens, dollars ?? 0)
    return Reservation(id: nextID, price: price, deadline: deadline)
  }

  /// Gives a reservation back and books what it came to.
  /// - Parameters:
  ///   - reported: the provider's figures.
  ///   - unreported: what the request may have cost beyond them, where the answer broke off.
  ///   - wasAnswered: whether the provider began to answer; one that did not charges nothing.
  func settle(_ reservation: Reservation, reported: Usage, unreported: Usage, wasAnswered: Bool) {
    guard reserved.removeValue(forKey: reservation.id) != nil, wasAnswered else { return }
    spent.requests += 1
    spent.usage = spent.usage + reported
    spent.estimatedTokens += unreported.totalTokens
    spent.estimatedDollars += unreported.cost(at: reservation.price) ?? 0
    if let cost = reported.cost(at: reservation.price) {
      spent.dollars = spent.dollars.map { $0 + cost }
    } else {
      spent.dollars = nil
    }
  }

  private static func figure(_ value: Double?) -> String {
    guard let value else { return "" }
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
  }
}
