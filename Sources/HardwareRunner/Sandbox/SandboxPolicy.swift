import Foundation

/// What a worker may use. The defaults stand beside their reasons.
public struct SandboxPolicy: Sendable, Hashable {
  /// Whose code runs inside.
  public enum Flavour: String, Sendable, Hashable {
    /// Generated code: the strictest.
    case candidate
    /// The user's own code: the same walls, since a file that was just cloned is no better known.
    case reference
  }
  public var flavour: Flavour
  /// Private memory (`RLIMIT_DATA`: heap, stacks and private mappings; the address space itself can't be limited
  /// closely, since PyTorch reserves far more than it uses).
  public var memoryBytes: Int
  /// Size of the file system behind `/tmp`, the home folder and `/dev/shm`, each.
  public var scratchBytes: Int
  /// Largest single file.
  public var fileBytes: Int
  /// Processes and threads, together; see ``ProcessLimit``.
  public var processes: Int
  /// Bytes on stdout and stderr before the worker is killed; of what is printed only the end is kept.
  public var outputBytes: Int
  /// Folders bound read-only beside the system's and the interpreter's.
  public var readOnly: [String]
  /// A library that the worker loads before everything else (`LD_PRELOAD`); has to be among ``readOnly``.
  public var preload: String?
  /// Whether anybody times the process: then it runs as the user's own would. One that nobody times asks for huge pages
  /// (`glibc.malloc.hugetlb`, "Memory Allocation Tunables" in the GNU C library's manual), since large tensors then take a
  /// fraction of the page faults, and its threads sleep where they wait for each other (`OMP_WAIT_POLICY`, OpenMP 5.2,
  /// section 21.1.4): while a compiler runs beside it, waiting in a loop would take from both.
  public var isTimed = true
  /// What is usual. Of a processor that somebody else keeps busy a worker gets 3 %.
  public static let niceness = 15
  /// Added to our own niceness, so that the language server stays responsive; the same for all contenders.
  public var niceness: Int

  /// - Parameter memoryBytes: nil for three quarters of what the machine has.
  public init(
    flavour: Flavour, memoryBytes: Int? = nil, scratchBytes: Int = 2 << 30, fileBytes: Int = 1 << 30,
    processes: Int = 1024, outputBytes: Int = 64 << 20, readOnly: [String] = [], niceness: Int = SandboxPolicy.niceness
  ) {
    self.flavour = flavour
    self.memoryBytes = memoryBytes ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 4 * 3)
    self.scratchBytes = scratchBytes
    self.fileBytes = fileBytes
    self.processes = processes
    self.outputBytes = outputBytes
    self.readOnly = readOnly
    self.niceness = niceness
  }
}
