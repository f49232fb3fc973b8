import CRunner

/// For the thread that answers an editor, while others of the process and its workers keep every processor busy.
public enum Responsiveness {
  /// Nanoseconds at a time that the thread asks for: the least that Linux grants.
  private static let slice: UInt64 = 100_000

  /// Asks that the calling thread be let run at once when it wakes up, for less time at a stretch: otherwise it waits for
  /// the end of somebody's slice, some milliseconds. Needs no rights. Linux 6.12 and newer grant it ("EEVDF", custom
  /// slices); elsewhere nothing changes.
  public static func preferLatency() {
    _ = crunner_be_responsive(slice)
  }

  /// Memory that the process may keep for what comes next: a page that comes back from the system is emptied by it
  /// first, which for the buffers that a large document passes through takes as long as reading the document.
  private static let keptMemory: Int32 = 8 << 20

  /// Asks for blocks to be taken from memory that was used before, large ones too. On glibc; elsewhere nothing changes.
  public static func reuseMemory() {
    crunner_keep_memory(keptMemory)
  }
}
