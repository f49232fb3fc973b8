import Foundation
import Testing

@testable import Synthesis

/// The functions that kernels call, compiled and compared with the C library in double (for float64: long double)
/// precision, in every vector width and for every instruction set, over a sample of all bit patterns.
@Suite(.enabled(if: TestCompiler.path != nil, "there is no C++ compiler")) struct VectorMathTests {
  /// Stated bounds in units in the last place; of the normal distribution's function, from 10⁻⁴ on.
  static let bounds: [(piece: String, function: String, exact: String, ulps: Double)] = [
    ("exp", "exp", "expl(x)", 1.1), ("expm1", "expm1", "expm1l(x)", 1.5), ("log", "log", "logl(x)", 0.9),
    ("log2", "log2", "log2l(x)", 0.9),
    ("log1p", "log1p", "log1pl(x)", 1.5),
    ("sigmoid", "sigmoid", "x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x))", 2.5),
    ("sin", "sin", "sinl(x)", 1.8), ("cos", "cos", "cosl(x)", 1.8),
    ("tanh", "tanh", "tanhl(x)", 4.5), ("erf", "erf", "erfl(x)", 2.5),
    ("normalCDF", "normal_cdf", "0.5L * erfcl(-x * sqrtl(0.5L))", 12),
    ("sqrt", "sqrt", "sqrtl(x)", 0.51), ("rsqrt", "rsqrt", "1 / sqrtl(x)", 1.6),
  ]

  @Test(arguments: [ElementType.float32, .float64], [128, 256, 512])
  func errorsStayWithinTheirBounds(_ dtype: ElementType, _ bits: Int) async throws {
    try await Self.check(dtype, bits, on: .native)
  }

  @Test(
    "on x86 without AVX-512, and without AVX", .enabled(if: TestTarget.avx2.canRun, "needs an x86 processor"),
    arguments: [ElementType.float32, .float64])
  func onOtherX86(_ dtype: ElementType) async throws {
    try await Self.check(dtype, 256, on: .avx2)
    try await Self.check(dtype, 128, on: .sse)
  }

  @Test(
    "on 64-bit Arm", .enabled(if: TestTarget.neon.canRun, TestTarget.needsArm),
    arguments: [ElementType.float32, .float64])
  func onArm(_ dtype: ElementType) async throws {
    try await Self.check(dtype, 128, on: .neon)
  }

  private static func check(_ dtype: ElementType, _ bits: Int, on target: TestTarget) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-math-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let header = VectorHeader(dtype: dtype, bits: bits).text(using: Set(bounds.map(\.piece) + ["load", "store"]))
    let isSingle = dtype == .float32
    // float64 functions of our own are exp and what is made of it; the others are the C library's.
    let tests = bounds.map { bound in
      // erfc(x/√2) of the C library carries the rounding of x/√2 into its far tail, as PyTorch's does.
      let own = bound.piece == "normalCDF" && target == .sse ? 16 : bound.ulps
      let limit = isSingle ? own : bound.piece == "normalCDF" ? 1500 : max(bound.ulps, 2.6)
      let exact = isSingle ? "double" : "long double"
      return
        "failures += test(\"\(bound.function)\", \(isSingle && bound.piece == "normalCDF" ? 1e-4 : 0), [](kw::vec x) { return kw::\(bound.function)(x); }, [](\(exact) x) { return (\(exact))(\(bound.exact)); }, \(limit));"
    }
    let source = """
      #include <cmath>
      #include <cstdint>
      #include <cstdio>
      #include <cstring>
      #if defined(__x86_64__)
      #include <immintrin.h>
      #endif
      namespace kw {
      \(header)
      }
      using kw::real;
      typedef \(isSingle ? "uint32_t" : "uint64_t") bits;
      template <class F, class G> int test(const char* name, double floor, F f, G g, double limit) {
        double worst = 0; real at = 0; long wrong = 0; real example = 0;
        const int64_t samples = 1 << \(target == .neon ? 14 : 18);
        for (int64_t i = 0; i < samples; i += kw::lanes) {
          real in[kw::lanes], out[kw::lanes];
          for (int k = 0; k < kw::lanes; ++k) {
            const bits b = bits(i + k) * bits(\(isSingle ? "16381" : "70368744177661")) * ((1 << 18) / samples) + bits(i % 977);
            memcpy(&in[k], &b, sizeof b);
            if (i % 3 == 1) in[k] = std::fmod(in[k], real(20));  // where things happen
            if (i < 64) { const real special[] = {0, real(-0.0), INFINITY, -INFINITY, NAN, 1, -1, real(1e-320)}; in[k] = special[k % 8]; }
          }
          kw::store(out, f(kw::load(in, kw::Whole{})), kw::Whole{});
          for (int k = 0; k < kw::lanes; ++k) {
            const auto exact = g(in[k]);
            const real rounded = real(exact);
            if (std::isnan(rounded) || std::isinf(rounded) || std::isnan(out[k]) || std::isinf(out[k])) {
              const bool near = std::isinf(out[k]) && exact > 0 && rounded > std::numeric_limits<real>::max() * real(0.9999);
              if (!(std::isnan(rounded) && std::isnan(out[k])) && rounded != out[k] && !near) { ++wrong; example = in[k]; }
              continue;
            }
            int e; std::frexp(std::fmax(std::fabs(rounded), std::fmax(real(floor), std::numeric_limits<real>::min())), &e);
            const double ulp = std::ldexp(1.0, e - \(isSingle ? 24 : 53));
            const double error = double(std::fabs(out[k] - exact)) / ulp;
            if (error > worst) { worst = error; at = in[k]; }
            if (rounded == 0 && in[k] == 0 && std::signbit(rounded) != std::signbit(out[k])) { ++wrong; example = in[k]; }
          }
        }
        if (worst > limit || wrong) printf("%s: %.2f ulp at %.9g, %ld wrong (%.9g)\\n", name, worst, double(at), wrong, double(example));
        return worst > limit || wrong != 0;
      }
      int main() { int failures = 0; \(tests.joined(separator: "\n")) return failures; }
      """.replacingOccurrences(of: "#include <cstring>", with: "#include <cstring>\n#include <limits>")
    let file = folder.appendingPathComponent("math.cpp")
    try source.write(to: file, atomically: true, encoding: .utf8)
    let program = folder.appendingPathComponent("math")
    let built = try await target.compile([file.path, "-o", program.path], log: folder)
    #expect(built.status == 0, "\(built.output)")
    let run = try await target.run(program.path, log: folder)
    #expect(run.status == 0, "\(run.output)")
  }
}
