public import Foundation

/// What is known of the hardware that runs an op. The static part is read from the system in under a millisecond; the
/// measured part (``measured`` and what follows it) takes about two seconds of PyTorch, once a machine.
public struct DeviceFacts: Sendable, Codable, Hashable {
  public enum Kind: String, Sendable, Codable, Hashable {
    case cpu, cuda, mps, opencl
  }

  /// Bandwidth of one level of the memory hierarchy, all cores together.
  public struct Bandwidth: Sendable, Codable, Hashable {
    public enum Level: String, Sendable, Codable, Hashable, CaseIterable {
      case l2 = "L2"
      case l3 = "L3"
      case dram = "DRAM"
    }
    public var level: Level
    /// How much the level holds, all cores together.
    public var bytes: Int
    /// 10⁹ bytes a second, read and written, without write-allocate traffic: the best of copy, triad and read.
    public var gbPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case level, bytes
      case gbPerSecond = "gb_per_second"
    }

    public init(level: Level, bytes: Int, gbPerSecond: Double) {
      self.level = level
      self.bytes = bytes
      self.gbPerSecond = gbPerSecond
    }
  }

  /// Hash of model, cores, caches, instruction sets and operating system; figures that vary from day to day are no part.
  public var fingerprint: String
  /// For a person, e.g. `AMD EPYC, 2 cores`.
  public var name: String
  public var kind: Kind
  /// Physical cores that we may use.
  public var cores: Int
  /// Width of the widest vector registers.
  public var vectorBits: Int
  /// Level-1 data and level-2 cache of one core, and all of level 3; 0 where the system doesn't say.
  public var cacheBytes: [Int]
  public var memoryBytes: Int

  /// When the rest was measured; nil before.
  public var measured: Date?
  /// From the fastest and smallest level to main memory; empty before the measurement.
  public var bandwidth: [Bandwidth]
  /// 10⁹ floating-point operations a second of the library's matrix product by type (`f32`, `f64`).
  public var peakGflops: [String: Double]
  /// Microseconds that calling an op at all takes.
  public var launchOverheadUs: Double?

  enum CodingKeys: String, CodingKey {
    case fingerprint, name, kind, cores, measured, bandwidth
    case vectorBits = "vector_bits"
    case cacheBytes = "cache_bytes"
    case memoryBytes = "memory_bytes"
    case peakGflops = "peak_gflops"
    case launchOverheadUs = "launch_overhead_us"
  }

  public init(
    fingerprint: String, name: String, kind: Kind, cores: Int, vectorBits: Int, cacheBytes: [Int], memoryBytes: Int,
    measured: Date? = nil, bandwidth: [Bandwidth] = [], peakGflops: [String: Double] = [:],
    launchOverheadUs: Double? = nil
  ) {
    self.fingerprint = fingerprint
    self.name = name
    self.kind = kind
    self.cores = cores
    self.vectorBits = vectorBits
    self.cacheBytes = cacheBytes
    self.memoryBytes = memoryBytes
    self.measured = measured
    self.bandwidth = bandwidth
    self.peakGflops = peakGflops
    self.launchOverheadUs = launchOverheadUs
  }

  /// A cache is never the op's alone: a level counts as holding a working set up to this part of its size.
  private static let usablePart = 0.75

  /// The smallest level that holds `workingSet` bytes, else main memory; nil before the measurement.
  public func level(holding workingSet: Int) -> Bandwidth? {
    bandwidth.first { Double(workingSet) <= Self.usablePart * Double($0.bytes) } ?? bandwidth.last
  }

  /// Both measurements' best figures: what a machine did once, it can do; what else was running only slows it down.
  public func refined(by other: DeviceFacts) -> DeviceFacts {
    guard other.fingerprint == fingerprint, other.measured != nil else { return self }
    guard measured != nil else { return other }
    var result = self
    result.measured = other.measured
    for index in result.bandwidth.indices {
      let same = other.bandwidth.first { $0.level == result.bandwidth[index].level }
      result.bandwidth[index].gbPerSecond = max(result.bandwidth[index].gbPerSecond, same?.gbPerSecond ?? 0)
    }
    result.peakGflops.merge(other.peakGflops, uniquingKeysWith: max)
    result.launchOverheadUs = [launchOverheadUs, other.launchOverheadUs].compactMap { $0 }.min()
    return result
  }
}
