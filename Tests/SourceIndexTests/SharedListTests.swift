import TestSupport
import Testing

@testable import SourceIndex

struct SharedListTests {
  @Test(arguments: 0..<20)
  func `it does what an array does, and leaves its copies alone`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var array = Array(0..<Int.random(in: 0..<200, using: &random))
    var list = SharedList(array)
    for step in 0..<60 {
      let (before, copy) = (array, list)
      let start = Int.random(in: 0...array.count, using: &random)
      let range = start..<Int.random(in: start...min(start + 40, array.count), using: &random)
      // Half of the time as many as there were.
      let count = Bool.random(using: &random) ? range.count : Int.random(in: 0..<40, using: &random)
      let elements = (0..<count).map { 1000 * step + $0 }
      array.replaceSubrange(range, with: elements)
      list.replaceSubrange(range, with: elements)
      #expect(Array(list) == array && list.count == array.count)
      #expect(Array(copy) == before)
    }
  }
}
