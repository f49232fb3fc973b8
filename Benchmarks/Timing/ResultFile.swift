import Foundation

/// A JSON Lines file that grows by a line a result, so that a study that was interrupted goes on where it stopped.
struct ResultFile {
  let url: URL

  init(path: String) { url = URL(fileURLWithPath: path) }

  func append(_ record: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = try encoder.encode(record) + Data("\n".utf8)
    if !FileManager.default.fileExists(atPath: url.path) {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
    }
    let file = try FileHandle(forWritingTo: url)
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: line)
  }

  /// Every record that reads as a `Record`; a last line that was cut off is none.
  func read<Record: Decodable>(_ type: Record.Type) throws -> [Record] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).compactMap {
      try? decoder.decode(type, from: $0)
    }
  }
}
