/// `FrameDecoder` on arbitrary bytes: the frames are the same however the stream is cut, and none is longer than allowed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrameDecoder(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = FuzzedInput(start, count)
  var cut = UInt32(truncatingIfNeeded: input.number()) | 1
  let stream = Array(input.bytes)

  let whole = frames(of: stream) { $0 }
  let single = frames(of: stream) { min($0, 1) }
  require(whole == single, "in one piece \(whole), byte by byte \(single)")
  let pieces = frames(of: stream) { left in
    cut = cut &* 1_664_525 &+ 1_013_904_223
    return min(left, 1 + Int(cut >> 16) % 40)
  }
  require(whole == pieces, "in one piece \(whole), cut \(pieces)")
  return 0
}

/// A body as bytes, or what was said of damage.
private enum Found: Equatable {
  case body([UInt8])
  case damaged(String)
}

private func frames(of stream: [UInt8], next size: (Int) -> Int) -> [Found] {
  // Small, so that a body over the limit is within the fuzzer's reach.
  var decoder = FrameDecoder(maximumBody: 200)
  var rest = stream[...]
  var found: [Found] = []
  while !rest.isEmpty {
    let count = size(rest.count)
    decoder.append(rest.prefix(count))
    rest = rest.dropFirst(count)
    while let frame = decoder.next() {
      switch frame {
      case .damaged(let reason): found.append(.damaged(reason))
      case .body(let range):
        require(range.count <= decoder.maximumBody, "a body of \(range.count) bytes")
        found.append(.body(decoder.withBytes(of: range) { Array($0) }))
      }
    }
    require(decoder.pendingBytes >= 0 && decoder.missingBytes >= 0, "more was consumed than there is")
  }
  return found
}
