import TestSupport

/// Writes a program in one of the many ways that mean the same: other names for locals, other blanks, line breaks,
/// parentheses, quotes and comments, other places in the file.
struct ProgramWriter {
  var random: SplitMix64
  private var names: [String] = []

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func one(of choices: String...) -> String { choices.randomElement(using: &random) ?? "" }
  private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }

  mutating func text(of program: RandomProgram) -> String {
    var parts: [String] = []
    for (index, function) in program.functions.enumerated() {
      names = ["a", "b", "c", "total", "y", "é", "max_", "out"].shuffled(using: &random)
      parts.append(text(of: function, named: "function\(index)"))
    }
    for (index, value) in program.globals.enumerated() {
      parts.append("GLOBAL\(index) = \(chance(3) ? "(\(value))" : "\(value)")\(comment())\n")
    }
    parts.append("def other\(Int.random(in: 0...9, using: &random))(x): return x\n")
    let newline = one(of: "\n", "\n", "\r\n")
    let body = parts.shuffled(using: &random).joined(separator: one(of: "", "\n", "# text\n\n\n"))
    return ("import torch\n" + body).map { $0 == "\n" ? newline : String($0) }.joined()
  }

  private mutating func comment() -> String { one(of: "", "", "  # why", "   ", " #") }

  private mutating func text(of function: RandomProgram.Function, named name: String) -> String {
    let step = one(of: "  ", "    ", "\t", " ")
    var result = one(of: "def \(name)(x):", "def \(name) ( x ) :", "def \(name)(\n    x,\n):") + comment() + "\n"
    if chance(2) { result += step + "\"\"\"Text \(Int.random(in: 0...9, using: &random)).\"\"\"\n" }
    result += step + "torch.sin(x)\n"
    for statement in function.body { result += text(of: statement, indentation: step, step) }
    return result + step + "return " + whole(function.result) + comment() + "\n"
  }

  private mutating func text(
    of statement: RandomProgram.Statement, indentation: String, _ step: String
  ) -> String {
    var result = ""
    if chance(5) { result += one(of: "\n", indentation + "# about it\n", "# about it\n") }
    switch statement {
    case .assign(let local, let value):
      return result + indentation + names[local] + one(of: "=", " = ", "  =") + whole(value) + comment() + "\n"
    case .loop(let local, let value, let body):
      result += indentation + "for \(names[local]) in \(whole(value)):" + comment() + "\n"
      for inner in body { result += text(of: inner, indentation: indentation + step, step) }
    case .branch(let value, let body):
      result += indentation + "if " + whole(value) + one(of: ":", " :") + comment() + "\n"
      for inner in body { result += text(of: inner, indentation: indentation + step, step) }
    }
    return result
  }

  /// An expression that stands alone, where parentheses change nothing.
  private mutating func whole(_ expression: RandomProgram.Expression) -> String {
    let text = text(of: expression)
    switch Int.random(in: 0...4, using: &random) {
    case 0: return "(\(text))"
    case 1: return "(\n      \(text)\(comment())\n )"
    case 2: return " " + text
    default: return text
    }
  }

  private mutating func text(of expression: RandomProgram.Expression) -> String {
    switch expression {
    case .parameter: return "x"
    case .local(let local): return names[local]
    case .constant(let value): return one(of: "\(value)E1", "\(value)e1")
    case .global(let index): return "GLOBAL\(index)"
    case .text(let value): return one(of: "'t\(value)'", "\"t\(value)\"", "u't\(value)'")
    case .binary(let operation, let left, let right):
      let blank = one(of: " ", "  ", " \\\n ")
      return "(\(text(of: left))\(blank)\(operation) \(text(of: right)))"
    case .call(let name, let arguments):
      let texts = arguments.map { whole($0) }
      return one(of: name, name + " ") + "(" + texts.joined(separator: one(of: ",", ", ", ",  # text\n"))
        + one(of: "", ",", " ") + ")"
    case .comprehension(let value):
      let variable = names[7]
      return "[\(variable) * \(text(of: value)) for \(variable) in \(one(of: "x", "(x)"))]"
    }
  }
}
