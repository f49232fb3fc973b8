/// The JSON parser and writer: what was parsed is written as JSON that parses to the same, in a form that stays.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let value = try? JSONValue(parsing: bytes) else { return 0 }
  let written = bytesOf(value)
  guard let again = try? JSONValue(parsing: written) else {
    require(false, "can't be read: \(String(decoding: written, as: UTF8.self))")
    return 0
  }
  require(again == value, "\(value) was read back as \(again)")
  // Equality of strings goes by what they look like; bytes don't.
  require(bytesOf(again) == written, "\(value) is written in two ways")
  // What every reader of messages does with a value.
  _ = IncomingMessage(value)
  _ = (value.intValue, value.doubleValue, value["id"], value[0], value.hashValue)
  return 0
}

private func bytesOf(_ value: JSONValue) -> [UInt8] {
  var writer = JSONWriter()
  value.encode(into: &writer)
  return writer.bytes
}
