/// What texts are made of: a file of each language with a bit of everything, and the pieces that edits put in.
enum Material {
  static func file(_ language: Language) -> String {
    switch language {
    case .python: python
    case .cpp: cpp
    case .cuda: cuda
    case .opencl: opencl
    case .metal: metal
    }
  }

  static func pieces(_ language: Language) -> [String] {
    anywhere + (language == .python ? inPython : inC)
  }

  /// Ends of lines of every kind, characters of every width, marks that join what stands before them, and the brackets
  /// and quotes that change the meaning of all that follows.
  private static let anywhere = [
    "", "", "", " ", "\n", "\n", "\r\n", "\r", "\t", "\u{0C}", "\u{0B}", "\u{0}", "\u{FEFF}", "\u{2028}", "\u{85}", "é",
    "e\u{301}", "\u{301}", "注意", "🔥", "👩‍👩‍👧", "🇩🇪", "\u{1F3FD}", "\u{10FFFF}", "\u{FFFD}", "x", "0", "(", ")", "[", "]",
    "{", "}", "\"", "'", "#", "\\", "\\\n", ":", ";", ",", "=", ".", "@", "\n\n\n",
  ]

  private static let inPython = [
    "    ", "\n    ", "\"\"\"", "'''", "f\"{", "return ", "class ", "def ", "async ", "await ", "lambda: ", "else:\n",
    "def g(x):\n    return torch.exp(x)\n", "class C(nn.Module):\n    def forward(self, x): return x\n",
    "import torch\n",
    "import torch as np\n", "from torch import nn as nn\n", "from torch.nn import *\n", "nn = torch.nn\n",
    "del torch\n",
    "@torch.no_grad()\n", "SCALE = 3\n", "global SCALE\n", "Model(7)\n", "helper(", "F.relu(x)\n",
    "# kernelwright: x=f32[2]\n", "# kernelwright: x=f32[2", "# kernelwright:", "# kernelwright: begin generated f\n",
    "# kernelwright: end generated f\n", "def get_inputs(): pass\n", "def get_init_inputs(): return []\n",
    "class Model(Derived): pass\n", "if __name__ == \"__main__\":\n    x = 1\n", "match x:\n", "case 1:\n", "%time\n",
    "!ls\n",
  ]

  private static let inC = [
    "//", "/*", "*/", "R\"(", ")\"", "#define N 4\n", "#if 0\n", "#endif\n",
    "__global__ void k(float *x) { x[0] = N; }\n",
    "kernel void k(device float *x) {}\n", "__kernel void k(__global float *x) {}\n", "template <typename T>\n",
    "extern \"C\" {\n", "namespace n {\n", "struct S { int a; };\n", "// kernelwright: x=f32[2]\n", "::", "->", "<",
    ">", "&&",
    "static inline float h(float a) { return a * a; }\n", "__launch_bounds__(128)\n", "u8R\"x(", "1'000.e+3",
  ]

  static let python = """
    \"""Text of the module, with `code()` in it.\"""
    import torch, os
    import torch.nn as nn
    import torch.nn.functional as F
    import triton
    import triton.language as tl

    SCALE = 0.5; OTHER = (1,
        2)


    def helper(x, *, k=SCALE, **rest):
        if x is None:
            return k
        else:
            y = [F.relu(v) for v in x if v]  # 注意 🔥
        return (
            y
        )


    # kernelwright: x=f32[16,64] init=(64,)
    @torch.no_grad()
    class Model(nn.Module):
        def __init__(self, width: int = 64) -> None:
            super().__init__()
            self.layer = nn.Linear(width, width)

        def forward(self, x):
            total = 0
            for i in range(3):
                total = total + self.layer(x) * SCALE + helper(x) + f"{i!r:>{i}}"
            return total

        class Inner(nn.ReLU):
            def forward(self, x): return super().forward(x)


    class Derived(Model):
        def extra(self): return '''a
    b''' \\
          .strip()


    @triton.jit
    def kernel(x_ptr, n, BLOCK: tl.constexpr):
        offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
        tl.store(x_ptr + offsets, tl.load(x_ptr), mask=offsets < n)

    # kernelwright: begin generated kernel
    def _kw(x): return torch.exp(x)
    # kernelwright: end generated kernel

    # kernelwright: é🔥=f32[2] x=oops y=f32[3]
    def é🔥(x, y): return torch.exp(x) @ y


    def get_inputs():
        return [torch.rand(16, 64)]

    """

  private static let cpp = """
    #include <vector>
    #define SQUARE(a) ((a) * (a))
    namespace numbers {
    static float twice(float value) { return SQUARE(value) + 2; }  // 🔥
    }
    // kernelwright: x=f32[16] n=oops
    extern "C" void scale(float *x, int n) {
      for (int i = 0; i < n; ++i) x[i] = numbers::twice(x[i]);
    }
    const char *text = R"x(__global__ void no() {})x";

    """

  private static let cuda = """
    #define BLOCK 128
    struct Pair { float a, b; };
    __device__ float halve(float v) { return v / 2; }
    template <typename T, int N = 4>
    __global__ void __launch_bounds__(BLOCK) add(const T *__restrict__ x, T *y, int n) {
      int i = blockIdx.x * blockDim.x + threadIdx.x;
      if (i < n) y[i] += halve(x[i]); /* é */
    }
    // kernelwright: x=f32[1024]
    extern "C" __global__ void other(float *x) { x[0] = 1'0.0e-3f; }

    """

  private static let opencl = """
    #pragma OPENCL EXTENSION cl_khr_fp16 : enable
    float f(float a) { return a * a; }
    __kernel void square(__global const float *x, __global float *y) {
      size_t i = get_global_id(0); // 注意
      y[i] = f(x[i]);
    }

    """

  private static let metal = """
    #include <metal_stdlib>
    using namespace metal;
    kernel void add(device const float *x [[buffer(0)]], device float *y [[buffer(1)]],
                    uint i [[thread_position_in_grid]]) {
      y[i] += x[i];
    }

    """
}
