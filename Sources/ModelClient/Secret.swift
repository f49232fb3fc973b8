import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An API key. Nothing that describes it, mirrors it or encodes it gives it away: only this room can read it, and it
/// does so for one thing, the header of a request to the key's own provider.
public struct Secret: Sendable, Equatable {
  /// The key itself. Never part of a description, an error or a log.
  let revealed: String

  /// - Throws: `ModelError` of kind `.configuration` when the text cannot be a key: empty, or with characters that
  ///   would break out of the header that carries it.
  public init(_ text: String, from origin: String) throws {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else {
      throw ModelError(.configuration, "The API key in \(origin) is empty; put the key there, or remove it.")
    }
    guard trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw ModelError(
        .configuration, "The API key in \(origin) holds characters that no key has; put only the key there.")
    }
    revealed = trimmed
  }

  /// Reads a key from a file that nobody else can read.
  ///
  /// The mode is checked on the opened file, so that it cannot be exchanged between the check and the read.
  /// - Throws: `ModelError` of kind `.configuration` when the file is missing, not a plain file, somebody else's, has
  ///   another mode than 0600 or 0400, or is too long for a key.
  public init(contentsOfFile path: String) throws {
    let expanded = NSString(string: path).expandingTildeInPath
    let descriptor = open(expanded, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ModelError(
        .configuration,
        "The API key file \(path) cannot be opened (\(String(cString: strerror(errno)))); check the path.")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      throw ModelError(.configuration, "The API key file \(path) is not a plain file of yours; use one that is.")
    }
    let mode = status.st_mode & 0o7777
    guard mode == 0o600 || mode == 0o400 else {
      throw ModelError(
        .configuration, "The API key file \(path) can be read by others; make it yours alone with `chmod 600 \(path)`.")
    }
    // Keys have some hundred bytes at most; what is longer is another file.
    var bytes = [UInt8](repeating: 0, count: 4097)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0, count <= 4096 else {
      throw ModelError(.configuration, "The API key file \(path) is too long for a key; put only the key there.")
    }
    try self.init(String(decoding: bytes[..<max(count, 0)], as: UTF8.self), from: "the file \(path)")
  }

  /// The text without the key, wherever it occurs.
  func redacted(in text: String) -> String {
    text.replacingOccurrences(of: revealed, with: "[key]")
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "[key]" }
  public var debugDescription: String { "[key]" }
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
