import Foundation
import Testing

/// The interpreter with PyTorch that the tests use, and how to run it.
enum TestPython {
  static let interpreter = ProcessInfo.processInfo.environment["KERNELWRIGHT_TEST_PYTHON"]
  static let hasTorch = interpreter != nil
  static let skipReason: Comment = "KERNELWRIGHT_TEST_PYTHON names no interpreter with PyTorch"

  /// This test target's folder and the project's.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  static let project = folder.deletingLastPathComponent().deletingLastPathComponent()

  /// A file of `Python/`.
  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent("Python/\(name)"), encoding: .utf8)
  }

  struct Result: Sendable {
    var status: Int32
    var output: String
  }

  /// Runs a script of `Python/`.
  static func run(
    _ script: String, _ arguments: [String], cache: URL, environment: [String: String] = [:]
  ) async throws -> Result {
    let own = ["XDG_CACHE_HOME": cache.path, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "2"]
    return try await execute(
      interpreter ?? "/nonexistent", [folder.appendingPathComponent("Python/\(script)").path] + arguments, log: cache,
      environment: own.merging(environment) { $1 })
  }

  /// Runs a program and waits for it without holding a thread of the cooperative pool.
  static func execute(
    _ program: String, _ arguments: [String], log folder: URL, environment: [String: String] = [:]
  ) async throws -> Result {
    let log = folder.appendingPathComponent("log-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    let handle = try FileHandle(forWritingTo: log)
    defer { try? handle.close() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = handle
    process.standardError = handle
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Result(status: status, output: try String(contentsOf: log, encoding: .utf8))
  }
}

/// What kernels are compiled for.
enum TestTarget: String, Sendable, CaseIterable {
  /// This machine.
  case native
  /// x86 without AVX-512, and without AVX.
  case avx2, sse
  /// 64-bit Arm, by a cross compiler and an emulator.
  case neon

  static let needsArm: Comment =
    "needs aarch64-linux-gnu-g++ and qemu-aarch64, which `scripts/setup --tests` installs"

  /// Whether its programs can be built and run here.
  var canRun: Bool {
    switch self {
    case .native: TestCompiler.path != nil
    case .avx2, .sse:
      #if arch(x86_64)
        TestCompiler.path != nil
      #else
        false
      #endif
    case .neon:
      ["/usr/bin/aarch64-linux-gnu-g++", "/usr/bin/qemu-aarch64"].allSatisfy(FileManager.default.isExecutableFile)
    }
  }

  /// The flags that generated code is built with, but for the machine's.
  private static let flags = [
    "-std=c++17", "-O2", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-Wno-psabi",
  ]

  func compile(_ arguments: [String], log folder: URL) async throws -> TestPython.Result {
    let (compiler, own): (String?, [String]) =
      switch self {
      case .native: (TestCompiler.path, ["-march=native"])
      case .avx2: (TestCompiler.path, ["-march=x86-64-v3"])
      case .sse: (TestCompiler.path, ["-march=x86-64-v2"])
      case .neon: ("/usr/bin/aarch64-linux-gnu-g++", ["-march=armv8.2-a"])
      }
    return try await TestPython.execute(compiler ?? "", Self.flags + own + arguments, log: folder)
  }

  func run(_ program: String, log folder: URL) async throws -> TestPython.Result {
    self == .neon
      ? try await TestPython.execute("/usr/bin/qemu-aarch64", ["-L", "/usr/aarch64-linux-gnu", program], log: folder)
      : try await TestPython.execute(program, [], log: folder)
  }
}

/// The system's C++ compiler.
enum TestCompiler {
  static let path = ["/usr/bin/g++", "/usr/bin/c++", "/usr/bin/clang++"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
