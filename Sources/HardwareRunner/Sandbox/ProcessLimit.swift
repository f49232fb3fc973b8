import Foundation

/// What holds a sandbox to its number of processes and threads.
public enum ProcessLimit: Sendable, Hashable {
  /// `RLIMIT_NPROC`, counted within the sandbox's user namespace. The kernel never applies it to root
  /// (`copy_process` in kernel/fork.c), so it is for everybody else.
  case resourceLimit
  /// Linux, as root: a control group with the `pids` controller, made in this folder for every sandbox (cgroups(7)).
  case controlGroup(parent: String)
  /// Linux, as root where no control group can be made: the sandbox runs as a user that nobody else is, to whom
  /// `RLIMIT_NPROC` applies. It can read only what everybody may read.
  case ownUser

  /// What this process can use.
  static func detect() -> ProcessLimit {
    #if os(Linux)
      guard geteuid() == 0 else { return .resourceLimit }
      return ControlGroup.usableParent().map { .controlGroup(parent: $0) } ?? .ownUser
    #else
      return .resourceLimit
    #endif
  }

  /// A user number that no account has, another one for every sandbox, since the limit counts over all of a user's
  /// processes: from the range above what systems give to accounts and below what containers map.
  static func strangersNumber() -> UInt32 { UInt32.random(in: 1_879_048_192...2_147_352_576) }
}
