import Foundation
import Testing

@testable import Synthesis

/// Loads and stores of half precision: all 65 536 numbers, and every place where rounding is decided.
@Suite(.enabled(if: TestCompiler.path != nil, "there is no C++ compiler")) struct HalfStorageTests {
  @Test(arguments: [ElementType.float32, .float64], [128, 256, 512])
  func everyNumberIsWidenedAndRoundedRight(_ real: ElementType, _ bits: Int) async throws {
    try await Self.run(real, bits, machine: "-march=native")
  }

  #if arch(x86_64)
    /// Without the machine's own conversions.
    @Test(arguments: [ElementType.float32, .float64], [128, 256, 512])
    func everyNumberIsRightOnAnyMachine(_ real: ElementType, _ bits: Int) async throws {
      try await Self.run(real, bits, machine: "-march=x86-64")
    }
  #endif

  private static func run(_ real: ElementType, _ bits: Int, machine: String) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-half-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pieces = ["load", "gather", "store", "stream", "as"].flatMap { what in
      [ElementType.bfloat16, .float16].map { "\(what) \($0.rawValue)" }
    }
    let file = folder.appendingPathComponent("half.cpp")
    try source(VectorHeader(dtype: real, bits: bits).text(using: Set(pieces + ["fence"])))
      .write(to: file, atomically: true, encoding: .utf8)
    let program = folder.appendingPathComponent("half")
    let flags = [
      "-std=c++17", "-O2", machine, "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-Wno-psabi",
    ]
    let built = try await TestPython.execute(
      TestCompiler.path ?? "", flags + [file.path, "-o", program.path], log: folder)
    #expect(built.status == 0, "\(built.output)")
    let run = try await TestPython.execute(program.path, [], log: folder)
    #expect(run.status == 0, "\(run.output)")
  }

  /// The other side of the comparison works on values and not on bits: a number's place among its neighbours.
  private static func source(_ header: String) -> String {
    """
    #include <algorithm>
    #include <cmath>
    #include <cstdint>
    #include <cstdio>
    #include <cstring>
    #include <utility>
    #include <vector>
    #if defined(__x86_64__)
    #include <immintrin.h>
    #elif defined(__aarch64__)
    #include <arm_neon.h>
    #endif
    namespace kw {
    \(header)
    }
    using namespace kw;

    struct Format { int mantissa, lowest; double largest; };  // bits, exponent of the smallest normal number
    constexpr Format bf16{7, -126, 0x1.fep127}, f16{10, -14, 65504};

    double value(uint16_t bits, Format f) {
      const int exponent = (bits & 0x7fff) >> f.mantissa, rest = bits & ((1 << f.mantissa) - 1), all = (1 << (15 - f.mantissa)) - 1;
      const double sign = bits & 0x8000 ? -1 : 1;
      if (exponent == all) return rest ? NAN : sign * INFINITY;
      if (exponent == 0) return sign * std::ldexp(double(rest), f.lowest - f.mantissa);
      return sign * std::ldexp(1 + std::ldexp(double(rest), -f.mantissa), exponent - 1 + f.lowest);
    }
    double nearest(float x, Format f) {
      if (x == 0 || !std::isfinite(x)) return x;
      int exponent; std::frexp(double(x), &exponent);
      const double unit = std::ldexp(1.0, std::max(exponent - 1, f.lowest) - f.mantissa);
      const double r = std::nearbyint(double(x) / unit) * unit;  // ties to even
      return std::fabs(r) > f.largest ? std::copysign(INFINITY, r) : r;
    }
    bool same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b)); }

    vec rounded(vec x, bfloat16) { return as_bfloat16(x); }
    vec rounded(vec x, float16) { return as_float16(x); }

    template <class T> long test(const char* name, Format f) {
      long wrong = 0;
      const auto expect = [&](bool ok, const char* what, double x) { if (!ok && wrong++ < 5) printf("%s: %s of %a\\n", name, what, x); };
      // Widening, a vector at a time, a part of one, with a stride, and alone.
      std::vector<uint16_t> all(65536 + 3 * lanes);
      for (int i = 0; i < 65536; ++i) all[i] = uint16_t(i);
      const T* const numbers = (const T*)all.data();
      for (int i = 0; i < 65536; ++i) {
        const int count = i % lanes;
        const vec whole = load(numbers + i, Whole{}), part = load(numbers + i, Part{count});
        const vec strided = gather(numbers + i, 2, Whole{}), some = gather(numbers + i, 2, Part{count});
        for (int k = 0; k < lanes; ++k) {
          if (i + 2 * k > 65535) continue;
          const double x = value(uint16_t(i + k), f), y = value(uint16_t(i + 2 * k), f);
          expect(same(whole[k], x) && same(part[k], k < count ? x : 0), "widening", x);
          expect(same(strided[k], y) && same(some[k], k < count ? y : 0), "gathering", y);
        }
        expect(same(real(numbers[i]), value(uint16_t(i), f)), "widening alone", value(uint16_t(i), f));
      }
      // Rounding: every number itself, the middle between it and the next, what is next to the middle; and any others.
      std::vector<float> inputs;
      for (int i = 0; i < 65536; ++i) {
        const float x = float(value(uint16_t(i), f));
        inputs.push_back(x);
        if (!std::isfinite(x)) continue;
        const float next = std::nextafter(x, INFINITY);
        const double step = std::ldexp(1.0, std::max(std::ilogb(x == 0 ? 1e-300 : double(x)), f.lowest) - f.mantissa);
        const float middle = float(double(x) + (std::signbit(x) ? -0.5 : 0.5) * step);
        inputs.insert(inputs.end(), {next, middle, std::nextafter(middle, INFINITY), std::nextafter(middle, -INFINITY)});
      }
      for (uint32_t i = 0; i < 1u << 20; ++i) { const uint32_t b = i * 4093u + i % 977; float x; memcpy(&x, &b, 4); inputs.push_back(x); }
      for (float x : {65519.0f, 65520.0f, -65520.0f, 0x1.fefffep127f, 0x1.ffp127f, 3e38f, 1e-41f, -1e-45f, 0x1p-25f, 0x1.000002p-25f}) inputs.push_back(x);
      while (inputs.size() % lanes) inputs.push_back(1);
      for (size_t i = 0; i < inputs.size(); i += lanes) {
        vec x; for (int k = 0; k < lanes; ++k) x[k] = inputs[i + k];
        alignas(64) uint16_t out[4][lanes];
        memset(out, 0x55, sizeof out);
        const int count = int(i / lanes) % lanes;
        store((T*)out[0], x, Whole{});
        stream((T*)out[1], x, Whole{});
        store((T*)out[2], x, Part{count});
        stream((T*)out[3], x, Part{count});
        fence();
        const vec kept = rounded(x, T(0));
        for (int k = 0; k < lanes; ++k) {
          const double wanted = nearest(inputs[i + k], f);
          expect(same(value(out[0][k], f), wanted), "rounding", inputs[i + k]);
          expect(out[1][k] == out[0][k], "streaming", inputs[i + k]);
          expect(out[2][k] == (k < count ? out[0][k] : 0x5555) && out[3][k] == out[2][k], "storing a part", inputs[i + k]);
          expect(same(kept[k], wanted), "rounding in a register", inputs[i + k]);
        }
        const T alone(x[0]);
        uint16_t b; memcpy(&b, &alone, 2);
        expect(b == out[0][0], "rounding alone", inputs[i]);
      }
      return wrong;
    }
    int main() { return test<bfloat16>("bfloat16", bf16) + test<float16>("float16", f16) ? 1 : 0; }
    """
  }
}
