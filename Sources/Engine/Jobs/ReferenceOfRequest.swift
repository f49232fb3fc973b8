import Foundation
import HardwareRunner
import SourceIndex

extension OpRequest {
  /// The op as the runner takes it: the editor's text without generated regions.
  /// - Throws: `EngineError` that says how to give example inputs where there are none.
  func reference() throws -> OpReference {
    let kind: OpReference.Kind
    switch op.kind {
    case .module: kind = .module
    case .function: kind = .function
    case .selection, .tritonKernel, .jax, .cudaKernel, .openclKernel, .metalKernel, .nativeFunction:
      throw EngineError(.op, "\(op.name) can't be run yet: only nn.Module classes and functions of tensors can.")
    }
    return OpReference(
      path: file, source: document.strippedOfGeneratedRegions.string, name: op.name, kind: kind,
      inputs: try inputs(), workspace: workspaceFolder)
  }

  private func inputs() throws -> InputSpecification {
    if let problem = op.directive?.problems.first {
      throw EngineError(.op, "The directive above \(op.name) can't be used: \(problem.message)")
    }
    switch op.inputSource {
    case .functions: return .functions
    case .directive, .recorded:
      guard let directive = op.directive else { break }
      let tensors = try directive.tensors.map { tensor in
        guard let dtype = DType(directiveName: tensor.dtype) else {
          throw EngineError(.op, "The directive above \(op.name) names an unknown type, \(tensor.dtype).")
        }
        return TensorSpecification(name: tensor.name, dtype: dtype, shape: tensor.shape)
      }
      return .directive(tensors: tensors, initArguments: directive.initArguments)
    case .missing: break
    }
    throw EngineError(
      .op,
      "\(op.name) has no example inputs: write a line such as `\(IndexedDocument.suggestedDirective(for: op))` above "
        + "it, or define get_inputs().")
  }

  private var workspaceFolder: String {
    workspace ?? URL(fileURLWithPath: file).deletingLastPathComponent().path
  }

  /// Guidance from the directive comes before what was said with the command.
  var allGuidance: [String] { [op.directive?.guide].compactMap { $0 } + guidance }

  /// The verification policy with what the directive asks for.
  var verificationPolicy: VerificationPolicy {
    var policy = VerificationPolicy()
    if let tolerance = op.directive?.tolerance { policy.tolerance = tolerance }
    if op.directive?.grad == false { policy.checksGradients = false }
    policy.timingBudget = min(policy.timingBudget, max(settings.budgetSeconds / 2, 10))
    policy.allowUnsandboxed = settings.allowUnsandboxed
    return policy
  }
}

extension DType {
  /// `f32` and the like, or PyTorch's own names.
  init?(directiveName name: String) {
    let short: [String: DType] = [
      "f64": .float64, "f32": .float32, "f16": .float16, "bf16": .bfloat16, "i64": .int64, "i32": .int32,
      "i16": .int16, "i8": .int8, "u8": .uint8, "bool": .bool,
    ]
    guard let dtype = short[name] ?? DType(rawValue: name) else { return nil }
    self = dtype
  }
}
