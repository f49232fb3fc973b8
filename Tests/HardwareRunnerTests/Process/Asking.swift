import Foundation

@testable import HardwareRunner

/// Runs a Python expression in a candidate's process and decodes its value.
func ask<Value: Decodable>(
  _ expression: String, prelude: String = "", policy: SandboxPolicy? = nil, environment: RunnerEnvironment? = nil,
  as type: Value.Type = Value.self
) async throws -> Value {
  let machine = try await Machine.environment()
  let environment = environment ?? machine
  defer { environment.registry.killAll() }
  let project = try Project()
  let reference = project.reference("def op():\n    return 0\n", name: "op", kind: .function)
  let candidate = """
    import ctypes, errno, json, os, socket, sys, torch
    def attempt(f, *arguments):
        try:
            f(*arguments)
            return "done"
        except OSError as error:
            return errno.errorcode[error.errno]
    libc = ctypes.CDLL(None, use_errno=True)
    def syscall(*arguments):
        return "done" if libc.syscall(*arguments) != -1 else errno.errorcode[ctypes.get_errno()]
    \(prelude)
    class ModelNew(torch.nn.Module):
        def forward(self):
            return torch.tensor(list(json.dumps(\(expression)).encode()), dtype=torch.uint8)
    """
  let worker = try await launch(.candidate, reference, candidate: candidate, policy: policy, in: environment)
  let result = try await worker.call(CallInputs(bytes: [], arguments: []))
  return try JSONDecoder().decode(Value.self, from: result.outputs[0].bytes.withUnsafeBytes { Data($0) })
}
