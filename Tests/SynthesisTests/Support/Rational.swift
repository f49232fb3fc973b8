/// A fraction in lowest terms; overflow traps, so what comes out is exact.
struct Rational: SignedNumeric, Comparable, Hashable {
  var numerator: Int128
  var denominator: Int128

  init(_ numerator: Int128, _ denominator: Int128 = 1) {
    precondition(denominator != 0)
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int128(max(a, 1)) * (denominator < 0 ? -1 : 1)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  init(integerLiteral value: Int) { self.init(Int128(value)) }
  init?<T: BinaryInteger>(exactly source: T) {
    guard let value = Int128(exactly: source) else { return nil }
    self.init(value)
  }

  /// The very number that a double is; numbers like 0.1 don't fit.
  init?(_ value: Double) {
    let scaled = value * 4096
    guard scaled == scaled.rounded(), abs(scaled) < 1e15 else { return nil }
    self.init(Int128(scaled), 4096)
  }

  var magnitude: Rational { Rational(numerator < 0 ? -numerator : numerator, denominator) }

  static func + (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }
  static func - (a: Rational, b: Rational) -> Rational { a + Rational(-b.numerator, b.denominator) }
  static func * (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.numerator, a.denominator * b.denominator)
  }
  static func / (a: Rational, b: Rational) -> Rational { a * Rational(b.denominator, b.numerator) }
  static func *= (a: inout Rational, b: Rational) { a = a * b }
  static func < (a: Rational, b: Rational) -> Bool { a.numerator * b.denominator < b.numerator * a.denominator }
}
