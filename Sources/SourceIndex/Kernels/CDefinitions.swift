/// An item of a file, by its chunk and its place in that. In the order of the file.
struct ItemReference: Hashable, Comparable, Sendable {
  var chunk: Int32
  var item: Int32

  static func < (left: ItemReference, right: ItemReference) -> Bool {
    (left.chunk, left.item) < (right.chunk, right.item)
  }
}

/// Which items define a name. A sorted list, so that an edit passes over it once and sorts only what it brought.
struct CDefinitions: Sendable {
  private struct Entry: Comparable, Sendable {
    var name: UInt64
    var item: ItemReference

    static func < (left: Entry, right: Entry) -> Bool { (left.name, left.item) < (right.name, right.item) }
  }

  private var entries: [Entry]
  var count: Int { entries.count }

  init(_ chunks: [CChunk]) {
    entries = Self.entries(of: chunks, from: 0)
  }

  private static func entries(of chunks: [CChunk], from first: Int) -> [Entry] {
    var result: [Entry] = []
    for (chunk, index) in zip(chunks, first...) {
      for (item, meaning) in chunk.meanings.enumerated() {
        let reference = ItemReference(chunk: Int32(truncatingIfNeeded: index), item: Int32(truncatingIfNeeded: item))
        for name in meaning.defines { result.append(Entry(name: name, item: reference)) }
      }
    }
    return result.sorted()
  }

  func items(named name: UInt64) -> some Sequence<ItemReference> {
    entries[entries.partitioningIndex { $0.name >= name }...].lazy.prefix { $0.name == name }.map(\.item)
  }

  /// The definitions after some chunks were replaced.
  func replacing(_ touched: Range<Int>, with fresh: [CChunk]) -> CDefinitions {
    let growth = Int32(truncatingIfNeeded: fresh.count - touched.count)
    var added = Self.entries(of: fresh, from: touched.lowerBound)[...]
    var result = self
    result.entries.removeAll(keepingCapacity: true)
    for var entry in entries where !touched.contains(Int(entry.item.chunk)) {
      if entry.item.chunk >= touched.upperBound { entry.item.chunk += growth }
      while let next = added.first, next < entry { result.entries.append(added.removeFirst()) }
      result.entries.append(entry)
    }
    result.entries += added
    return result
  }
}
