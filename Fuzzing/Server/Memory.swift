import CHeap
import Foundation

/// How much memory the process holds, when everything that was opened is closed again.
struct Memory {
  /// Bytes allocated and not freed; 0 where the C library can't say.
  var heap: Int
  /// Bytes of the process in memory; 0 where the system doesn't say it in /proc.
  var resident: Int

  static func now() -> Memory {
    heap_trim()
    let statm = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    let pages = statm.count > 1 ? Int(statm[1]) ?? 0 : 0
    return Memory(heap: Int(heap_in_use()), resident: pages * Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  /// What a run may end above where it stood after its first block of operations.
  ///
  /// Of the heap nothing but what was allocated once and is kept for reuse: caches of the runtime and of Foundation, the
  /// capacity of the loop's buffers, a workspace thread's queue. A quarter of a byte an operation in a million of them.
  static let toleratedHeap = 256 << 10
  /// Of resident memory also what the allocator can't give back: a free page beside one that is in use, in the arena of
  /// each thread. Not a figure that one byte an operation would pass unseen in: for that there is the heap.
  static let toleratedResident = 48 << 20

  /// What has grown since `start`, in words; nil when it is no more than is tolerated.
  func growth(since start: Memory) -> String? {
    if heap - start.heap > Self.toleratedHeap {
      return "\(heap - start.heap) bytes more are allocated than after the first block, with every document closed"
    }
    if resident - start.resident > Self.toleratedResident {
      return "\(resident - start.resident) bytes more are resident than after the first block"
    }
    return nil
  }
}
