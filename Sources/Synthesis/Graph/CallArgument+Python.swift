extension CallArgument {
  /// The argument as Python text; `operands` are the names of the call's tensors.
  func python(operands: [String]) -> String {
    switch self {
    case .operand(let index): index < operands.count ? operands[index] : "None"
    case .integer(let value): String(value)
    case .number(let value): Python.number(value)
    case .truth(let value): value ? "True" : "False"
    case .string(let text): Python.string(text)
    case .none: "None"
    case .dtype(let dtype): "torch.\(dtype.rawValue)"
    case .list(let items): "[" + items.map { $0.python(operands: operands) }.joined(separator: ", ") + "]"
    case .constant(let text): text.hasPrefix("torch.") ? text : "torch.device(\(Python.string(text)))"
    }
  }

  var integer: Int? {
    switch self {
    case .integer(let value): value
    case .truth(let value): value ? 1 : 0
    default: nil
    }
  }

  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .truth(let value): value ? 1 : 0
    default: nil
    }
  }

  var truth: Bool? {
    switch self {
    case .truth(let value): value
    case .integer(let value): value != 0
    default: nil
    }
  }

  /// A list of integers, or one integer standing for itself.
  var integers: [Int]? {
    switch self {
    case .list(let items):
      let values = items.compactMap(\.integer)
      return values.count == items.count ? values : nil
    case .integer(let value): return [value]
    default: return nil
    }
  }

  /// One integer for each of `count` dimensions, where one may stand for all.
  func integers(each count: Int) -> [Int]? {
    guard let list = integers, list.count == count || list.count == 1 else { return nil }
    return list.count == count ? list : [Int](repeating: list[0], count: count)
  }
}

/// Python literals.
enum Python {
  static func number(_ value: Double) -> String {
    if value.isNaN { return "float(\"nan\")" }
    if value.isInfinite { return value < 0 ? "float(\"-inf\")" : "float(\"inf\")" }
    return "\(value)"
  }

  /// A double-quoted string literal.
  static func string(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": literal += "\\\""
      case "\\": literal += "\\\\"
      case "\n": literal += "\\n"
      case "\r": literal += "\\r"
      case "\t": literal += "\\t"
      default:
        if scalar.value < 32 {
          let digits = String(scalar.value, radix: 16)
          literal += "\\x" + (digits.count < 2 ? "0" : "") + digits
        } else {
          literal.unicodeScalars.append(scalar)
        }
      }
    }
    return literal + "\""
  }

  /// A tuple of integers.
  static func tuple(_ values: [Int]) -> String {
    tuple(of: values.map(String.init))
  }

  /// A tuple of expressions.
  static func tuple(of items: [String]) -> String {
    "(" + items.joined(separator: ", ") + (items.count == 1 ? ",)" : ")")
  }

  /// `name` as an identifier of Python and C++.
  static func identifier(_ name: String) -> String {
    let text = String(
      name.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
      })
    return text.first.map { $0.isNumber } ?? true ? "_" + text : text
  }
}

extension CallArgument {
  /// A list of integers.
  static func integers(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }
}
