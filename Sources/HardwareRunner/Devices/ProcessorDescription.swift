import Foundation

/// A processor as the operating system describes it.
struct ProcessorDescription: Sendable, Hashable {
  /// For a person, e.g. `AMD EPYC`.
  var model: String
  /// Tells apart what shares a model name: family, model and stepping, or implementer and part.
  var identity: String
  /// Physical cores that this process may use.
  var cores: Int
  /// Level-1 data and level-2 of one core, all of level 3.
  var cacheBytes: [Int]
  /// Instruction sets that code generation cares about, sorted.
  var instructionSets: [String]
  var vectorBits: Int
  /// `linux` or `macos`.
  var system: String

  var fingerprint: String {
    StableHash.hex(
      ([model, identity, "\(cores)", system] + cacheBytes.map(String.init) + instructionSets).joined(separator: "\n"))
  }

  /// Those of `flags` that change which kernels are fast; what the kernel or a hypervisor adds and takes away (bug
  /// workarounds, virtualisation) is left out, so that an update of the system changes no fingerprint.
  static func instructionSets(in flags: some Sequence<String>) -> [String] {
    let families = ["avx", "sse", "ssse", "fma", "f16c", "bmi", "amx", "gfni", "vaes"]
    let exact: Set<String> = [
      "asimd", "asimdhp", "asimddp", "asimdfhm", "fphp", "sve", "sve2", "bf16", "i8mm", "sme", "neon",
    ]
    return Set(flags.filter { flag in exact.contains(flag) || families.contains { flag.hasPrefix($0) } }).sorted()
  }

  /// Width of the widest vector registers among these instruction sets.
  static func vectorBits(of sets: [String], scalableBits: Int = 128) -> Int {
    if sets.contains("avx512f") { return 512 }
    if sets.contains("sve") { return max(scalableBits, 128) }
    if sets.contains("avx") { return 256 }
    return sets.contains { $0.hasPrefix("sse") || $0 == "asimd" || $0 == "neon" } ? 128 : 64
  }
}
