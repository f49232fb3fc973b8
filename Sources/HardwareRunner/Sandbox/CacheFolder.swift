import Foundation

/// What is worked out once a machine and kept for every workspace. No generated code can write there.
enum CacheFolder {
  /// Its path; nil where there is none that can be written. A relative `$XDG_CACHE_HOME` does not count (XDG base directory
  /// specification).
  /// - Parameter environment: nil for this process's own.
  static func path(environment: [String: String]? = nil) -> String? {
    let environment = environment ?? ProcessInfo.processInfo.environment
    let cache =
      if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { cache } else {
        environment["HOME"].map { $0 + "/.cache" }
      }
    guard let folder = cache.map({ $0 + "/kernelwright" }), folder.hasPrefix("/") else { return nil }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return FileManager.default.isWritableFile(atPath: folder) ? folder : nil
  }

  /// FNV-1a, which is enough to tell versions of what is known here apart.
  static func fingerprint(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return String(hash, radix: 16)
  }
}
