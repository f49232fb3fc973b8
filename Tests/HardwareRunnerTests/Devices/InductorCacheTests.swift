import Foundation
import Testing

@testable import HardwareRunner

@Suite(
  "What PyTorch's compiler builds for itself",
  .enabled(
    if: Machine.canSandbox && Machine.hasCompiler, "needs bubblewrap, a C++ compiler and KERNELWRIGHT_TEST_PYTHON"))
struct InductorCacheTests {
  @Test("is made once, and kept for this compiler and PyTorch alone")
  func keeps() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let cache = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: cache) }
    let variables = ["XDG_CACHE_HOME": cache.path]
    let inductor = InductorCache(environment.python, environment.toolchain, variables: variables)
    #expect(inductor.areVectorsUsable == nil && inductor.files.isEmpty)
    for isFirst in [true, false] {
      #expect(await inductor.look(in: environment, BackgroundProcesses()) == isFirst)
    }
    #expect(inductor.areVectorsUsable == true)
    #expect(Set(inductor.files.map { ($0.place as NSString).pathExtension }) == ["cpp", "so", "h", "gch"])
    for file in inductor.files { #expect(FileManager.default.contents(atPath: file.path)?.isEmpty == false) }
    var other = try #require(environment.toolchain)
    other.version += " patched"
    #expect(InductorCache(environment.python, other, variables: variables).areVectorsUsable == nil)
    #expect(InductorCache(environment.python, nil, variables: variables).areVectorsUsable == nil)
  }

  @Test("that one of them can't be compiled is noticed", arguments: [true, false])
  func notUsable(failing: Bool) async throws {
    var environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-test-\(UUID().uuidString)")
    let programs = folder.appendingPathComponent("bin")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // A compiler that fails on whatever asks for wide vectors, and only on that; and one that doesn't fail.
    let real = try #require(environment.toolchain)
    let compiler = programs.appendingPathComponent("g++")
    let failure = failing ? "case \"$*\" in *avx*|*AVX*|*NEON*) exit 1;; esac\n" : ""
    let script = "#!/bin/sh\n\(failure)exec \(real.compiler) \"$@\"\n"
    try script.write(to: compiler, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: compiler.path)
    environment.toolchain = Toolchain(compiler: compiler.path, version: real.version)
    let inductor = InductorCache(
      environment.python, environment.toolchain, variables: ["XDG_CACHE_HOME": folder.path])
    await inductor.look(in: environment, BackgroundProcesses())
    #expect(inductor.areVectorsUsable == !failing)
    // What was tried, with or without success, is kept; and headers for what is left.
    #expect(inductor.files.contains { $0.place.hasSuffix(".gch") })
  }
}
