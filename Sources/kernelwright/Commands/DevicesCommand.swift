import ArgumentParser
import Engine
import Foundation
import HardwareRunner

struct DevicesCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "Lists the devices that ops can be measured on, with what was measured on them.")

  @OptionGroup var common: CommonOptions

  private struct Report: Encodable {
    var devices: [DeviceFacts]
    /// Why a device has no measured figures, one sentence each.
    var notes: [String]
  }

  mutating func report() async throws -> Int32 {
    let workspace = LoadedFile.workspace(of: FileManager.default.currentDirectoryPath + "/_")
    let engine = try Engine(workspace: workspace) { _ in }
    defer { engine.close() }
    var report = Report(devices: [], notes: engine.notices)
    do {
      report.devices = [try await engine.device(try common.settings(workspace: workspace))]
    } catch let error as EngineError {
      // What the system tells is there without PyTorch; only the measured figures are missing.
      report.devices = [DeviceFacts.ofThisMachine()]
      report.notes.append(error.description)
    }
    if common.json {
      try JSONOutput.print(report)
      return 0
    }
    for device in report.devices { Console.print(text(of: device)) }
    for note in report.notes { Console.note("kernelwright: \(note)") }
    return 0
  }

  private func text(of device: DeviceFacts) -> String {
    let caches = zip(["L1d", "L2", "L3"], device.cacheBytes).map { "\($0) \($1 >> 10) KiB" }.joined(separator: ", ")
    var lines = ["\(device.kind.rawValue): \(device.name)", "  \(device.vectorBits)-bit vectors; \(caches)"]
    for level in device.bandwidth {
      lines.append(String(format: "  %@: %.0f GB/s", level.level.rawValue, level.gbPerSecond))
    }
    for (type, peak) in device.peakGflops.sorted(by: { $0.key < $1.key }) {
      lines.append(String(format: "  %@: %.0f GFLOP/s", type, peak))
    }
    if let overhead = device.launchOverheadUs { lines.append(String(format: "  calling an op: %.1f µs", overhead)) }
    return lines.joined(separator: "\n")
  }
}
