extension IndexedDocument {
  /// A directive comment with example inputs for an op, for a person to correct: one tensor for each parameter that
  /// needs one, and `init=` where the constructor needs arguments.
  public static func suggestedDirective(for op: Op) -> String {
    var items: [String] = []
    let arguments = op.kind == .module ? op.content.constructorArguments : nil
    // The width that a layer is constructed with is most often the last extent of what it is given.
    let digits = (arguments ?? "").drop { !$0.isNumber }.prefix { $0.isNumber }
    let width = Int(digits).flatMap { $0 > 1 ? $0 : nil } ?? 1024
    for parameter in op.content.tensorParameters {
      items.append("\(parameter)=\(isIndex(parameter) ? "i64[16]" : "f32[16,\(width)]")")
    }
    if let arguments { items.append("init=\(arguments)") }
    return (["# kernelwright:"] + items).joined(separator: " ")
  }

  private static func isIndex(_ name: String) -> Bool {
    let words: Set<String> = [
      "idx", "index", "indices", "ids", "tokens", "token", "labels", "label", "targets", "target",
    ]
    return name.split(separator: "_").contains { words.contains(String($0)) }
  }
}

/// Guesses what a module's constructor may be called with.
struct ConstructorGuess {
  /// Parameters of `__init__` without `self`.
  let parameters: [Parameter]
  /// Arguments of a call found in the file.
  let call: String?

  /// A tuple as a Python literal; nil if the constructor needs no arguments.
  var tuple: String? {
    let positional = parameters.filter { $0.kind == .positional }
    if let call, let values = arguments(of: call, positional), !values.isEmpty { return tuple(values) }
    let required = positional.filter { !$0.hasDefault }
    return required.isEmpty ? nil : tuple(required.map(value))
  }

  private func tuple(_ values: [String]) -> String {
    values.count == 1 ? "(\(values[0]),)" : "(\(values.joined(separator: ", ")))"
  }

  /// Arguments by position, those given by name put where they belong; nil where that can't be done.
  private func arguments(of call: String, _ parameters: [Parameter]) -> [String]? {
    var values: [String] = []
    var named: [String: String] = [:]
    for item in Self.split(call) {
      if let equals = item.firstIndex(of: "="), item[..<equals].utf8.allSatisfy({ Byte.isName($0) || $0 == 0x20 }) {
        named[item[..<equals].filter { $0 != " " }] = Self.trimmed(item[item.index(after: equals)...])
      } else if item.hasPrefix("*") {
        return nil
      } else {
        values.append(item)
      }
    }
    for parameter in parameters.dropFirst(values.count) where !named.isEmpty {
      guard let value = named.removeValue(forKey: parameter.name) ?? parameter.defaultValue else { return nil }
      values.append(value)
    }
    return named.isEmpty ? values : nil
  }

  private func value(_ parameter: Parameter) -> String {
    switch parameter.annotation {
    case "float": "1.0"
    case "bool": "True"
    case "str": "\"\""
    default: "64"
    }
  }

  /// Arguments between the commas that stand outside of brackets and quotes.
  private static func split(_ call: String) -> [String] {
    var items: [String] = []
    var depth = 0
    var quote: Character?
    var item = ""
    for character in call {
      if let open = quote {
        if character == open { quote = nil }
      } else {
        switch character {
        case "\"", "'": quote = character
        case "(", "[", "{": depth += 1
        case ")", "]", "}": depth -= 1
        case "," where depth == 0:
          items.append(trimmed(item[...]))
          item = ""
          continue
        default: break
        }
      }
      item.append(character)
    }
    let last = trimmed(item[...])
    return last.isEmpty ? items : items + [last]
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}
