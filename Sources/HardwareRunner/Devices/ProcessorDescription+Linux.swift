#if os(Linux)
  import Foundation

  extension ProcessorDescription {
    static func ofThisMachine() -> ProcessorDescription {
      let topology = CPUTopology(folder: "/sys/devices/system/cpu", allowed: allowedProcessors())
      let scalable = text("/proc/sys/abi/sve_default_vector_length").flatMap { Int($0) }
      return ProcessorDescription(
        cpuinfo: text("/proc/cpuinfo") ?? "", topology: topology, scalableBits: (scalable ?? 16) * 8)
    }

    /// - Parameter cpuinfo: text of `/proc/cpuinfo`, whose words differ from architecture to architecture.
    init(cpuinfo: String, topology: CPUTopology, scalableBits: Int) {
      var fields: [String: String] = [:]
      for line in cpuinfo.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
      }
      let arm = [fields["CPU implementer"], fields["CPU part"]].compactMap { $0 }
      let fallback = arm.isEmpty ? "unknown processor" : "Arm processor \(arm.joined(separator: "/"))"
      let sets = Self.instructionSets(
        in: (fields["flags"] ?? fields["Features"] ?? "").split(separator: " ").map(String.init))
      self.init(
        model: Self.readable(fields["model name"] ?? fields["Model"] ?? fallback),
        identity: (["vendor_id", "cpu family", "model", "stepping"].compactMap { fields[$0] } + arm).joined(
          separator: "/"),
        cores: topology.cores, cacheBytes: topology.cacheBytes, instructionSets: sets,
        vectorBits: Self.vectorBits(of: sets, scalableBits: scalableBits), system: "linux")
    }

    /// Without marks and clock rates: `Intel(R) Xeon(R) CPU @ 2.20GHz` is `Intel Xeon`.
    private static func readable(_ name: String) -> String {
      var name = name.split(separator: "@")[0].description
      for noise in ["(R)", "(TM)", "(r)", "(tm)", " CPU", " Processor"] { name = name.replacing(noise, with: "") }
      return name.split(separator: " ").joined(separator: " ")
    }

    /// Numbers of the processors that this process may run on (`sched_getaffinity` is not among what Swift's Glibc has).
    private static func allowedProcessors() -> Set<Int>? {
      let line = text("/proc/self/status")?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
      return line.flatMap { CPUTopology.list($0.dropFirst(18).trimmingCharacters(in: .whitespaces)) }.map { Set($0) }
    }
  }

  /// Cores and caches, as the kernel lists them in a folder like `/sys/devices/system/cpu`.
  struct CPUTopology: Sendable, Hashable {
    var cores: Int
    /// Level-1 data and level-2 of one core, all of level 3.
    var cacheBytes: [Int]

    init(cores: Int, cacheBytes: [Int]) {
      self.cores = cores
      self.cacheBytes = cacheBytes
    }

    /// - Parameter allowed: numbers of the processors to look at; nil for all.
    init(folder: String, allowed: Set<Int>?) {
      let online = Self.list(text(folder + "/online") ?? "").map { Set($0) }
      let processors = (allowed ?? online ?? [0]).intersection(online ?? allowed ?? [0]).sorted()
      var siblings = Set<String>()
      var shared = Set<String>()
      var sizes = [0, 0, 0]
      for processor in processors {
        let base = "\(folder)/cpu\(processor)"
        siblings.insert(
          text(base + "/topology/core_cpus_list") ?? text(base + "/topology/thread_siblings_list") ?? "\(processor)")
        for index in 0..<8 {
          let cache = "\(base)/cache/index\(index)"
          guard let level = text(cache + "/level").flatMap({ Int($0) }), let type = text(cache + "/type") else { break }
          guard type != "Instruction", (1...3).contains(level), let size = text(cache + "/size").flatMap(Self.bytes)
          else { continue }
          if level < 3 {
            sizes[level - 1] = max(sizes[level - 1], size)
          } else if shared.insert(text(cache + "/shared_cpu_list") ?? "").inserted {
            sizes[2] += size
          }
        }
      }
      self.init(cores: max(siblings.count, 1), cacheBytes: sizes)
    }

    /// `0-3,8` as numbers.
    static func list(_ text: String) -> [Int]? {
      var numbers: [Int] = []
      for part in text.split(separator: ",") {
        let ends = part.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, first <= last else { return nil }
        numbers += first...last
      }
      return numbers.isEmpty ? nil : numbers
    }

    /// `1024K` as bytes.
    static func bytes(_ text: String) -> Int? {
      guard let unit = text.last else { return nil }
      let factor = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30][unit]
      return Int(factor == nil ? text : String(text.dropLast())).map { $0 * (factor ?? 1) }
    }
  }

  /// A small file of the kernel's, without the newline at its end.
  private func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
#endif
