import Foundation

/// Where the store keeps its file.
public enum StoreLocation: Sendable, Hashable {
  /// In the workspace: the folder `.kernelwright`.
  case workspace(folder: String)
  /// In the user's cache, because the workspace can't be written.
  case cache(folder: String)
  /// Nowhere: what is found out is lost when the process ends.
  case memory

  /// The folder; nil in memory.
  public var folder: String? {
    switch self {
    case .workspace(let folder), .cache(let folder): folder
    case .memory: nil
    }
  }

  /// The places to try for a workspace, best first.
  static func candidates(workspace: URL, environment: [String: String]) -> [StoreLocation] {
    let path = workspace.standardizedFileURL.path
    return [
      .workspace(folder: path + "/.kernelwright"),
      .cache(folder: cacheFolder(environment) + "/kernelwright/" + hash(path)),
    ]
  }

  /// The XDG base directory specification: a relative `$XDG_CACHE_HOME` does not count.
  private static func cacheFolder(_ environment: [String: String]) -> String {
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
  }

  /// FNV-1a, 64 bits: names a workspace's folder in the cache, the same in every run.
  private static func hash(_ text: String) -> String {
    let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
