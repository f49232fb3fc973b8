/// Reads directive comments: `key=value` items with blanks between them.
struct DirectiveParser {
  private var directive: Directive
  private let parameters: [String]?
  private let owner: String
  private var seen: Set<String> = []

  /// The directive in the comments above an op, nil if there are none. `parameters` are the names that tensors may
  /// have, nil where any may be.
  static func parse(_ comments: [DirectiveComment], parameters: [String]?, owner: String) -> Directive? {
    guard let first = comments.first, let last = comments.last else { return nil }
    let end = last.place.position(at: 0)
    var parser = DirectiveParser(
      directive: Directive(
        range: SourceRange(
          start: first.place.position(at: 0),
          end: Position(line: end.line, column: end.column + last.bytes.count))),
      parameters: parameters, owner: owner)
    for comment in comments { parser.parse(comment) }
    return parser.directive
  }

  private init(directive: Directive, parameters: [String]?, owner: String) {
    self.directive = directive
    self.parameters = parameters
    self.owner = owner
  }

  private mutating func parse(_ comment: DirectiveComment) {
    let bytes = comment.bytes
    let place = comment.place.position(at: 0)
    func range(_ from: Int, _ to: Int) -> SourceRange {
      SourceRange(
        start: Position(line: place.line, column: place.column + from),
        end: Position(line: place.line, column: place.column + to))
    }
    var at = (bytes.firstIndex(of: 0x3A) ?? bytes.count - 1) + 1
    var isEmpty = true
    while true {
      while at < bytes.count, Ascii.isBlank(bytes[at]) || bytes[at] == 0x2C { at += 1 }
      guard at < bytes.count else { break }
      isEmpty = false
      let start = at
      while at < bytes.count, Byte.isName(bytes[at]) { at += 1 }
      let key = String(decoding: bytes[start..<at], as: UTF8.self)
      guard !key.isEmpty, at < bytes.count, bytes[at] == 0x3D else {
        at = Self.itemEnd(bytes, at)
        let item = String(decoding: bytes[start..<at], as: UTF8.self)
        report("`\(item)` is not of the form name=value.", range(start, at))
        continue
      }
      let value = at + 1
      at = Self.itemEnd(bytes, value)
      let whole = range(start, at)
      guard seen.insert(key).inserted else {
        report("`\(key)` is given twice.", whole)
        continue
      }
      take(key, String(decoding: bytes[value..<at], as: UTF8.self), range(value, at), whole)
    }
    if isEmpty { report("The directive is empty: write for example x=f32[16,1024].", range(0, bytes.count)) }
  }

  /// End of a value: the first blank outside of quotes and brackets.
  private static func itemEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    var at = start
    var depth = 0
    var quote: UInt8?
    while at < bytes.count {
      let byte = bytes[at]
      if let open = quote {
        if byte == Ascii.backslash { at += 1 } else if byte == open { quote = nil }
      } else {
        switch byte {
        case Ascii.quote, Ascii.apostrophe: quote = byte
        case 0x28, 0x5B, 0x7B: depth += 1
        case 0x29, 0x5D, 0x7D: depth -= 1
        default: if depth <= 0, Ascii.isBlank(byte) { return at }
        }
      }
      at += 1
    }
    return min(at, bytes.count)
  }

  private mutating func report(_ message: String, _ range: SourceRange) {
    directive.problems.append(DirectiveProblem(message: message, range: range))
  }

  private mutating func take(_ key: String, _ value: String, _ range: SourceRange, _ whole: SourceRange) {
    guard !value.isEmpty else { return report("`\(key)` has no value.", whole) }
    switch key {
    case "init":
      guard Self.isBalanced(value) else { return report("The brackets of init don't match.", range) }
      directive.initArguments = value
    case "guide":
      guard let text = Self.unquoted(value) else { return report("The quotes of guide don't match.", range) }
      directive.guide = text
    case "shapes":
      guard let text = Self.unquoted(value), Self.isBalanced(text) else {
        return report("The quotes or brackets of shapes don't match.", range)
      }
      directive.shapes = text
    case "tolerance":
      guard let tolerance = Double(value), tolerance > 0, tolerance.isFinite else {
        return report("The tolerance must be a number greater than 0, not \(value).", range)
      }
      directive.tolerance = tolerance
    case "grad":
      switch value.lowercased() {
      case "on", "true", "yes": directive.grad = true
      case "off", "false", "no": directive.grad = false
      default: report("grad must be on or off, not \(value).", range)
      }
    default:
      takeTensor(key, value, range, whole)
    }
  }

  private mutating func takeTensor(_ name: String, _ value: String, _ range: SourceRange, _ whole: SourceRange) {
    if let parameters, !parameters.contains(name) {
      let known = parameters.isEmpty ? "it has none" : "it has " + parameters.joined(separator: ", ")
      return report("`\(name)` is not a parameter of \(owner): \(known).", whole)
    }
    guard let open = value.firstIndex(of: "["), value.last == "]" else {
      return report("`\(value)` is not a tensor: write an element type and a shape, for example f32[16,1024].", range)
    }
    let type = String(value[..<open])
    guard let dtype = ElementType.long(type) else {
      let known = ElementType.names.map(\.short).joined(separator: ", ")
      return report("`\(type)` is not an element type: use one of \(known).", range)
    }
    let extents = value[value.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
    var shape: [Int] = []
    for (index, extent) in extents.enumerated() {
      let digits = extent.drop { $0 == " " }.prefix { $0 != " " }
      if digits.isEmpty, index == extents.count - 1 { break }
      guard let size = Int(digits), size >= 0, digits.utf8.allSatisfy(Ascii.isDigit) else {
        return report("`\(extent)` is not an extent: the shape needs whole numbers, for example [16,1024].", range)
      }
      shape.append(size)
    }
    directive.tensors.append(TensorDirective(name: name, dtype: dtype, shape: shape))
  }

  private static func isBalanced(_ value: String) -> Bool {
    var open: [UInt8] = []
    var quote: UInt8?
    for byte in value.utf8 {
      if let current = quote {
        if byte == current { quote = nil }
        continue
      }
      switch byte {
      case Ascii.quote, Ascii.apostrophe: quote = byte
      case 0x28: open.append(0x29)
      case 0x5B: open.append(0x5D)
      case 0x7B: open.append(0x7D)
      case 0x29, 0x5D, 0x7D: if open.popLast() != byte { return false }
      default: break
      }
    }
    return open.isEmpty && quote == nil
  }

  /// The text between quotes, or the value itself if it has none; nil if they don't match.
  private static func unquoted(_ value: String) -> String? {
    guard let quote = value.first, quote == "\"" || quote == "'" else { return value }
    guard value.count >= 2, value.last == quote else { return nil }
    var result = ""
    var escaped = false
    for character in value.dropFirst().dropLast() {
      if character == "\\", !escaped {
        escaped = true
      } else {
        result.append(character)
        escaped = false
      }
    }
    return escaped ? nil : result
  }
}
