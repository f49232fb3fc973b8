import CHash

/// A SHA-256 digest, cut to its first 128 bits: enough that no two ops of a person's life share one.
struct Digest: Hashable, Sendable {
  var high: UInt64 = 0
  var low: UInt64 = 0

  /// 32 lower-case hexadecimal digits.
  var hexadecimal: String {
    let digits: StaticString = "0123456789abcdef"
    return String(unsafeUninitializedCapacity: 32) { buffer in
      for index in 0..<16 {
        buffer[15 - index] = digits.utf8Start[Int(high >> (4 * index) & 15)]
        buffer[31 - index] = digits.utf8Start[Int(low >> (4 * index) & 15)]
      }
      return 32
    }
  }

  /// For a digest of what has this one.
  func append(to bytes: inout [UInt8]) {
    for value in [high, low] {
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }
  }
}

/// SHA-256 as FIPS 180-4 section 6.2 defines it.
struct SHA256 {
  private var state: SIMD8<UInt32> = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]

  /// - Parameter byProcessor: whether the processor's own instructions are used.
  static func digest(_ bytes: UnsafeBufferPointer<UInt8>, byProcessor: Bool = hasInstructions) -> Digest {
    var hash = SHA256()
    let whole = bytes.count & ~63
    // The last block or two hold the rest, a 1 bit, zeros and the length in bits.
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      func take(_ blocks: UnsafeBufferPointer<UInt8>) {
        guard byProcessor, let base = blocks.baseAddress else { return hash.compress(blocks, schedule) }
        withUnsafeMutableBytes(of: &hash.state) {
          chash_sha256($0.assumingMemoryBound(to: UInt32.self).baseAddress, base, blocks.count / 64, constants)
        }
      }
      take(UnsafeBufferPointer(rebasing: bytes[..<whole]))
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { tail in
        tail.initialize(repeating: 0)
        let rest = bytes.count - whole
        for index in 0..<rest { tail[index] = bytes[whole + index] }
        tail[rest] = 0x80
        let size = rest < 56 ? 64 : 128
        let bits = UInt64(bytes.count) * 8
        for index in 0..<8 { tail[size - 1 - index] = UInt8(truncatingIfNeeded: bits >> (8 * index)) }
        take(UnsafeBufferPointer(rebasing: tail[..<size]))
      }
    }
    return Digest(
      high: UInt64(hash.state[0]) << 32 | UInt64(hash.state[1]),
      low: UInt64(hash.state[2]) << 32 | UInt64(hash.state[3]))
  }

  static func digest(_ bytes: [UInt8]) -> Digest { bytes.withUnsafeBufferPointer { digest($0) } }

  /// Of this processor.
  static let hasInstructions = chash_has_sha256()

  private mutating func compress(_ blocks: UnsafeBufferPointer<UInt8>, _ w: UnsafeMutableBufferPointer<UInt32>) {
    for start in stride(from: 0, to: blocks.count, by: 64) {
      compress(block: UnsafeBufferPointer(rebasing: blocks[start..<start + 64]), w)
    }
  }

  private mutating func compress(block: UnsafeBufferPointer<UInt8>, _ w: UnsafeMutableBufferPointer<UInt32>) {
    for index in 0..<16 {
      let at = index &* 4
      w[index] =
        UInt32(block[at]) << 24 | UInt32(block[at &+ 1]) << 16 | UInt32(block[at &+ 2]) << 8 | UInt32(block[at &+ 3])
    }
    for index in 16..<64 {
      let x = w[index &- 15]
      let y = w[index &- 2]
      let small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x &>> 3)
      let small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y &>> 10)
      w[index] = w[index &- 16] &+ small0 &+ w[index &- 7] &+ small1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    Self.constants.withUnsafeBufferPointer { k in
      // Eight rounds at a time bring every variable back to its place, so none has to be moved.
      for index in stride(from: 0, to: 64, by: 8) {
        round(a, b, c, &d, e, f, g, &h, k[index] &+ w[index])
        round(h, a, b, &c, d, e, f, &g, k[index &+ 1] &+ w[index &+ 1])
        round(g, h, a, &b, c, d, e, &f, k[index &+ 2] &+ w[index &+ 2])
        round(f, g, h, &a, b, c, d, &e, k[index &+ 3] &+ w[index &+ 3])
        round(e, f, g, &h, a, b, c, &d, k[index &+ 4] &+ w[index &+ 4])
        round(d, e, f, &g, h, a, b, &c, k[index &+ 5] &+ w[index &+ 5])
        round(c, d, e, &f, g, h, a, &b, k[index &+ 6] &+ w[index &+ 6])
        round(b, c, d, &e, f, g, h, &a, k[index &+ 7] &+ w[index &+ 7])
      }
    }
    state = state &+ SIMD8(a, b, c, d, e, f, g, h)
  }

  @inline(__always)
  private func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32,
    _ h: inout UInt32, _ input: UInt32
  ) {
    let first = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ (g ^ (e & (f ^ g))) &+ input
    d = d &+ first
    h = first &+ (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ ((a & b) | (c & (a | b)))
  }

  @inline(__always)
  private func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value &>> count | value &<< (32 &- count) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
  private static let constants: [UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
    0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
    0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
    0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
    0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
    0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
  ]
}
