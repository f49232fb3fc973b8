// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors where `KERNELWRIGHT_STRICT` is set (CI does); a newer compiler must not break a user's build.
let strict = Context.environment["KERNELWRIGHT_STRICT"] != nil
let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// The rooms, in the order that data flows, each with what it may import (docs/architecture.md).
let rooms: [Target] = [
  .target(name: "JSONRPC", swiftSettings: settings),
  .target(name: "LanguageServerProtocol", dependencies: ["JSONRPC"], swiftSettings: settings),
  .target(name: "CHash", path: "Sources/CHash"),
  .target(name: "SourceIndex", dependencies: ["CHash"], swiftSettings: settings),
  .target(name: "Synthesis", swiftSettings: settings),
  .target(name: "Store", dependencies: [grdb], swiftSettings: settings),
  .target(name: "CRunner", path: "Sources/CRunner"),
  .target(
    name: "HardwareRunner", dependencies: ["CRunner"],
    resources: [.embedInCode("Worker"), .embedInCode("GuardedMemory")], swiftSettings: settings),
  .target(name: "CCurl", path: "Sources/CCurl"),
  .target(name: "ModelClient", dependencies: ["CCurl"], swiftSettings: settings),
  .target(
    name: "Engine", dependencies: ["SourceIndex", "Synthesis", "Store", "HardwareRunner", "ModelClient"],
    swiftSettings: settings),
  .target(
    name: "LanguageServer",
    dependencies: ["JSONRPC", "LanguageServerProtocol", "SourceIndex", "Engine", "HardwareRunner"],
    swiftSettings: settings),
  .target(
    name: "ModelContextProtocol", dependencies: ["JSONRPC", "SourceIndex", "HardwareRunner", "Engine"],
    swiftSettings: settings),
  .executableTarget(
    name: "kernelwright",
    dependencies: [
      "Engine", "HardwareRunner", "JSONRPC", "LanguageServer", "ModelContextProtocol", "SourceIndex", "TOMLKit",
      argumentParser,
    ],
    swiftSettings: settings,
    // What a start costs is mostly the loader's work. At a fixed address it need not correct a hundred thousand pointers; and
    // nobody looks for a symbol among fifteen thousand that no library uses.
    linkerSettings: [
      .unsafeFlags(
        ["-Xclang-linker", "-no-pie", "-Xclang-linker", "-static-libgcc", "-Xlinker", "--no-export-dynamic"],
        .when(platforms: [.linux], configuration: .release))
    ]),
  // Measures the clock itself, for docs/timing.md and docs/performance.md; nothing of it is installed.
  .executableTarget(
    name: "timing-study", dependencies: ["HardwareRunner", argumentParser], path: "Benchmarks/Timing",
    resources: [.embedInCode("plain_process.py")], swiftSettings: settings),
]

/// What looks for mistakes by chance (Fuzzing/README.md); nothing of it is installed.
let fuzzers: [Target] = [
  .target(name: "CHeap", path: "Fuzzing/CHeap"),
  .executableTarget(
    name: "fuzz-server", dependencies: ["CHeap", "Engine", "JSONRPC", "LanguageServer", "TestSupport", argumentParser],
    path: "Fuzzing/Server", swiftSettings: settings),
]

func tests(_ room: String, alsoUsing others: [Target.Dependency] = [], excluding files: [String] = []) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.init(stringLiteral: room)] + others, exclude: files,
    swiftSettings: settings)
}

let roomTests: [Target] = [
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
  .target(name: "LoopbackProvider", path: "Tests/LoopbackProvider", swiftSettings: settings),
  .executableTarget(
    name: "attack-suite", dependencies: ["HardwareRunner", argumentParser], path: "Tests/Attacks/Runner",
    swiftSettings: settings),
  tests("JSONRPC", alsoUsing: ["TestSupport"]),
  tests("LanguageServerProtocol", alsoUsing: ["JSONRPC"]),
  tests("SourceIndex", alsoUsing: ["TestSupport"]),
  tests("Synthesis", alsoUsing: ["TestSupport"], excluding: ["Python"]),
  tests("Store", alsoUsing: [grdb]),
  tests("HardwareRunner", alsoUsing: ["CRunner"]),
  tests("ModelClient", alsoUsing: ["LoopbackProvider"], excluding: ["Python"]),
  tests("Engine", alsoUsing: ["HardwareRunner", "LoopbackProvider", "SourceIndex", "Store", "Synthesis"]),
  tests(
    "LanguageServer",
    alsoUsing: ["Engine", "HardwareRunner", "JSONRPC", "LanguageServerProtocol", "SourceIndex", "TestSupport"]),
  tests("ModelContextProtocol", alsoUsing: ["Engine", "JSONRPC"]),
  .testTarget(
    name: "FuzzingTests", dependencies: ["fuzz-server"], path: "Tests/FuzzingTests", swiftSettings: settings),
]

let package = Package(
  name: "kernelwright",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "kernelwright", targets: ["kernelwright"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: rooms + fuzzers + roomTests
)
