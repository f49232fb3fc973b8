/// The parser of a model provider's event stream: the events are the same however the stream is cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzServerSentEvents(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = FuzzedInput(start, count)
  let cut = 1 + input.byte()
  let stream = Array(input.bytes)
  do {
    var whole = ServerSentEventParser()
    let events = try whole.feed(stream)
    var pieces = ServerSentEventParser()
    var found: [ServerSentEvent] = []
    var rest = stream[...]
    while !rest.isEmpty {
      found += try pieces.feed(rest.prefix(cut))
      rest = rest.dropFirst(cut)
    }
    require(events == found, "in one piece \(events), cut \(found)")
  } catch {
    // Only an event of many megabytes is refused.
    require(false, "\(error)")
  }
  return 0
}
