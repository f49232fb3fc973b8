/// What one top-level line or compound statement of a file says, with the blank lines and comments above it.
///
/// Everything in it follows from the bytes from its start up to `examined`, and all places are relative to its start:
/// an edit elsewhere leaves it valid as it is.
final class ParsedChunk: Chunk {
  struct Contents: Sendable, Equatable {
    var byteCount = 0
    /// Line terminators in the chunk.
    var lineCount = 0
    /// Bytes from the chunk's start that parsing it looked at. Larger than `byteCount`, as it takes the next line's
    /// first word to see where a block ends; `Int.max` if it looked at the end of the text.
    var examined = 0
    var calls: [CallRecord] = []
    var callNames: [UInt8] = []
    var definitions: [DefinitionRecord] = []
    var freeNames: [FreeName] = []
    var statementLines: [ClosedRange<Int32>] = []
    var bindings: [Binding] = []
    /// Names that the whole chunk takes from elsewhere.
    var reads: [FreeName] = []
    /// Modules of star imports.
    var starImports: [String] = []
    var literalCalls: [LiteralCall] = []
    var regions: [GeneratedRegion] = []
    /// Of the normalised tokens of the whole chunk.
    var digest = Digest()
    /// `if __name__ == "__main__":`, which no import of the file runs.
    var isMainGuard = false

    /// Makes room for the next chunk in the same memory.
    mutating func removeAll() {
      (byteCount, lineCount, examined, digest, isMainGuard) = (0, 0, 0, Digest(), false)
      calls.removeAll(keepingCapacity: true)
      callNames.removeAll(keepingCapacity: true)
      definitions.removeAll(keepingCapacity: true)
      freeNames.removeAll(keepingCapacity: true)
      statementLines.removeAll(keepingCapacity: true)
      bindings.removeAll(keepingCapacity: true)
      reads.removeAll(keepingCapacity: true)
      starImports.removeAll(keepingCapacity: true)
      literalCalls.removeAll(keepingCapacity: true)
      regions.removeAll(keepingCapacity: true)
    }

    /// The same in memory of its own, and no more of it than that takes: what the parser wrote to is written to again.
    func copied() -> Contents {
      Contents(
        byteCount: byteCount, lineCount: lineCount, examined: examined, calls: calls.copied(),
        callNames: callNames.copied(), definitions: definitions.copied(), freeNames: freeNames.copied(),
        statementLines: statementLines.copied(), bindings: bindings.copied(), reads: reads.copied(),
        starImports: starImports.copied(), literalCalls: literalCalls.copied(), regions: regions.copied(),
        digest: digest, isMainGuard: isMainGuard)
    }
  }

  let contents: Contents

  init(_ contents: Contents) {
    self.contents = contents
  }

  var byteCount: Int { contents.byteCount }
  var lineCount: Int { contents.lineCount }
  var examined: Int { contents.examined }

  /// Dotted name of a definition.
  func qualifiedName(_ index: Int) -> String {
    let definition = contents.definitions[index]
    guard definition.parent >= 0 else { return definition.name }
    return qualifiedName(definition.parent) + "." + definition.name
  }

  /// The calls whose place lies in a span, with lines counted from `firstLine`.
  func calls(from start: Int32, to end: Int32, firstLine: Int) -> [Call] {
    let calls = contents.calls
    var index = calls.partitioningIndex { $0.span.start.offset >= start }
    var result: [Call] = []
    while index < calls.count, calls[index].span.start.offset < end {
      if calls[index].span.end.offset <= end { result.append(call(calls[index], firstLine: firstLine)) }
      index += 1
    }
    return result
  }

  func call(_ record: CallRecord, firstLine: Int) -> Call {
    let name = contents.callNames[Int(record.nameStart)..<Int(record.nameStart + record.nameLength)]
    return Call(name: String(decoding: name, as: UTF8.self), range: record.span.range(at: firstLine))
  }
}

extension Array {
  fileprivate func copied() -> [Element] {
    isEmpty ? [] : withUnsafeBufferPointer { Array($0) }
  }

  /// Index of the first element for which the predicate holds; all after it must satisfy it too.
  func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
