import ArgumentParser

/// Measures the clock itself: what it claims of code whose true speed is known (docs/timing.md), what error it leaves, and
/// how long a verification takes. For people who work on Kernelwright; no part of what is installed.
@main
struct TimingStudy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timing-study", abstract: "Measures the clock of Kernelwright on this machine.",
    subcommands: [PairsCommand.self, ClockCommand.self, VerificationCommand.self, NeighbourCommand.self])
}

/// Options that every subcommand has.
struct StudyOptions: ParsableArguments {
  @Option(help: "The Python interpreter with PyTorch.") var python: String
  @Option(help: "The JSON Lines file that results are added to.") var output: String
}
