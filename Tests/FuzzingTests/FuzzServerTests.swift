import Foundation
import Testing

/// The short form of `make fuzz` (Fuzzing/README.md), in a process of its own: a crash there is a failure here, and
/// its memory is nobody else's.
@Suite("Fuzzing")
struct FuzzServerTests {
  private static let operations = 10_000

  @Test("random operations on documents and notebooks: no crash, no drift, no leak")
  func operations() throws {
    let given = ProcessInfo.processInfo.environment["KERNELWRIGHT_FUZZ_SEED"].flatMap(UInt64.init)
    let seed = given ?? UInt64.random(in: .min ... .max)
    print("fuzz-server: seed \(seed) (KERNELWRIGHT_FUZZ_SEED=\(seed) repeats it)")
    let process = Process()
    process.executableURL = Self.products.appendingPathComponent("fuzz-server")
    process.arguments = ["--operations", String(Self.operations), "--seed", String(seed)]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0, "seed \(seed):\n\(said)")
    #expect(said.contains("\(Self.operations) operations"), "\(said)")
  }

  /// The folder that everything is built into.
  private static var products: URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? .main
    return bundle.bundleURL.pathExtension == "xctest" ? bundle.bundleURL.deletingLastPathComponent() : bundle.bundleURL
  }
}
