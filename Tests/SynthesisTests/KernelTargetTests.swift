import Foundation
import Testing

@testable import Synthesis

/// Whole kernels, built for other machines and run there (on Arm by an emulator), give what they give here.
@Suite(.enabled(if: TestCompiler.path != nil, "there is no C++ compiler")) struct KernelTargetTests {
  /// One op of each kind of kernel.
  private static let ops: [(name: String, make: @Sendable (inout GraphMaker) -> Int)] = [
    ("chain", { $0.call("tanh.default", [$0.call("exp.default", [$0.call("sin.default", [$0.input([7, 61])])])]) }),
    ("softmax", { $0.call("softmax.int", [$0.input([5, 67])], [.integer(-1)]) }),
    ("normal", { $0.call("gelu.default", [$0.input([6, 50])]) }),
    (
      "columns",
      { maker in
        let x = maker.input([3, 40, 33])
        return maker.call("sum.dim_IntList", [x], [.list([.integer(1)])], shape: [3, 33])
      }
    ),
    (
      "extreme",
      { maker in
        let x = maker.input([3, 40, 33])
        return maker.call("argmax.default", [x], [.integer(1)], shape: [3, 33], dtype: .int64)
      }
    ),
    ("running", { $0.call("cumsum.default", [$0.input([4, 77])], [.integer(1)]) }),
    ("running over rows", { $0.call("cumsum.default", [$0.input([2, 9, 37])], [.integer(1)]) }),
    (
      "windows",
      { maker in
        let x = maker.input([2, 3, 14, 18])
        let three = CallArgument.list([.integer(3), .integer(3)])
        return maker.call(
          "max_pool2d.default", [x], [three, .list([.integer(1), .integer(1)])], shape: [2, 3, 12, 16])
      }
    ),
    (
      "means",
      { maker in
        let x = maker.input([2, 3, 80])
        return maker.call(
          "avg_pool1d.default", [x], [.list([.integer(5)]), .list([.integer(1)])], shape: [2, 3, 76])
      }
    ),
    (
      "depthwise",
      { maker in
        let (x, w) = (maker.input([2, 4, 12, 20]), maker.parameter("w", [4, 1, 3, 3]))
        let one = CallArgument.list([.integer(1), .integer(1)])
        return maker.add(
          .call(
            Call("aten.conv2d.default", [.operand(0), .operand(1), .none, one, one, one, .integer(4)])),
          [x, w], TensorType(.float32, [2, 4, 12, 20]), "aten.conv2d.default")
      }
    ),
    (
      "half",
      { maker in
        let x = maker.input([6, 70], dtype: .bfloat16)
        return maker.call("silu.default", [x], dtype: .bfloat16)
      }
    ),
    (
      "double",
      { maker in
        let x = maker.input([6, 70], dtype: .float64)
        return maker.call("exp.default", [maker.call("tanh.default", [x], dtype: .float64)], dtype: .float64)
      }
    ),
  ]

  /// The source of the first proposal that has kernels.
  private static func source(of name: String, bits: Int) throws -> String {
    var maker = GraphMaker(seed: 3)
    let op = try #require(ops.first { $0.name == name })
    maker.returns(op.make(&maker))
    let request = SynthesisRequest(
      graph: maker.graph, opName: "Model", isFunction: false, vectorBits: bits, threads: 2,
      cacheBytes: [32 << 10, 1 << 20])
    let blocks = Synthesizer.agents.flatMap { Synthesizer.proposals(for: request, agent: $0) }.map(\.block.definition)
    let block = try #require(blocks.first { $0.contains("extern \"C\"") }, "\(name)")
    let begin = try #require(block.firstRange(of: "source = r\"\"\"\n")).upperBound
    return block[begin...].components(separatedBy: "\"\"\"")[0]
  }

  /// A program that calls every kernel on tables of numbers and prints sums of what lies there afterwards.
  private static func program(_ source: String) -> String {
    var calls = ""
    for part in source.components(separatedBy: "extern \"C\" void ").dropFirst() {
      let name = part.prefix { $0 != "(" }
      let parameters = part.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.components(separatedBy: ", ").dropLast()
      let types = parameters.map { $0.contains("int64") ? 0 : $0.contains("real") ? 1 : 2 }
      calls += "  { int types[] = {\(types.map(String.init).joined(separator: ", "))}; fill(types, \(types.count));\n"
      let pointers = types.indices.map { "room[\($0)]" }.joined(separator: ", ")
      calls +=
        "    ((void (*)(\(String(repeating: "void*, ", count: types.count))int64_t))&KERNELS::\(name))(\(pointers), 2);\n"
      calls += "    show(types, \(types.count)); }\n"
    }
    let isDouble = source.contains("namespace float64_kernels")
    return source
      + """

      #include <cstdio>
      #include <cstring>
      static const int64_t size = 1 << 15;
      static unsigned char room[8][size] __attribute__((aligned(64))), before[8][size];
      typedef \(isDouble ? "double" : "float") number;
      static void fill(const int* types, int count) {
        for (int k = 0; k < count; ++k) {
          for (int64_t i = 0; i < size / 8; ++i) {
            const float value = float((i * 37 + k * 11) % 101) / 25 - 2;
            if (types[k] == 0) ((int64_t*)room[k])[i] = i % 3;
            if (types[k] == 1) ((number*)room[k])[i] = value;
            if (types[k] == 2) memcpy(room[k] + 2 * i, (const char*)&value + 2, 2);
          }
        }
        memcpy(before, room, sizeof room);
      }
      static void show(const int* types, int count) {
        int written = 0;
        for (int k = 0; k < count; ++k) written += memcmp(before[k], room[k], size) != 0;
        printf("%d\\n", written);
        for (int k = 0; k < count; ++k) {
          double sum = 0, weighted = 0;
          for (int64_t i = 0; i < size / 8; ++i) {
            float half = 0;
            memcpy((char*)&half + 2, room[k] + 2 * i, 2);
            const double value = types[k] == 0 ? double(((int64_t*)room[k])[i]) : types[k] == 1 ? double(((number*)room[k])[i]) : half;
            sum += value; weighted += value * double(i % 17 + 1);
          }
          printf("%.9g %.9g\\n", sum, weighted);
        }
      }
      int main() {
      \(calls)
        return 0;
      }
      """.replacing("&KERNELS::", with: "&\(isDouble ? "float64" : "float32")_kernels::")
  }

  private static func numbers(_ target: TestTarget, _ name: String, bits: Int) async throws -> [Double] {
    let scratch = try CandidateTests.Scratch()
    let file = scratch.url.appendingPathComponent("kernel.cpp")
    try program(source(of: name, bits: bits)).write(to: file, atomically: true, encoding: .utf8)
    let program = scratch.url.appendingPathComponent("kernel").path
    let built = try await target.compile(["-fopenmp", file.path, "-o", program], log: scratch.url)
    try #require(built.status == 0, "\(name): \(built.output)")
    let run = try await target.run(program, log: scratch.url)
    #expect(run.status == 0, "\(name): \(run.output)")
    return run.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }

  @Test("on x86 without AVX-512, and without AVX", .enabled(if: TestTarget.avx2.canRun, "needs an x86 processor"))
  func onOtherX86() async throws {
    try await Self.giveTheSame(on: .avx2, bits: 256)
    try await Self.giveTheSame(on: .sse, bits: 128)
  }

  @Test("on 64-bit Arm", .enabled(if: TestTarget.neon.canRun, TestTarget.needsArm))
  func onArm() async throws {
    try await Self.giveTheSame(on: .neon, bits: 128)
  }

  private static func giveTheSame(on target: TestTarget, bits: Int) async throws {
    for (name, _) in ops {
      let here = try await numbers(.native, name, bits: bits)
      let there = try await numbers(target, name, bits: bits)
      #expect(here.count == there.count && !here.isEmpty, "\(name)")
      for (a, b) in zip(here, there) {
        #expect(abs(a - b) <= 1e-5 * max(abs(a), 1), "\(name): \(a) here, \(b) there")
      }
      #expect(here.first == 1, "\(name): one result was written")
    }
  }
}
