import Foundation

extension DeviceFacts {
  /// Seconds that the measurement is planned to take, the start of the worker apart.
  private static let budget = 0.8
  private static let timeout = Duration.seconds(120)
  /// Main memory is measured over so many times the last level's size, so that the caches hold little of it …
  private static let memoryOverCache = 4
  /// … but at least over so much: virtual machines are told of caches that they share with others, or of none …
  private static let leastForMemory = 256 << 20
  /// … and at most over so much, because touching more takes too long.
  private static let mostForMemory = 1 << 30

  /// The facts of this machine with bandwidths, peaks and launch overhead, measured with all threads of `environment`
  /// in a worker of its own; about two seconds, and three more for PyTorch to load.
  ///
  /// What else is running lowers the figures: measure again and keep the better ones with ``refined(by:)`` when
  /// something is seen to be faster than its roof.
  /// - Throws: ``WorkerFailure``.
  public static func measure(environment: RunnerEnvironment) async throws -> DeviceFacts {
    var facts = ofThisMachine()
    let worker = try await Worker.launch(role: .device, environment: environment, workspace: nil, arena: nil)
    defer { worker.terminate() }
    let plans = facts.plans()
    let reply = try await worker.request(
      "measure_device",
      Request(
        levels: plans.map { Request.Level(level: $0.level, workingSet: $0.workingSet) }, budget: budget),
      reply: Reply.self, timeout: timeout)
    try facts.take(reply, plans)
    return facts
  }

  struct Plan: Hashable {
    var level: Bandwidth.Level
    /// What the level holds, all cores together.
    var bytes: Int
    var workingSet: Int
  }

  /// Which levels there are, and the working set on which to measure each: well inside it, well outside the one before.
  func plans() -> [Plan] {
    let l2 = cacheBytes[1] * cores
    let l3 = cacheBytes[2]
    var plans: [Plan] = []
    if l2 > 0 { plans.append(Plan(level: .l2, bytes: l2, workingSet: l2 / 2)) }
    if l3 > 2 * l2 {
      let middle = (Double(max(l2, 1 << 20)) * Double(l3)).squareRoot()
      plans.append(Plan(level: .l3, bytes: l3, workingSet: min(Int(middle), l3 / 2)))
    }
    let wanted = max(Self.memoryOverCache * max(l2, l3), Self.leastForMemory)
    plans.append(
      Plan(level: .dram, bytes: memoryBytes, workingSet: min(wanted, Self.mostForMemory, memoryBytes / 8)))
    return plans
  }

  /// - Throws: ``WorkerFailure/protocolViolation(_:)`` for figures that can't be.
  mutating func take(_ reply: Reply, _ plans: [Plan], at date: Date = Date()) throws {
    let figures = reply.levels.map(\.bytesPerSecond) + reply.peaks.values + [reply.launchOverhead]
    guard reply.levels.map(\.level) == plans.map(\.level), figures.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw WorkerFailure.protocolViolation("the device's figures are no figures")
    }
    bandwidth = zip(plans, reply.levels).map {
      Bandwidth(level: $0.level, bytes: $0.bytes, gbPerSecond: $1.bytesPerSecond / 1e9)
    }
    // A cache is never slower than what lies behind it; a measurement that says so was disturbed.
    for index in bandwidth.indices.dropLast().reversed() {
      bandwidth[index].gbPerSecond = max(bandwidth[index].gbPerSecond, bandwidth[index + 1].gbPerSecond)
    }
    peakGflops = reply.peaks.mapValues { $0 / 1e9 }
    launchOverheadUs = reply.launchOverhead * 1e6
    measured = date
  }

  struct Request: Encodable, Sendable {
    struct Level: Encodable, Sendable {
      var level: Bandwidth.Level
      var workingSet: Int
      enum CodingKeys: String, CodingKey {
        case level
        case workingSet = "working_set"
      }
    }
    var levels: [Level]
    var budget: Double
    enum CodingKeys: String, CodingKey {
      case levels
      case budget = "budget_s"
    }
  }

  struct Reply: Decodable, Sendable {
    struct Level: Decodable, Sendable {
      var level: Bandwidth.Level
      var bytesPerSecond: Double
      enum CodingKeys: String, CodingKey {
        case level
        case bytesPerSecond = "bytes_per_second"
      }
    }
    var launchOverhead: Double
    var levels: [Level]
    var peaks: [String: Double]
    enum CodingKeys: String, CodingKey {
      case levels, peaks
      case launchOverhead = "launch_overhead_s"
    }
  }
}
