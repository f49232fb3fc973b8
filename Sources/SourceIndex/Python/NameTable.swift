/// A hash table of names for one scope at a time; emptying it is counting up.
struct NameTable {
  /// FNV-1a, 32 bits.
  static let seed: UInt32 = 2_166_136_261
  @inline(__always)
  static func mix(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte)) &* 16_777_619 }

  private struct Slot {
    var generation: UInt32 = 0
    var hash: UInt32 = 0
    var start: Int32 = 0
    var length: Int32 = 0
    var value: Int32 = 0
  }

  private var slots = [Slot](repeating: Slot(), count: 256)
  private var generation: UInt32 = 1
  private var filled = 0

  mutating func removeAll() {
    filled = 0
    generation &+= 1
    if generation == 0 {
      slots = [Slot](repeating: Slot(), count: slots.count)
      generation = 1
    }
  }

  /// Value of a name, nil if it is not in the table. `base` is where the names' `start` counts from.
  func value(_ use: NameUse, _ base: UnsafePointer<UInt8>) -> Int32? {
    let slot = slots[find(use, base)]
    return slot.generation == generation ? slot.value : nil
  }

  mutating func set(_ use: NameUse, _ value: Int32, _ base: UnsafePointer<UInt8>) {
    if filled * 2 >= slots.count { grow() }
    let index = find(use, base)
    if slots[index].generation != generation { filled += 1 }
    slots[index] = Slot(generation: generation, hash: use.hash, start: use.start, length: use.length, value: value)
  }

  private func find(_ use: NameUse, _ base: UnsafePointer<UInt8>) -> Int {
    var index = Int(use.hash) & (slots.count - 1)
    while slots[index].generation == generation {
      let slot = slots[index]
      if slot.hash == use.hash, slot.length == use.length,
        NameTable.equal(base + Int(slot.start), base + Int(use.start), Int(use.length))
      {
        return index
      }
      index = (index + 1) & (slots.count - 1)
    }
    return index
  }

  private static func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    for index in 0..<length where left[index] != right[index] { return false }
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    for slot in old where slot.generation == generation {
      var index = Int(slot.hash) & (slots.count - 1)
      while slots[index].generation == generation { index = (index + 1) & (slots.count - 1) }
      slots[index] = slot
    }
  }
}
