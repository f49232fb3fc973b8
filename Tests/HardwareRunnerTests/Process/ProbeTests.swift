import CRunner
import Foundation
import Testing

@testable import HardwareRunner

@Suite("Probing the machine, and processes as such")
struct ProbeTests {
  @Test("an interpreter tells what it is", .enabled(if: Machine.hasPython, "needs KERNELWRIGHT_TEST_PYTHON"))
  func python() async throws {
    let python = try await PythonEnvironment.probe(executable: #require(Machine.python))
    #expect(python.executable.hasPrefix("/") && python.version.hasPrefix("3."))
    #expect(python.torchVersion != nil && !python.searchPath.isEmpty)
    try python.requireTorch()
  }

  @Test("what can't be used is told in one sentence with the next step")
  func problems() async throws {
    for name in ["/nowhere/python", "no-such-python-\(getpid())", "/bin/false"] {
      await #expect {
        _ = try await PythonEnvironment.probe(executable: name)
      } throws: { error in
        (error as? EnvironmentProblem)?.message.contains("choose an interpreter with --python") == true
      }
    }
    var python = PythonEnvironment(
      executable: "/x/python", prefix: "/x", basePrefix: "/x", searchPath: [], version: "3.11.0", torchVersion: nil,
      includeDirectory: nil)
    func message() -> String? {
      do { try python.requireTorch() } catch { return (error as? EnvironmentProblem)?.message }
      return nil
    }
    #expect(message()?.contains("run `/x/python -m pip install torch`") == true)
    python.torchVersion = "2.5.1+cpu"
    #expect(message()?.contains("too old") == true)
    python.torchVersion = "2.10.0"
    #expect(message() == nil)
  }

  @Test("a compiler that doesn't work is passed over", .enabled(if: Machine.hasCompiler, "needs a C++ compiler"))
  func toolchain() async {
    var environment = ProcessInfo.processInfo.environment
    environment["CXX"] = "/bin/false"
    let found = await Toolchain.probe(environment: environment)
    #expect(found != nil && found?.compiler != "/bin/false" && found?.version.isEmpty == false)
    #expect(await Toolchain.probe(environment: ["PATH": "/nowhere", "CXX": "/nowhere/c++"]) == nil)
  }

  @Test("a program's output and status come back; one that doesn't end is killed")
  func shortCommands() async throws {
    let output = try await ShortCommand.run("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"], timeout: .seconds(20))
    #expect(output.status == 3 && output.stdout == "out\n" && output.stderr == "err\n")
    let killed = try await ShortCommand.run("/bin/sh", ["-c", "kill -9 $$"], timeout: .seconds(20))
    #expect(killed.status == 128 + 9)
    await #expect(throws: WorkerFailure.timedOut(seconds: 0.2)) {
      _ = try await ShortCommand.run("/bin/sh", ["-c", "while :; do :; done"], timeout: .milliseconds(200))
    }
    await #expect(throws: WorkerFailure.launchFailed("/nowhere/program: No such file or directory")) {
      _ = try await ShortCommand.run("/nowhere/program", [], timeout: .seconds(20))
    }
  }

  @Test("a child has the descriptors it was given, in their order, and no others")
  func descriptors() async throws {
    let extra = try Descriptor.pipe()
    let out = try Descriptor.pipe()
    let child = try await ChildProcess.spawn(
      LaunchCommand(
        path: "/bin/sh",
        arguments: ["-c", "for d in 0 1 2 3 4 5 6 7 8 9; do [ -e /dev/fd/$d ] && printf $d; done; true"],
        environment: ["PATH": "/usr/bin:/bin"]),
      descriptors: [extra.read.number, out.write.number, -1, -1, extra.write.number])
    out.write.close()
    #expect(await child.wait() == .exited(0))
    let text = try await WorkThread(name: "test").run { try out.read.read(upTo: 100, deadline: nil) }
    #expect(String(decoding: text, as: UTF8.self) == "014")
  }

  @Test("writing to a process that is gone is an error and no signal")
  func closedPipe() async throws {
    let pipe = try Descriptor.pipe()
    pipe.read.close()
    await #expect(throws: WorkerFailure.self) {
      try await WorkThread(name: "test").run { try pipe.write.writeAll([1, 2, 3], deadline: .max) }
    }
  }

  @Test("an arena can't be resized from outside, is poisoned and given back on demand, and checks its bounds")
  func arena() throws {
    let arena = try SharedArena(size: 10_000)
    #expect(arena.size == 16384 && arena.tensorRange == 4096..<16384)
    #expect(ftruncate(arena.descriptor, 4096) != 0)
    try arena.write([1, 2, 3], at: 5000)
    #expect(try arena.copyBytes(4999..<5004) == [0, 1, 2, 3, 0])
    try arena.poison(4096..<16384)
    #expect(try arena.copyBytes(4096..<16384).allSatisfy { $0 == 0xFF })
    try arena.release(5000..<16384)
    #expect(try arena.copyBytes(8000..<8200) == [UInt8](repeating: 0xFF, count: 192) + [UInt8](repeating: 0, count: 8))
    #expect(throws: WorkerFailure.self) { try arena.copyBytes(16000..<16385) }
    #expect(throws: WorkerFailure.self) { try arena.write([0], at: -1) }
  }

  @Test("layouts that can't be are refused, however they overflow")
  func layouts() throws {
    func layout(_ shape: [Int], _ strides: [Int]) -> TensorLayout {
      TensorLayout(dtype: .float32, shape: shape, strides: strides, offset: 0)
    }
    #expect(layout([2, 3], [3, 1]).checkedExtent == 24 && layout([2, 3], [0, 2]).checkedExtent == 20)
    #expect(layout([0, 5], [5, 1]).checkedExtent == 0)
    for bad in [
      layout([2], [1, 1]), layout([-1], [1]), layout([2], [-1]), layout([.max], [0]), layout([.max, .max], [1, 1]),
      layout([3], [.max / 2]), layout([1 << 30, 1 << 30], [0, 0]),
    ] { #expect(bad.checkedExtent == nil, "\(bad)") }
    #expect(throws: WorkerFailure.self) { try layout([5], [1]).validate(within: 0..<19) }
    try layout([5], [1]).validate(within: 0..<20)
    #expect(layout([4, 1, 3], [3, 7, 1]).isContiguous && !layout([4, 3], [4, 1]).isContiguous)
  }

  @Test("the macOS profile lets write to the scratch folder only, and quotes what it is given")
  func macProfile() {
    let profile = SandboxExec.profile(readOnly: ["/a \"b\""], scratch: "/s")
    #expect(profile.contains(#"(subpath "/a \"b\"")"#) && profile.contains("(deny default)"))
    #expect(profile.contains(#"(allow file-write* (subpath "/s")"#) && profile.contains("(deny network*)"))
  }
}
