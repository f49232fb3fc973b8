import Foundation
import Testing

@testable import HardwareRunner

@Suite(
  "Vector extensions",
  .enabled(
    if: Machine.canSandbox && Machine.hasCompiler, "needs bubblewrap, a C++ compiler and KERNELWRIGHT_TEST_PYTHON"))
struct VectorExtensionsTests {
  @Test("are looked at once, and what was found is kept for this compiler and PyTorch alone")
  func keeps() async throws {
    let environment = try await Machine.environment()
    defer { environment.registry.killAll() }
    let cache = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: cache) }
    let variables = ["XDG_CACHE_HOME": cache.path]
    let extensions = VectorExtensions(environment.python, environment.toolchain, variables: variables)
    #expect(extensions.areUsable == nil)
    for isFirst in [true, false] {
      #expect(await extensions.look(in: environment, BackgroundProcesses()) == isFirst)
    }
    #expect(extensions.areUsable == true)
    var other = try #require(environment.toolchain)
    other.version += " patched"
    #expect(VectorExtensions(environment.python, other, variables: variables).areUsable == nil)
    #expect(VectorExtensions(environment.python, nil, variables: variables).areUsable == nil)
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
    let compiler = programs.appendingPathComponent("c++")
    let failure = failing ? "case \"$*\" in *avx*|*AVX*|*NEON*) exit 1;; esac\n" : ""
    let script = "#!/bin/sh\n\(failure)exec \(real.compiler) \"$@\"\n"
    try script.write(to: compiler, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: compiler.path)
    environment.toolchain = Toolchain(compiler: compiler.path, version: real.version)
    let extensions = VectorExtensions(
      environment.python, environment.toolchain, variables: ["XDG_CACHE_HOME": folder.path])
    await extensions.look(in: environment, BackgroundProcesses())
    #expect(extensions.areUsable == !failing)
  }
}
