import Synchronization

extension ModuleIndex {
  func regions() -> [(name: String, range: SourceRange)] {
    guard regionCount > 0 else { return [] }
    var result: [(String, SourceRange)] = []
    for (chunk, line) in zip(chunks, places.lines) {
      for region in chunk.contents.regions {
        result.append(
          (
            region.name,
            SourceRange(
              start: Position(line: line + region.firstLine, column: 0),
              end: Position(line: line + region.lastLine + 1, column: 0))
          ))
      }
    }
    return result
  }

  private func regionsByName() -> [String: SourceRange] {
    var regions: [String: SourceRange] = [:]
    for (name, range) in self.regions() { regions[name] = range }
    return regions
  }

  func ops() -> [Op] {
    let regions = regionsByName()
    var result: [Op] = []
    result.reserveCapacity(opCount)
    for (chunkOps, line) in zip(chunkOps, places.lines) {
      for content in chunkOps.ops {
        result.append(
          Op(content: content, firstLine: line, generatedRegion: regions.isEmpty ? nil : regions[content.name]))
      }
    }
    return result
  }

  /// The innermost op around a position. An op lies in one chunk.
  func op(at position: Position) -> Op? {
    let index = places.chunk(atLine: position.line)
    guard index >= 0 else { return nil }
    let regions = regionsByName()
    // Definitions nest, and an enclosing one comes first.
    return chunkOps[index].ops.reversed().lazy
      .map { Op(content: $0, firstLine: places.lines[index], generatedRegion: regions[$0.name]) }
      .first { $0.fullRange.contains(position) }
  }
}

/// A list that is made when somebody asks for it: an edit needs none.
final class LazyOps: Sendable {
  private let make: @Sendable () -> [Op]
  private let made = Mutex<[Op]?>(nil)

  init(_ make: @escaping @Sendable () -> [Op]) {
    self.make = make
  }

  var value: [Op] {
    made.withLock { made in
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }
}
