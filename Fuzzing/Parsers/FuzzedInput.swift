/// The bytes that libFuzzer chose, read from the front: first numbers that decide what is done, then the text.
struct FuzzedInput {
  private(set) var bytes: ArraySlice<UInt8>

  init(_ start: UnsafePointer<UInt8>, _ count: Int) {
    bytes = Array(UnsafeBufferPointer(start: start, count: count))[...]
  }

  mutating func byte() -> Int { Int(bytes.popFirst() ?? 0) }

  mutating func number() -> Int { byte() << 8 | byte() }

  mutating func text(_ count: Int) -> String {
    defer { bytes = bytes.dropFirst(count) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

/// Fails the run, with its reason also in an optimised build; libFuzzer keeps the input.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
