import ArgumentParser
import Foundation

/// Mutates sources and operations together, through the language server's own loop, and holds what it answers against a
/// reference document of the text that there must be.
@main
struct FuzzServer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz-server", abstract: "Fuzzes the language server with operations on documents and notebooks.")

  @Option(help: "How many operations.") var operations = 1_000_000
  @Option(help: "What is done is told by this number (default: another each time, which is printed).")
  var seed: UInt64?
  @Option(help: "Runs the one session with this seed.") var session: UInt64?
  @Flag(help: "Prints every operation before it is done: the way to see what a crash came from.") var trace = false

  func run() throws {
    let seed = seed ?? UInt64.random(in: .min ... .max)
    let run = Run(operations: operations, seed: seed, isTraced: trace)
    do {
      if let session {
        var memory: Memory?
        try run.session(session, operations, memory: &memory)
      } else {
        run.say("seed \(seed)")
        try run.go()
      }
    } catch let finding as Finding {
      run.say("FOUND: \(finding)")
      throw ExitCode.failure
    }
  }
}
