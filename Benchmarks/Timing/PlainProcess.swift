import Foundation

/// A plain Python process, as people run their own measurements: no sandbox, its own clock. A line of JSON asks, a line
/// of JSON answers. It ends with its standard input.
final class PlainProcess {
  private let process = Process()
  private let commands = Pipe()
  private let replies = Pipe()

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  init(python: String, threads: Int) throws {
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      "-I", "-W", "ignore", "-c", String(decoding: PackageResources.plain_process_py, as: UTF8.self), "\(threads)",
    ]
    process.standardInput = commands
    process.standardOutput = replies
    try process.run()
  }

  deinit { try? commands.fileHandleForWriting.close() }

  func ask<Reply: Decodable>(_ question: some Encodable, reply: Reply.Type = Reply.self) throws -> Reply {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try commands.fileHandleForWriting.write(contentsOf: encoder.encode(question) + Data("\n".utf8))
    var line = Data()
    while line.last != UInt8(ascii: "\n") {
      let part = replies.fileHandleForReading.availableData
      if part.isEmpty { throw Failure(description: "the plain Python process ended; its last words stand above") }
      line += part
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Reply.self, from: line)
  }
}
