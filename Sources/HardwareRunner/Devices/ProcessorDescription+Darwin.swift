#if canImport(Darwin)
  import Darwin
  import Foundation

  extension ProcessorDescription {
    static func ofThisMachine() -> ProcessorDescription {
      // On Apple silicon `perflevel0` are the fast cores; the others have smaller caches.
      let sets = instructionSets(in: features())
      return ProcessorDescription(
        model: string("machdep.cpu.brand_string") ?? "unknown processor",
        identity: "\(number("hw.cpufamily") ?? 0)",
        cores: number("hw.physicalcpu") ?? 1,
        cacheBytes: [
          number("hw.perflevel0.l1dcachesize") ?? number("hw.l1dcachesize") ?? 0,
          number("hw.perflevel0.l2cachesize") ?? number("hw.l2cachesize") ?? 0,
          number("hw.l3cachesize") ?? 0,
        ],
        instructionSets: sets, vectorBits: vectorBits(of: sets), system: "macos")
    }

    private static func features() -> [String] {
      let named = ["machdep.cpu.features", "machdep.cpu.leaf7_features"].compactMap(string)
      if !named.isEmpty { return named.flatMap { $0.lowercased().split(separator: " ").map(String.init) } }
      let arm = [
        ("neon", "hw.optional.neon"), ("fphp", "hw.optional.arm.FEAT_FP16"), ("bf16", "hw.optional.arm.FEAT_BF16"),
        ("i8mm", "hw.optional.arm.FEAT_I8MM"), ("asimddp", "hw.optional.arm.FEAT_DotProd"),
        ("sme", "hw.optional.arm.FEAT_SME"),
      ]
      return arm.filter { number($0.1) == 1 }.map(\.0)
    }

    private static func number(_ name: String) -> Int? {
      var value: Int64 = 0
      var size = MemoryLayout<Int64>.size
      // Values of four bytes leave the upper half of the little-endian zero as it is.
      return sysctlbyname(name, &value, &size, nil, 0) == 0 ? Int(value) : nil
    }

    private static func string(_ name: String) -> String? {
      var size = 0
      guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: size)
      guard sysctlbyname(name, &buffer, &size, nil, 0) == 0 else { return nil }
      return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
#endif
