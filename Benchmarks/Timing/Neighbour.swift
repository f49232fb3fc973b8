import ArgumentParser
import Foundation

/// A process that keeps one processor busy for as long as the study wants it to.
final class Neighbour {
  private let process = Process()
  private let life = Pipe()

  init() throws {
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = ["neighbour"]
    process.standardInput = life
    try process.run()
  }

  deinit {
    // It ends with its standard input, so also where the study was killed.
    try? life.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}

struct NeighbourCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neighbour", abstract: "Keeps one processor busy until standard input ends.", shouldDisplay: false)

  func run() throws {
    let input = Thread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      endProcess()
    }
    input.start()
    var number = 1.0
    while number < 2 { number = (number * 1.000_000_1).truncatingRemainder(dividingBy: 2) }
  }
}

/// The command's own `exit` is another one.
private func endProcess() -> Never { exit(0) }
