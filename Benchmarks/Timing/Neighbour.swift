import ArgumentParser
import Foundation
import Synchronization

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

  func run() {
    let isOver = Atomic(false)
    let work = Thread {
      // A look at the atomic in every turn: a loop without any effect is one that the compiler may leave out.
      while !isOver.load(ordering: .relaxed) {}
    }
    work.start()
    while !FileHandle.standardInput.availableData.isEmpty {}
    isOver.store(true, ordering: .relaxed)
  }
}
