import CRunner
import Foundation

/// For the thread that answers an editor, while others of the process and its workers keep every processor busy.
public enum Responsiveness {
  /// Nanoseconds at a time that the thread asks for. Less than the scheduler's own slices (0.7 ms and more), or it would
  /// not go before them; and more than any answer takes: a thread whose slice ends in the middle of one waits for the
  /// next tick, up to 4 ms, however little is left to do.
  private static let slice: UInt64 = 600_000

  /// Asks that the calling thread be let run at once when it wakes up, for less time at a stretch: otherwise it waits for
  /// the end of somebody's slice, some milliseconds. Needs no rights. Linux 6.12 and newer grant it ("EEVDF", custom
  /// slices); elsewhere nothing changes.
  public static func preferLatency() {
    _ = crunner_be_responsive(slice)
  }

  /// Makes the calling thread one that works long: like workers.
  static func letOthersGoFirst() {
    crunner_step_back(getpid(), Int32(SandboxPolicy.niceness))
  }

  /// Memory that the process may keep for what comes next: a page that comes back from the system is emptied by it
  /// first, which for the buffers that a large document passes through takes as long as reading the document.
  private static let keptMemory: Int32 = 8 << 20

  /// Asks for blocks to be taken from memory that was used before, large ones too. On glibc; elsewhere nothing changes.
  public static func reuseMemory() {
    crunner_keep_memory(keptMemory)
  }
}
