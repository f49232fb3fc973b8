#if os(Linux)
  import Foundation
  import Testing

  @testable import HardwareRunner

  /// Machines that we don't have, as Linux describes them.
  @Suite("Processors as Linux describes them") struct TopologyTests {
    private func folder(_ files: [String: String]) throws -> Project {
      let project = try Project()
      for (name, text) in files {
        let path = project.folder + "/" + name
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      }
      return project
    }

    /// Two sockets of two cores with two threads each; cpu0 and cpu4 are one core, and so on.
    private func twoSockets() throws -> Project {
      var files = ["online": "0-7"]
      for cpu in 0..<8 {
        files["cpu\(cpu)/topology/core_cpus_list"] = "\(cpu % 4),\(cpu % 4 + 4)"
        let socket = cpu % 4 < 2 ? "0-1,4-5" : "2-3,6-7"
        for (index, cache) in [
          ("1", "Data", "48K", ""), ("1", "Instruction", "32K", ""), ("2", "Unified", "2048K", ""),
          ("3", "Unified", "60M", socket),
        ]
        .enumerated() {
          files["cpu\(cpu)/cache/index\(index)/level"] = cache.0
          files["cpu\(cpu)/cache/index\(index)/type"] = cache.1
          files["cpu\(cpu)/cache/index\(index)/size"] = cache.2
          files["cpu\(cpu)/cache/index\(index)/shared_cpu_list"] = cache.3
        }
      }
      return try folder(files)
    }

    @Test("threads of one core count once, a shared cache counts once a socket")
    func sockets() throws {
      let machine = try twoSockets()
      let all = CPUTopology(folder: machine.folder, allowed: nil)
      #expect(all == CPUTopology(cores: 4, cacheBytes: [48 << 10, 2 << 20, 120 << 20]))
    }

    @Test("only the processors that we may use count")
    func affinity() throws {
      let machine = try twoSockets()
      let some = CPUTopology(folder: machine.folder, allowed: [0, 1, 4])
      #expect(some == CPUTopology(cores: 2, cacheBytes: [48 << 10, 2 << 20, 60 << 20]))
    }

    @Test("a system that tells nothing has one core and no caches")
    func nothing() throws {
      let machine = try folder([:])
      #expect(CPUTopology(folder: machine.folder, allowed: nil) == CPUTopology(cores: 1, cacheBytes: [0, 0, 0]))
    }

    @Test("lists and sizes")
    func parsing() {
      #expect(CPUTopology.list("0-3,8,10-11") == [0, 1, 2, 3, 8, 10, 11])
      #expect(CPUTopology.list("") == nil)
      #expect(CPUTopology.list("3-1") == nil)
      #expect(CPUTopology.bytes("1024K") == 1 << 20)
      #expect(CPUTopology.bytes("32M") == 32 << 20)
      #expect(CPUTopology.bytes("512") == 512)
      #expect(CPUTopology.bytes("much") == nil)
    }

    @Test("an x86 and an Arm processor")
    func cpuinfo() {
      let topology = CPUTopology(cores: 8, cacheBytes: [32 << 10, 1 << 20, 32 << 20])
      let intel = ProcessorDescription(
        cpuinfo: """
          processor\t: 0
          vendor_id\t: GenuineIntel
          cpu family\t: 6
          model\t\t: 85
          model name\t: Intel(R) Xeon(R) CPU @ 2.20GHz
          stepping\t: 7
          flags\t\t: fpu sse2 avx avx2 fma avx512f hypervisor

          processor\t: 1
          model name\t: another
          """, topology: topology, scalableBits: 128)
      #expect(intel.model == "Intel Xeon")
      #expect(intel.identity == "GenuineIntel/6/85/7")
      #expect(intel.vectorBits == 512)
      #expect(intel.cores == 8 && intel.cacheBytes == topology.cacheBytes)
      let arm = ProcessorDescription(
        cpuinfo: "processor\t: 0\nFeatures\t: fp asimd crc32 sve bf16\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n",
        topology: topology, scalableBits: 256)
      #expect(arm.model == "Arm processor 0x41/0xd40")
      #expect(arm.instructionSets == ["asimd", "bf16", "sve"])
      #expect(arm.vectorBits == 256)
    }
  }
#endif
