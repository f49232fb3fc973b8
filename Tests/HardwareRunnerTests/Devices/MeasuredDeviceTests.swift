import Foundation
import Testing

@testable import HardwareRunner

@Suite("Measured device")
struct MeasuredDeviceTests {
  private static func facts(dram: Double, f32: Double = 300, fingerprint: String = "this one") -> DeviceFacts {
    DeviceFacts(
      fingerprint: fingerprint, name: "a device", kind: .cpu, cores: 2, vectorBits: 512, cacheBytes: [1, 2, 3],
      memoryBytes: 4, measured: Date(timeIntervalSince1970: 0),
      bandwidth: [.init(level: .dram, bytes: 4, gbPerSecond: dram)], peakGflops: ["f32": f32], launchOverheadUs: 1)
  }

  private static func device(
    _ variables: [String: String], fingerprint: String = "this one", torch: String = "2.13.0"
  ) -> MeasuredDevice {
    MeasuredDevice(fingerprint: fingerprint, torchVersion: torch, variables: variables)
  }

  private func inFolder(_ body: ([String: String]) throws -> Void) rethrows {
    let cache = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: cache) }
    try body(["XDG_CACHE_HOME": cache.path])
  }

  @Test("is settled once a measurement confirms the best before it, and keeps the best of all")
  func settles() {
    inFolder { variables in
      let device = Self.device(variables)
      #expect(device.facts == nil && device.settled == nil)
      device.add(Self.facts(dram: 20))
      device.add(Self.facts(dram: 40))
      // Neither that nor what is slower again confirms the 40.
      #expect(device.add(Self.facts(dram: 30)).bandwidth[0].gbPerSecond == 40)
      #expect(device.settled == nil)
      device.add(Self.facts(dram: 41))
      #expect(device.settled?.bandwidth[0].gbPerSecond == 41)
      // What is found out later counts too.
      device.add(Self.facts(dram: 50, f32: 100))
      #expect(device.settled?.bandwidth[0].gbPerSecond == 50)
      #expect(device.settled?.peakGflops == ["f32": 300])
    }
  }

  @Test("is another for another device and another PyTorch, and nothing where the file makes no sense")
  func others() throws {
    try inFolder { variables in
      let device = Self.device(variables)
      for _ in 0..<2 { device.add(Self.facts(dram: 20)) }
      #expect(device.settled != nil)
      #expect(Self.device(variables, fingerprint: "another").facts == nil)
      #expect(Self.device(variables, torch: "2.6.0").facts == nil)
      let folder = try #require(variables["XDG_CACHE_HOME"]) + "/kernelwright/"
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder + name))
      }
      #expect(device.facts == nil)
      #expect(device.add(Self.facts(dram: 10)).bandwidth[0].gbPerSecond == 10)
    }
  }
}
