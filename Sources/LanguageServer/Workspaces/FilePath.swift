import LanguageServerProtocol

/// Paths and `file:` URIs (RFC 8089), without Foundation's `URL`: clients differ in what they escape, and this is on
/// the way to the reply to `initialize`.
enum FilePath {
  /// The path of a `file:` URI; nil for other schemes (untitled documents, notebooks, …).
  static func path(of uri: DocumentURI) -> String? {
    let scheme = "file:"
    guard uri.utf8.count > scheme.utf8.count, uri.prefix(scheme.count).lowercased() == scheme else { return nil }
    var rest = uri.utf8.dropFirst(scheme.utf8.count)
    if rest.starts(with: "//".utf8) {
      rest = rest.dropFirst(2)
      // The authority: empty or `localhost`; a file on another host is none of ours.
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      let authority = String(decoding: rest[..<slash], as: UTF8.self)
      guard authority.isEmpty || authority == "localhost" else { return nil }
      rest = rest[slash...]
    }
    guard rest.first == UInt8(ascii: "/") else { return nil }
    var bytes: [UInt8] = []
    var digits = 0
    for byte in rest {
      if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { break }
      bytes.append(byte)
      digits = byte == UInt8(ascii: "%") ? 1 : (digits > 0 ? digits + 1 : 0)
      guard digits == 3 else { continue }
      digits = 0
      guard let value = UInt8(String(decoding: bytes.suffix(2), as: UTF8.self), radix: 16) else { continue }
      bytes.removeLast(3)
      bytes.append(value)
    }
    guard !bytes.contains(0) else { return nil }
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func uri(of path: String) -> DocumentURI {
    var result = "file://"
    let hex = Array("0123456789ABCDEF")
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.append(Character(Unicode.Scalar(byte)))
      case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        result.append(Character(Unicode.Scalar(byte)))
      default:
        result.append("%")
        result.append(hex[Int(byte >> 4)])
        result.append(hex[Int(byte & 15)])
      }
    }
    return result
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  static func contains(_ folder: String, _ path: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
  }
}
