import SourceIndex
import TestSupport
import Testing

struct FingerprintPropertyTests {
  @Test(arguments: 0..<200 as Swift.Range<UInt64>)
  func `a program's looks leave the fingerprint alone, its meaning does not`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let program = RandomProgram(&random)
    let one = try fingerprint(of: program, looks: seed &* 3)
    for looks in 1...3 { #expect(try fingerprint(of: program, looks: seed &* 3 + UInt64(looks)) == one) }
    for _ in 0..<6 {
      let other = program.mutated(&random)
      #expect(try fingerprint(of: other, looks: seed &* 3) != one, "\(program) and \(other)")
    }
    var unreached = program
    unreached.functions[RandomProgram.reached].result = .constant(7)
    unreached.functions[RandomProgram.reached].body = [.assign(0, .constant(3))]
    #expect(try fingerprint(of: unreached, looks: seed) == one)
  }

  private func fingerprint(of program: RandomProgram, looks: UInt64) throws -> String {
    var writer = ProgramWriter(seed: looks &+ 1000)
    let text = writer.text(of: program)
    return try #require(IndexedDocument(text: SourceText(text)).op(named: "function0"), "\(text)").fingerprint
  }
}
