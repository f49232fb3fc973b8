import Foundation
import Testing

@testable import HardwareRunner

@Suite("Headroom")
struct HeadroomTests {
  /// Caches of 32 MB and memory with a tenth of their bandwidth.
  private static let device: DeviceFacts = {
    var device = Harness.device
    device.bandwidth = [
      .init(level: .l3, bytes: 32_000_000, gbPerSecond: 500), .init(level: .dram, bytes: 1 << 34, gbPerSecond: 50),
    ]
    device.peakGflops = ["f32": 200]
    return device
  }()

  private static func reason(_ ms: Double, bytes: Int = 500_000_000, flops: Double = 1e6) -> String? {
    Headroom(measuredMs: ms, on: device).reasonToStop(bytes: bytes, flops: flops)
  }

  @Test("an op at the roof is left alone, with its share of which roof")
  func atTheRoof() throws {
    #expect(Self.reason(11) == "at 91 % of the roof as it is (500.0 MB at 50.0 GB/s (DRAM)): not worth trying")
    let product = try #require(Self.reason(11, flops: 2.1e9))
    #expect(product.contains("95 %") && product.contains("2.10 GFLOP at 200 GFLOP/s"))
    // Faster than what was measured of the machine: its figures are a busy moment's.
    #expect(Self.reason(5)?.contains("100 %") == true)
  }

  @Test("an op with something to gain is worked on, and one of which nothing is known, too")
  func below() {
    #expect(Self.reason(11.8) == nil)
    #expect(Self.reason(40) == nil)
    #expect(Self.reason(0) == nil)
    #expect(Headroom(measuredMs: 11, on: Harness.device).reasonToStop(bytes: 500_000_000, flops: 1) == nil)
  }

  @Test("what a cache may still hold a part of is not held against memory")
  func nearACache() {
    #expect(Self.reason(0.9, bytes: 40_000_000) == nil)
    #expect(Self.reason(1.1, bytes: 50_000_000) != nil)
  }
}
