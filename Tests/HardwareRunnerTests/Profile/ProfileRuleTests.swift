import Foundation
import Testing

@testable import HardwareRunner

/// A machine with round figures: 100 GB/s from L2, 10 GB/s from memory, 100 GFLOP/s, 1 µs a call.
let roundMachine = DeviceFacts(
  fingerprint: "d", name: "a machine, 2 cores", kind: .cpu, cores: 2, vectorBits: 512, cacheBytes: [0, 1 << 20, 0],
  memoryBytes: 1 << 34, measured: Date(timeIntervalSince1970: 0),
  bandwidth: [
    .init(level: .l2, bytes: 2 << 20, gbPerSecond: 100), .init(level: .dram, bytes: 1 << 34, gbPerSecond: 10),
  ], peakGflops: ["f32": 100], launchOverheadUs: 1)

func call(
  _ op: String, _ kind: ProfiledCall.Kind, line: Int? = 7, ms: Double, count: Int = 1, bytes: Int = 0, flops: Int = 0,
  counted: Bool = true, dtype: String = "float32", largest: Int = 0
) -> ProfiledCall {
  ProfiledCall(
    line: line, op: op, count: count, ms: ms, bytes: bytes, flops: flops, counted: counted, kind: kind, dtype: dtype,
    largestBytes: largest)
}

func profile(_ calls: [ProfiledCall], total: Double? = nil, overhead: Double = 0) -> OpProfile {
  let total = total ?? calls.reduce(0) { $0 + $1.ms }
  return OpProfile(
    ProfileReply(totalMs: total, overheadMs: overhead, runs: 20, threads: 2, calls: calls),
    device: roundMachine, date: Date(timeIntervalSince1970: 0))
}

private let big = 64 << 20

@Suite("Why a line matters") struct ProfileRuleTests {
  private func diagnostic(_ calls: ProfiledCall...) -> String? {
    profile(calls).lines.first { $0.line == 7 }?.diagnostic
  }

  @Test("five passes that could be one")
  func passes() {
    let pass = call("mul", .pointwise, ms: 56, count: 4, bytes: 8 * big, largest: big)
    let sum = call("sum", .reduction, ms: 14, bytes: big, largest: big)
    let tiny = call("neg", .pointwise, ms: 0.1, bytes: 64, largest: 64)
    let text = diagnostic(pass, sum, tiny)
    #expect(text == "86 % of the memory roof, but five passes over a 64 MiB tensor that could be one")
    let slow = call("mul", .pointwise, ms: 500, count: 5, bytes: 10 * big, largest: big)
    #expect(diagnostic(slow) == "13 % of the memory roof: five passes over a 64 MiB tensor that could be one")
  }

  @Test("a pass knows of the passes on other lines, unless something stands between them")
  func neighbours() {
    let first = call("mul", .pointwise, line: 6, ms: 14, bytes: 2 * big, largest: big)
    let second = call("add", .pointwise, line: 7, ms: 14, bytes: 2 * big, largest: big)
    #expect(diagnostic(first, second)?.hasSuffix("one of two passes over a 64 MiB tensor that could be one") == true)
    let product = call("mm", .matmul, line: 6, ms: 1, bytes: 2 * big, flops: 1 << 27, largest: big)
    #expect(diagnostic(first, product, second) == "96 % of the memory roof: only moving fewer bytes would help")
    let view = call("view", .view, line: 6, ms: 0.001)
    #expect(diagnostic(first, view, second)?.contains("one of two passes") == true)
  }

  @Test("a library near its roof is left alone, and one far from it is not")
  func library() {
    let near = call("addmm", .matmul, ms: 11, bytes: 1 << 20, flops: 1_000_000_000, largest: 1 << 20)
    #expect(diagnostic(near) == "matrix product at 91 % of peak: left to the library")
    let far = call("conv2d", .convolution, ms: 50, bytes: 1 << 20, flops: 1_000_000_000, largest: 1 << 20)
    #expect(diagnostic(far)?.hasPrefix("convolution at 20 % of peak: ") == true)
    let thin = call("mv", .matmul, ms: 7, bytes: big, flops: big / 2, largest: big)
    #expect(diagnostic(thin) == "matrix product at 96 % of the memory roof: left to the library")
  }

  @Test("a pooling says how often it reads each element")
  func pooling() {
    let pool = call(
      "avg_pool1d", .pooling, ms: 100, bytes: 2 * big, flops: big / 4 * 25, largest: big)
    #expect(
      diagnostic(pool) == "13 % of the memory roof: each element is read 25 times, once for every window it lies in")
  }

  @Test("a loop of calls that cost more than they do")
  func launches() {
    let loop = call("add", .pointwise, ms: 0.2, count: 100, bytes: 100 * 256, flops: 100, largest: 128)
    #expect(diagnostic(loop)?.hasPrefix("100 calls of 2.0 µs each: calling costs more than computing") == true)
    #expect(profile([loop]).lines[0].fractionOfRoof == nil)
    #expect(profile([loop]).lines[0].hint == "200 µs · 100 %")
  }

  @Test("a copy says how much it copies")
  func copy() {
    let copy = call("clone", .copy, ms: 20, bytes: 2 * big, largest: big)
    #expect(diagnostic(copy) == "67 % of the memory roof: copies 64 MiB; whatever comes next may take it as it lies")
  }

  @Test("a single pass far from the roof is held back by something else")
  func single() {
    let pass = call("tanh", .pointwise, ms: 130, bytes: 2 * big, flops: big / 4, largest: big)
    #expect(diagnostic(pass)?.hasPrefix("10 % of the memory roof: something else holds it back") == true)
  }

  @Test("lines that hardly count say nothing, and neither do those that can't be counted")
  func silence() {
    let work = call("mul", .pointwise, line: 6, ms: 95, count: 2, bytes: 4 * big, largest: big)
    let little = call("add", .pointwise, ms: 5, count: 2, bytes: big, largest: big / 4)
    #expect(diagnostic(work, little) == nil)
    let unknown = call("linalg_svd", .other, ms: 95, bytes: big, counted: false, largest: big)
    #expect(diagnostic(unknown) == nil)
    #expect(profile([unknown]).lines[0].hint == "95 ms · 100 %")
    #expect(!profile([unknown]).lines[0].counted)
  }

  @Test("Python's share is said of the op")
  func overhead() {
    let small = call("mul", .pointwise, ms: 0.012, bytes: 1 << 16, largest: 1 << 16)
    #expect(profile([small], total: 0.052, overhead: 0.040).diagnostic == "Python overhead dominates: 40 µs of 52 µs")
    #expect(profile([small], total: 0.020, overhead: 0.008).diagnostic == "Python overhead is 8.0 µs of 20 µs")
    #expect(profile([small], total: 0.013, overhead: 0.001).diagnostic == nil)
  }
}

@Suite("From calls to lines") struct AssemblyTests {
  @Test("times are scaled to what the op takes without being watched")
  func scaling() {
    let result = profile(
      [
        call("mul", .pointwise, line: 3, ms: 30, bytes: big, largest: big),
        call("add", .pointwise, line: 5, ms: 50, bytes: big, largest: big), call("x", .other, line: nil, ms: 20),
      ], total: 50)
    #expect(result.lines.map(\.line) == [3, 5])
    #expect(result.lines.map(\.ms) == [15, 25])
    #expect(result.lines.map(\.share) == [0.3, 0.5])
    #expect(result.elsewhereMs == 10)
    #expect(result.overheadMs == 0)
    let python = profile([call("mul", .pointwise, ms: 10)], total: 50, overhead: 20)
    #expect(python.lines[0].ms == 30 && python.overheadMs == 20)
    #expect(profile([], total: 50).overheadMs == 50)
  }

  @Test("each call stands under the roof of the level that holds it; roofs add up")
  func roofs() {
    let cached = call("mul", .pointwise, ms: 0.02, bytes: 1_000_000, largest: 500_000)
    let line = profile([cached]).lines[0]
    #expect(line.level == .l2 && line.roof == .memory)
    #expect(abs((line.fractionOfRoof ?? 0) - 0.5) < 1e-9)
    // The same bytes in ten calls lie in the smaller level.
    let ten = profile([call("mul", .pointwise, ms: 1, count: 10, bytes: 10_000_000, largest: 500_000)]).lines[0]
    #expect(ten.level == .l2 && abs((ten.fractionOfRoof ?? 0) - 0.1) < 1e-9)
    let both = profile([
      call("mm", .matmul, ms: 20, bytes: 1000, flops: 1_000_000_000),
      call("add", .pointwise, ms: 20, bytes: 50_000_000, largest: big),
    ])
    #expect(both.roof == .compute && abs((both.fractionOfRoof ?? 0) - 15.0 / 40) < 1e-9)
  }

  @Test("types whose peak nobody measured, and machines nobody measured, give times without fractions")
  func unknown() {
    let half = profile([call("mm", .matmul, ms: 1, bytes: 1 << 20, flops: 1 << 20, dtype: "bfloat16")]).lines[0]
    #expect(half.fractionOfRoof == nil && half.hint == "1.0 ms · 100 %")
    var bare = roundMachine
    (bare.bandwidth, bare.peakGflops, bare.launchOverheadUs) = ([], [:], nil)
    let reply = ProfileReply(
      totalMs: 1, overheadMs: 0, runs: 1, threads: 1, calls: [call("mul", .pointwise, ms: 1, bytes: big)])
    let result = OpProfile(reply, device: bare, date: Date())
    #expect(result.fractionOfRoof == nil && result.lines[0].diagnostic == nil)
  }

  @Test("views are free and not listed")
  func views() {
    let result = profile([call("view", .view, ms: 0.01), call("mul", .pointwise, ms: 1, bytes: big, largest: big)])
    #expect(result.lines[0].ops == ["mul"] && result.lines[0].calls == 1 && result.lines[0].counted)
  }

  @Test(
    "figures as a person reads them",
    arguments: [
      (0.0004, "0.4 µs"), (0.00994, "9.9 µs"), (0.00996, "10 µs"), (0.052, "52 µs"), (0.9994, "999 µs"),
      (0.9996, "1.0 ms"), (3.2, "3.2 ms"), (9.96, "10 ms"), (41, "41 ms"), (999.6, "1.0 s"), (12_340, "12.3 s"),
    ])
  func durations(ms: Double, text: String) {
    #expect(ProfileText.duration(ms: ms) == text)
  }

  @Test("hints, percentages and sizes")
  func texts() {
    #expect(
      ProfileText.hint(ms: 3.2, share: 0.41, fraction: 0.12, roof: .memory) == "3.2 ms · 41 % · 12 % of memory roof")
    #expect(ProfileText.percent(0.001) == "<1 %")
    #expect(ProfileText.percent(0) == "0 %")
    #expect(ProfileText.percent(1.4) == "100 %")
    #expect(ProfileText.bytes(64 << 20) == "64 MiB")
    #expect(ProfileText.bytes(1536) == "1.5 KiB")
    #expect(ProfileText.bytes(3 << 30) == "3.0 GiB")
    #expect(ProfileText.bytes(100) == "100 B")
  }
}
