import Foundation
import Testing

@testable import HardwareRunner

@Suite("Device facts") struct DeviceFactsTests {
  static let processor = ProcessorDescription(
    model: "AMD EPYC", identity: "AuthenticAMD/25/17/1", cores: 2, cacheBytes: [32 << 10, 1 << 20, 32 << 20],
    instructionSets: ["avx", "avx2", "avx512f"], vectorBits: 512, system: "linux")

  @Test("the fingerprint changes with what decides about speed and with nothing else")
  func fingerprint() {
    let own = Self.processor.fingerprint
    #expect(own == Self.processor.fingerprint)
    #expect(own.count == 16 && own.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    var seen: Set<String> = [own]
    let changes: [(inout ProcessorDescription) -> Void] = [
      { $0.model = "AMD EPYC 9654" }, { $0.identity += "2" }, { $0.cores = 4 }, { $0.cacheBytes[2] = 16 << 20 },
      { $0.instructionSets.removeLast() }, { $0.system = "macos" },
    ]
    for change in changes {
      var other = Self.processor
      change(&other)
      #expect(seen.insert(other.fingerprint).inserted, "\(other)")
    }
    let facts = DeviceFacts(Self.processor, memoryBytes: 1 << 34)
    #expect(facts.fingerprint == own)
    #expect(facts.name == "AMD EPYC, 2 cores")
    #expect(facts.refined(by: measured(l3: 1)).fingerprint == own)
  }

  @Test("this machine is recognised again, and says something")
  func thisMachine() {
    let facts = DeviceFacts.ofThisMachine()
    #expect(facts == DeviceFacts.ofThisMachine())
    #expect(facts.cores >= 1 && facts.cores <= ProcessInfo.processInfo.processorCount)
    #expect(facts.memoryBytes > 0 && facts.cacheBytes.count == 3)
    #expect(facts.measured == nil && facts.bandwidth.isEmpty)
  }

  @Test("what a kernel or a hypervisor adds to the flags is no instruction set")
  func instructionSets() {
    let flags = "fpu vme sse2 ssse3 hypervisor avx avx2 fma retpoline ibpb avx512f arat bmi2 constant_tsc"
    #expect(
      ProcessorDescription.instructionSets(in: flags.split(separator: " ").map(String.init))
        == ["avx", "avx2", "avx512f", "bmi2", "fma", "sse2", "ssse3"])
    #expect(ProcessorDescription.vectorBits(of: ["sse2", "avx", "avx512f"]) == 512)
    #expect(ProcessorDescription.vectorBits(of: ["sse2", "avx2", "avx"]) == 256)
    #expect(ProcessorDescription.vectorBits(of: ["asimd", "sve"], scalableBits: 256) == 256)
    #expect(ProcessorDescription.vectorBits(of: ["asimd"]) == 128)
  }

  private func measured(l3: Double, dram: Double = 20, f32: Double = 100) -> DeviceFacts {
    var facts = DeviceFacts(Self.processor, memoryBytes: 1 << 34)
    facts.bandwidth = [
      .init(level: .l2, bytes: 2 << 20, gbPerSecond: 200), .init(level: .l3, bytes: 32 << 20, gbPerSecond: l3),
      .init(level: .dram, bytes: 1 << 34, gbPerSecond: dram),
    ]
    facts.peakGflops = ["f32": f32]
    facts.launchOverheadUs = 1
    facts.measured = Date(timeIntervalSince1970: l3)
    return facts
  }

  @Test("the level is the smallest one that holds the working set")
  func level() {
    let facts = measured(l3: 90)
    #expect(facts.level(holding: 1 << 20)?.level == .l2)
    #expect(facts.level(holding: 3 << 19)?.level == .l2)
    // A cache that a working set just fits into does not hold it: other things are in there as well.
    #expect(facts.level(holding: 2 << 20)?.level == .l3)
    #expect(facts.level(holding: 1 << 30)?.level == .dram)
    #expect(facts.level(holding: 1 << 40)?.level == .dram)
    #expect(DeviceFacts(Self.processor, memoryBytes: 1).level(holding: 1) == nil)
  }

  @Test("a measurement on a busy machine never takes a roof away")
  func refinement() {
    let quiet = measured(l3: 90, dram: 20, f32: 100)
    let busy = measured(l3: 9, dram: 25, f32: 50)
    for both in [quiet.refined(by: busy), busy.refined(by: quiet)] {
      #expect(both.bandwidth.map(\.gbPerSecond) == [200, 90, 25])
      #expect(both.peakGflops == ["f32": 100])
    }
    var other = busy
    other.fingerprint = "0"
    #expect(quiet.refined(by: other) == quiet)
    #expect(DeviceFacts(Self.processor, memoryBytes: 1 << 34).refined(by: busy) == busy)
  }

  @Test("each level is measured well inside it and well outside the one before")
  func plans() {
    let plans = DeviceFacts(Self.processor, memoryBytes: 16 << 30).plans()
    #expect(plans.map(\.level) == [.l2, .l3, .dram])
    #expect(plans[0].workingSet < 2 << 20)
    #expect(plans[1].workingSet > 2 * (2 << 20) && plans[1].workingSet <= 16 << 20)
    #expect(plans[2].workingSet >= 256 << 20)
    var unknown = Self.processor
    unknown.cacheBytes = [0, 0, 0]
    let bare = DeviceFacts(unknown, memoryBytes: 1 << 30).plans()
    #expect(bare.map(\.level) == [.dram])
    #expect(bare[0].workingSet <= 128 << 20)
  }

  @Test("figures that can't be are refused, and a cache is never slower than memory")
  func reply() throws {
    var facts = DeviceFacts(Self.processor, memoryBytes: 16 << 30)
    let plans = facts.plans()
    func reply(_ speeds: [Double], peak: Double = 1e11) -> DeviceFacts.Reply {
      .init(
        launchOverhead: 1e-6, levels: zip(plans, speeds).map { .init(level: $0.level, bytesPerSecond: $1) },
        peaks: ["f32": peak])
    }
    #expect(throws: WorkerFailure.self) { try facts.take(reply([1, 1]), plans) }
    #expect(throws: WorkerFailure.self) { try facts.take(reply([1, 0, 1]), plans) }
    #expect(throws: WorkerFailure.self) { try facts.take(reply([1, 1, 1], peak: .infinity), plans) }
    try facts.take(reply([100e9, 5e9, 20e9]), plans)
    #expect(facts.bandwidth.map(\.gbPerSecond) == [100, 20, 20])
    #expect(facts.peakGflops == ["f32": 100])
    #expect(facts.measured != nil)
  }

  @Test("tool versions have a fingerprint that follows each of them")
  func tools() {
    let base = ToolVersions(torch: "2.6.0", python: "3.9.1", compiler: "g++ 12", policy: "1")
    var others = [base, base, base, base]
    others[0].torch = "2.13.0"
    others[1].python = "3.9.2"
    others[2].compiler = nil
    others[3].policy = "2"
    #expect(Set(([base] + others).map(\.fingerprint)).count == 5)
  }

  @Test(
    "a worker measures this machine",
    .enabled(if: Machine.canSandbox, "needs bubblewrap, and KERNELWRIGHT_TEST_PYTHON with PyTorch"))
  func measurement() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let facts = try await DeviceFacts.measure(environment: environment)
    #expect(facts.fingerprint == DeviceFacts.ofThisMachine().fingerprint)
    #expect(facts.bandwidth.last?.level == .dram)
    #expect(facts.peakGflops.keys.sorted() == ["f32", "f64"])
    #expect(facts.launchOverheadUs ?? 0 > 0)
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    try ReportSchemas.expect(["devices": [facts]], "devices.schema.json", encoder)
  }
}
