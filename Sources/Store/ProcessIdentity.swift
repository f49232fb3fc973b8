import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// Says which process it was, for good: a process number alone is given again to others.
public struct ProcessIdentity: Sendable, Codable, Hashable {
  /// Name of the machine; process numbers mean nothing on another one (a workspace on a network disk, a container).
  public var host: String
  /// Changes when the machine starts anew; with the process-number namespace where there is one.
  public var boot: String
  public var pid: Int32
  /// When the process began, in the kernel's own count.
  public var start: String

  public init(host: String, boot: String, pid: Int32, start: String) {
    self.host = host
    self.boot = boot
    self.pid = pid
    self.start = start
  }

  /// This process.
  public static func current() -> ProcessIdentity {
    let pid = getpid()
    return ProcessIdentity(host: hostName(), boot: bootIdentity(), pid: pid, start: startTime(of: pid) ?? "")
  }

  /// Whether the process runs: nil where that can't be known from here, because it runs on another machine.
  public var isAlive: Bool? { isAlive(seenFrom: .current()) }

  func isAlive(seenFrom here: ProcessIdentity) -> Bool? {
    guard host == here.host else { return nil }
    guard boot == here.boot else { return false }
    return Self.startTime(of: pid).map { $0 == start } ?? false
  }

  private static func hostName() -> String {
    // Not `ProcessInfo.hostName`: that one asks the name service, which can take seconds.
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return string(buffer)
  }

  private static func string(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  #if os(Linux)
    private static func bootIdentity() -> String {
      let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
      let namespace = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
      return boot.trimmingCharacters(in: .whitespacesAndNewlines) + " " + namespace
    }

    /// Field 22 of `/proc/PID/stat` (proc(5)); nil for a process that is gone or that only waits to be collected.
    static func startTime(of pid: Int32) -> String? {
      guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = stat.lastIndex(of: ")")  // the name before it may hold blanks and brackets
      else { return nil }
      let fields = stat[stat.index(after: end)...].split(separator: " ")
      guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
      return String(fields[19])
    }
  #else
    private static func bootIdentity() -> String {
      var buffer = [CChar](repeating: 0, count: 64)
      var size = buffer.count - 1
      guard sysctlbyname("kern.bootsessionuuid", &buffer, &size, nil, 0) == 0 else { return "" }
      return string(buffer)
    }

    /// From the kernel's process table; nil for a process that is gone or that only waits to be collected.
    static func startTime(of pid: Int32) -> String? {
      var info = kinfo_proc()
      var size = MemoryLayout<kinfo_proc>.stride
      var name: [Int32] = [CTL_KERN, KERN_PROC, KERN_PROC_PID, pid]
      guard sysctl(&name, UInt32(name.count), &info, &size, nil, 0) == 0, size > 0,
        Int32(info.kp_proc.p_stat) != SZOMB
      else { return nil }
      let began = info.kp_proc.p_starttime
      return "\(began.tv_sec).\(began.tv_usec)"
    }
  #endif
}
