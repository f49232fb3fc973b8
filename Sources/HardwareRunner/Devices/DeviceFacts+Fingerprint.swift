import Foundation

extension DeviceFacts {
  /// The processor of this machine, as the system describes it; runs nothing.
  public static func ofThisMachine() -> DeviceFacts {
    DeviceFacts(ProcessorDescription.ofThisMachine(), memoryBytes: Int(ProcessInfo.processInfo.physicalMemory))
  }

  init(_ processor: ProcessorDescription, memoryBytes: Int) {
    let cores = processor.cores
    self.init(
      fingerprint: processor.fingerprint,
      name: "\(processor.model), \(cores) core\(cores == 1 ? "" : "s")",
      kind: .cpu, cores: cores, vectorBits: processor.vectorBits, cacheBytes: processor.cacheBytes,
      memoryBytes: memoryBytes)
  }
}

/// Names for what results depend on. Not cryptographic: it tells apart what differs by chance, not by intent.
enum StableHash {
  /// FNV-1a, 64 bits, as sixteen lower-case hexadecimal digits: the same in every run and on every machine.
  static func hex(_ text: String) -> String {
    let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
