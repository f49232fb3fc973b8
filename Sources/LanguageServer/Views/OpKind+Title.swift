import LanguageServerProtocol
import SourceIndex

extension OpKind {
  /// What a person calls it.
  var title: String {
    switch self {
    case .module: "module"
    case .function: "function"
    case .selection: "selected lines"
    case .tritonKernel: "Triton kernel"
    case .jax: "JAX function"
    case .cudaKernel: "CUDA kernel"
    case .openclKernel: "OpenCL kernel"
    case .metalKernel: "Metal kernel"
    case .nativeFunction: "C function"
    }
  }

  var symbolKind: SymbolKind { self == .module ? .class : .function }
}

extension InputSource {
  /// Its name in `kernelwright/ops` and `ops --json`.
  var wireName: String { rawValue }
}
