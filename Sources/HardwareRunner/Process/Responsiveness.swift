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
}
