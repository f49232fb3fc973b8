/// The worker's program: its files, embedded into our executable, by module name.
///
/// Whoever adds a file to `Worker/` adds its line here, to the roles that may have it. Contenders get the common ones
/// only: nothing of the oracle is ever in a process that runs generated code.
package enum WorkerSources {
  /// What `python -I -c` is given.
  static var boot: String { text(PackageResources.boot_py) }

  /// The modules of a role.
  static func modules(for role: WorkerRole) -> [String: String] {
    let common = [
      "main": PackageResources.main_py,
      "frames": PackageResources.frames_py,
      "tensors": PackageResources.tensors_py,
      "sources": PackageResources.sources_py,
      "reference": PackageResources.reference_py,
      "candidate": PackageResources.candidate_py,
      "state": PackageResources.state_py,
    ]
    return common.merging(additional(for: role)) { first, _ in first }.mapValues(text)
  }

  private static func additional(for role: WorkerRole) -> [String: [UInt8]] {
    switch role {
    case .baseline, .candidate, .null: ["calls": PackageResources.calls_py]
    case .reference:
      [
        "capturing": PackageResources.capturing_py,
        "segments": PackageResources.segments_py,
        "signature": PackageResources.signature_py,
        "capture": PackageResources.capture_py,
        "profile": PackageResources.profile_py,
        "counting": PackageResources.counting_py,
      ]
    case .oracle:
      [
        "calls": PackageResources.calls_py,
        "oracle": PackageResources.oracle_py,
        "oracle_admission": PackageResources.oracle_admission_py,
        "oracle_inputs": PackageResources.oracle_inputs_py,
        "oracle_precision": PackageResources.oracle_precision_py,
        "oracle_reference": PackageResources.oracle_reference_py,
      ]
    case .device: ["device": PackageResources.device_py]
    }
  }

  /// The definition of the worker's `signature`, for generated code.
  package static var signatureFunction: String {
    let module = text(PackageResources.signature_py)
    return module.firstRange(of: "def signature(").map { String(module[$0.lowerBound...]) } ?? module
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
