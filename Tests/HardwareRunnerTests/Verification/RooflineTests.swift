import Foundation
import Testing

@testable import HardwareRunner

@Suite("Roofline floor")
struct RooflineTests {
  @Test("the slower of moving the bytes and doing the arithmetic is the floor")
  func floor() throws {
    let roof = Roof(bandwidth: 10e9, level: "DRAM", peakFlops: 100e9)
    let bytes = try #require(RooflineFloor(bytes: 10_000_000, flops: 1e6, roof: roof))
    #expect(abs(bytes.floorMs - 1) < 1e-9)
    let flops = try #require(RooflineFloor(bytes: 10_000_000, flops: 1e9, roof: roof))
    #expect(abs(flops.floorMs - 10) < 1e-9)
    #expect(RooflineFloor(bytes: 1, flops: nil, roof: Roof(bandwidth: nil, level: "L1", peakFlops: nil)) == nil)
  }

  @Test("faster than the roof by more than the roof's own uncertainty is refused")
  func gate() throws {
    let floor = try #require(
      RooflineFloor(bytes: 10_000_000, flops: nil, roof: Roof(bandwidth: 10e9, level: "DRAM", peakFlops: nil)))
    #expect(floor.gate(measuredMs: 2).passed)
    #expect(floor.gate(measuredMs: 0.9).passed)
    let refused = floor.gate(measuredMs: 0.5)
    #expect(!refused.passed && refused.detail.contains("Faster than memory could deliver"))
  }

  @Test("a working set is held against the memory level that holds it, and level 1 has no measured roof")
  func levels() {
    var device = Harness.device
    device.bandwidth = [
      .init(level: .l2, bytes: 2 << 20, gbPerSecond: 200), .init(level: .dram, bytes: 1 << 34, gbPerSecond: 20),
    ]
    #expect(device.roof(for: 32 << 10).bandwidth == nil)
    #expect(device.roof(for: 1 << 20).bandwidth == 200e9)
    #expect(device.roof(for: 100 << 20).level == "DRAM")
  }
}
