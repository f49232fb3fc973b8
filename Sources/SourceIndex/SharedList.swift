/// A list that snapshots share block by block: replacing elements by as many copies the block that they stand in, and a
/// list of the blocks. Replacing them by more or fewer copies everything.
struct SharedList<Element: Sendable>: RandomAccessCollection, MutableCollection, RangeReplaceableCollection, Sendable {
  /// Elements of a block, as a power of two. A list of a thousand comes to as many blocks as it has elements in each.
  private static var shift: Int { 5 }
  private var blocks: [[Element]] = []
  private(set) var endIndex = 0
  var startIndex: Int { 0 }

  init() {}

  init(_ elements: some Sequence<Element>) {
    let width = 1 << Self.shift
    let all = Array(elements)
    endIndex = all.count
    blocks = stride(from: 0, to: all.count, by: width).map { Array(all[$0..<Swift.min($0 + width, all.count)]) }
  }

  subscript(position: Int) -> Element {
    get { blocks[position >> Self.shift][position & (1 << Self.shift - 1)] }
    set { blocks[position >> Self.shift][position & (1 << Self.shift - 1)] = newValue }
  }

  mutating func replaceSubrange(_ range: Range<Int>, with elements: some Collection<Element>) {
    if elements.count == range.count {
      for (index, element) in zip(range, elements) { self[index] = element }
    } else {
      var all = Array(self)
      all.replaceSubrange(range, with: elements)
      self = SharedList(all)
    }
  }
}
