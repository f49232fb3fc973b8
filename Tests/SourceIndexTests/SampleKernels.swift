import TestSupport

/// Random texts and edits of C-family languages.
enum SampleKernels {
  /// What files are made of, complete and not. Names are few, so that definitions meet.
  private static let parts = [
    "#include <cuda.h>\n", "#pragma once\n", "#define f1 2\n", "#define f2(x) ((x) * f1 + \\\n  3)\n", "#undef f1\n",
    "#ifdef A\n", "#if B // why\n", "#elif C\n", "#else\n", "#endif\n", "#endif\n",
    "// about it\n", "/* long\n   story */\n", "// kernelwright: x=f32[4]\n", "\n", "\n\n",
    "struct Tile { float x; };\n", "struct Pair {\n  int a, b;\n} pair;\n", "int table[] = {1, 2, 3};\n",
    "enum { f3 = 1 };\nusing namespace a;\n", "constexpr int f0 = f1 + f3;\n",
    "__device__ float f0(float v) { return v * f1; }\n", "__device__ float f1(float v) {\n  return f2(v) + f3;\n}\n",
    "static inline float f2(float v)\n{\n  if (v) { return 1'000.5e+3f; }\n  return v;\n}\n",
    "__global__ void f3(float *x, Tile t) { x[0] = f0(x[1]) + t.x; }\n",
    "template <typename T, int N = (3 > 2)>\n__global__ void f4(T *x, int n /* many */ = f3) {\n  x[n] = ns::load<4>(f1(x));\n}\n",
    "__global__ void __launch_bounds__(256) f5(float *x) {\n#pragma unroll\n  for (int i = 0; i < 4; i++) { f5_body(x); }\n}\n",
    "__kernel void f6(__global float *x, uint n) {\n#ifdef A\n  x[0] = f0(n);\n#endif\n}\n",
    "kernel void f7(device float *x [[buffer(0)]]) { x[0] = f1(2); }\n",
    "namespace a {\n", "namespace a::b { namespace {\n", "extern \"C\" {\n", "}\n", "}  // namespace\n", "};\n",
    "extern \"C\" void f8(float *x) { x[0] = 1; }\n", "void f9(float *x) noexcept {\n  x->y.z(1);\n}\n",
    "// kernelwright: x=f32[16] y=q7[1]\nvoid f9(float *x) { f3(x); }\n",
    "int a; // kernelwright: x=f32[2]\nvoid f8(float *x) {}\n", "int b; __global__ void f1(int x) {} int c;\n",
    "auto s = R\"x(__global__ void g() {}\n}\n)\" )x\";\n", "const char *t = \"/* }\\\n\";\n", "char q = '\\'';\n",
    "void broken(int a { \n}\n", "S &operator=(S s) { return s; }\n", "float é = 1;\n",
  ]

  private static let insertions =
    parts + [
      "", "", "", " ", "\n", "\n", "\r\n", "\r", "\t", "\u{0C}", "x", "f1", "f2(x)", "{", "}", "\n}", "\n}\n", "(", ")",
      "[",
      "]", "<", ">", "=", ";", ",", ":", "::", "->", ".", "\"", "'", "/", "*", "/*", "*/", "//", "\\", "\\\n", "#",
      "\n#",
      "#if A\n", "\n#endif\n", "#define ", "#define f0", "R\"(", ")\"", "R\"x(", ")x\"", "R", "u8", "$", "0x1p+", "1'0",
      "template ", "template <", "operator", "__global__ ", "__global__ void f2(int n) {", "__kernel ", "kernel ",
      "namespace ", "extern \"C\"", "kernelwright:", "// kernelwright: ", "/* kernelwright: x=f32[2] */", "\0", "é",
      "🔥",
    ]

  static func text(_ random: inout SplitMix64) -> String {
    let count = Int.random(in: 5...60, using: &random)
    let text = (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
    switch Int.random(in: 0...3, using: &random) {
    case 0: return withLineEnds("\r\n", text)
    case 1: return withLineEnds("\r", text)
    default: return text
    }
  }

  static func insertion(_ random: inout SplitMix64) -> String { insertions.randomElement(using: &random) ?? "" }

  private static func withLineEnds(_ end: String, _ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: end)
  }

  /// A file of ten lines a kernel, in which every copy is as long as any other.
  static func file(kernels count: Int) -> String {
    var result = "#include <cuda.h>\n#define SCALE 2\n"
    for index in 0..<count {
      let name = "\(index + 10_000)"
      result += """
        __device__ float helper_\(name)(float v) { return v * SCALE; }

        // The kernel \(name) of the file.
        __global__ void kernel_\(name)(float *x, const float *y, int n) {
          int i = blockIdx.x * blockDim.x + threadIdx.x;
          if (i < n) {
            x[i] = helper_\(name)(y[i]) + 1;
          }
        }


        """
    }
    return result
  }
}
