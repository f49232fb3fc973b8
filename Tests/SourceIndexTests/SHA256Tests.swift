import Testing

@testable import SourceIndex

struct SHA256Tests {
  /// The examples of FIPS 180-4, and lengths around the padding's edges (from OpenSSL).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb924"), ("abc", "ba7816bf8f01cfea414140de5dae2223"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039"),
    (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9a"),
    (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209"),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67"),
  ])
  func `digests are those of the standard`(text: String, digest: String) {
    #expect(SHA256.digest(Array(text.utf8)).hexadecimal == digest)
    Array(text.utf8).withUnsafeBufferPointer {
      #expect(SHA256.digest($0, byProcessor: false).hexadecimal == digest)
    }
  }
}
