import SourceIndex
import TestSupport
import Testing

/// Kernels in C, C++, CUDA, OpenCL C and Metal sources.
struct KernelTests {
  private func ops(_ source: String, _ language: SourceLanguage = .cuda) -> [Op] {
    IndexedDocument(text: SourceText(source), language: language).ops
  }

  private func only(_ source: String, _ language: SourceLanguage = .cuda) throws -> Op {
    let ops = ops(source, language)
    #expect(ops.count == 1, "\(ops.map(\.name))")
    return try #require(ops.first)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var source: String
    var language: SourceLanguage
    var name: String
    var kind: OpKind
    var parameters: [String]
    var testDescription: String { source }
  }

  private static func cuda(_ source: String, _ name: String, _ parameters: String...) -> Case {
    Case(source: source, language: .cuda, name: name, kind: .cudaKernel, parameters: parameters)
  }

  @Test(arguments: [
    cuda("__global__ void f(float* x, int n) { x[n] = 0; }", "f", "x", "n"),
    cuda("static __global__ __launch_bounds__(256, 2) void f(const float *__restrict__ x) {}", "f", "x"),
    cuda("__global__ void __launch_bounds__(256) f(float x[4], unsigned int n = (1, 2)) {}", "f", "x", "n"),
    cuda(
      "template <typename T, int N = (3 > 2)>\n__global__ void f(T (&x)[N], cuda::std::array<int, N> y) {}", "f", "y"),
    cuda("namespace a::b { namespace {\n[[maybe_unused]] __global__ void f(void) {} } }", "a::b::f"),
    cuda("#define BODY { int a; \\\n }\n__global__ void BOUNDS(128) f(int x) { BODY }", "f", "x"),
    cuda("auto s = R\"x(__global__ void g() {} )\" )x\"; __global__ void f(float, half2 *) { char c = '\\''; }", "f"),
    cuda(
      "// __global__ void a() {}\n/* __global__ void b() {} */ \"__global__\"; __global__ void f(dim3 g) { /* } */ }",
      "f", "g"),
    cuda("struct S { int a; }; int t[] = {1, 2};\n__global__ void f(S s, void (*g)(int, int)) {}", "f", "s", "g"),
    cuda("template <int N = 2>\nBOUNDS(N, 3)\n__global__ void f(int x) {}\nS &operator=(S s) { return s; }", "f", "x"),
    cuda("__global__ void g(int x);\n__global__ void f(int x) { if (x) { return; } }", "f", "x"),
    cuda("void broken(int a { \n}\n__global__ void f(int x) {}", "f", "x"),
    Case(
      source:
        "__kernel __attribute__((reqd_work_group_size(16, 1, 1)))\nvoid f(__global const float4 *x, __local float *t, image2d_t read_only) {}",
      language: .opencl, name: "f", kind: .openclKernel, parameters: ["x", "t"]),
    Case(
      source: "#pragma OPENCL EXTENSION cl_khr_fp16 : enable\nkernel void f(global half *restrict x, uint n) {}",
      language: .opencl, name: "f", kind: .openclKernel, parameters: ["x", "n"]),
    Case(
      source:
        "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(device const float *x [[buffer(0)]], uint i [[thread_position_in_grid]]) { }\nvertex float4 v(uint i) { return 0; }",
      language: .metal, name: "f", kind: .metalKernel, parameters: ["x", "i"]),
    Case(
      source: "// kernelwright: x=f32[16]\nextern \"C\" void f(float *x) {}\nextern \"C\" void g(float *x) {}",
      language: .cpp, name: "f", kind: .nativeFunction, parameters: ["x"]),
    Case(
      source:
        "extern \"C\" {\nint h(int);\n/* kernelwright: x=f32[16] */\nvoid f(float *x) noexcept {}\n}\n// kernelwright: x=f32[2]\nvoid g(float *x) {}",
      language: .cpp, name: "f", kind: .nativeFunction, parameters: ["x"]),
  ])
  func `a kernel is found with its name and parameters`(example: Case) throws {
    let op = try only(example.source, example.language)
    #expect(op.name == example.name && op.kind == example.kind)
    #expect(op.parameters == example.parameters)
  }

  @Test func `ranges are those of the definition, the name and each parameter`() throws {
    let source = MarkedSource(
      """
      // é
      <|start|>template <int N> __global__ void <|name|>scale<|nameEnd|>(<|x|>float *x<|xEnd|>, <|n|>int n /* how many */ = 2<|nEnd|>)
      {
        x[0] = <|call|>ns::load<4>(x)<|callEnd|> + <|exp|>__expf(x[1])<|expEnd|>;
      }<|end|> int after;
      """)
    let op = try #require(IndexedDocument(text: source.text, language: .cuda).ops.first)
    #expect(op.range == source.range("start", "end") && op.fullRange == op.range)
    #expect(op.nameRange == source.range("name", "nameEnd"))
    #expect(op.parameterDeclarations.map(\.range) == [source.range("x", "xEnd"), source.range("n", "nEnd")])
    #expect(op.calls.map(\.range).contains(source.range("exp", "expEnd")))
  }

  @Test func `directives say what the inputs are, and what is wrong in them`() throws {
    let op = try only("// kernelwright: x=f32[16,64] y=q7[4]\n__global__ void f(float *x, float *y) {}")
    #expect(op.inputSource == .directive && op.directive?.tensors.map(\.shape) == [[16, 64]])
    #expect(op.directive?.problems.count == 1)
  }

  private static let program = """
    #include <cuda.h>
    #define SCALE 2
    #define OTHER 3
    struct Tile { float x; };
    __device__ float helper(float v) { return v * SCALE; }
    __device__ float unrelated(float v) { return v * OTHER; }
    __global__ void f(float *x, Tile t) { x[0] = helper(x[1]) + t.x; }
    """

  @Test(arguments: [
    ("x[0] = helper", "x[0]=helper"), ("__global__ void f", "// about it\n__global__\n  void f"),
    ("#define OTHER 3", "#define OTHER 4"), ("return v * OTHER", "return v + OTHER"),
    ("#define SCALE 2", "#  define SCALE   2  // two"), ("struct Tile", "int more;\nstruct Tile"),
  ])
  func `the fingerprint stays when only looks or other things change`(old: String, new: String) throws {
    let changed = Self.program.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    #expect(changed != Self.program)
    #expect(try only(changed).fingerprint == only(Self.program).fingerprint)
  }

  @Test(arguments: [
    ("x[0] = helper", "x[1] = helper"), ("#define SCALE 2", "#define SCALE 3"),
    ("return v * SCALE", "return v + SCALE"),
    ("{ float x; }", "{ double x; }"), ("<cuda.h>", "<other.h>"), ("void f(float *x,", "void f(double *x,"),
    ("#define SCALE 2", "#ifdef A\n#define SCALE 2\n#endif"),
  ])
  func `the fingerprint changes with what the kernel means or reaches`(old: String, new: String) throws {
    let changed = Self.program.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    #expect(changed != Self.program)
    #expect(try only(changed).fingerprint != only(Self.program).fingerprint)
  }

  @Test func `random tokens are indexed`() {
    var random = SplitMix64(seed: 7)
    let pieces = [
      "__global__ ", "void ", "f", "(", ")", "{", "}", "[", "]", "<", ">", "=", ";", ",", "::", "\n", "\n}",
      "template ",
      "extern \"C\" ", "operator", "R\"(", ")\"", "\"", "'", "//", "/*", "*/", "#if A", "#define f(x)", "#endif",
      "\\\n", "0x1p+", "1'0",
      "struct ", "namespace ", "int x", "// kernelwright: x=f32[2]\n", "\0", "é",
    ]
    for _ in 0..<4000 {
      let count = Int.random(in: 0...30, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      for language in [SourceLanguage.c, .cuda, .metal] { #expect(ops(text, language).count <= count) }
    }
  }

  @Test(arguments: SourceLanguage.allCases.filter { $0 != .python })
  func `a file cut off at any byte is indexed`(language: SourceLanguage) {
    let bytes = Array((Self.program + "\nauto s = R\"(a)\"; /* */ template<int N> void g() {}\n#if A \\\n#endif").utf8)
    for end in 0...bytes.count {
      for op in IndexedDocument(text: SourceText(utf8: Array(bytes[..<end])), language: language).ops {
        #expect(op.range.start <= op.range.end)
      }
    }
  }
}
