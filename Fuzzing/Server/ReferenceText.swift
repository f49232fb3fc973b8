/// A place as it goes over the wire: any two integers.
struct WirePosition: Equatable {
  var line: Int
  var character: Int
}

/// One change of a text: a range and what takes its place, or the whole text anew.
struct Edit: Equatable {
  /// Ends in any order, inside or outside of the text; nil for the whole text.
  var range: (start: WirePosition, end: WirePosition)?
  var text: String

  static func == (left: Edit, right: Edit) -> Bool {
    left.text == right.text && left.range?.start == right.range?.start && left.range?.end == right.range?.end
  }
}

/// How a session counts characters (LSP 3.17, `PositionEncodingKind`).
enum Counting: String, CaseIterable {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case utf32 = "utf-32"

  func width(of scalar: Unicode.Scalar) -> Int {
    switch self {
    case .utf8: String(scalar).utf8.count
    case .utf16: String(scalar).utf16.count
    case .utf32: 1
    }
  }
}

/// What a document must say: a list of code points, edited the obvious way. Every position is found by walking from the
/// start of the text, so that nothing of the server's blocks, offsets and clamping is shared.
struct ReferenceText: Equatable {
  private(set) var scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var string: String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }

  mutating func apply(_ edit: Edit, _ counting: Counting) {
    guard let range = edit.range else {
      scalars = Array(edit.text.unicodeScalars)
      return
    }
    let ends = [index(of: range.start, counting), index(of: range.end, counting)].sorted()
    scalars.replaceSubrange(ends[0]..<ends[1], with: edit.text.unicodeScalars)
  }

  /// Before the text: its start. Past its last line: its end. Past the end of a line: in front of the line's end.
  /// Inside a code point: in front of it.
  func index(of position: WirePosition, _ counting: Counting) -> Int {
    guard position.line >= 0 else { return 0 }
    var index = 0
    for _ in 0..<position.line {
      guard let next = lineAfter(index) else { return scalars.count }
      index = next
    }
    var left = max(0, position.character)
    while index < scalars.count, !isLineEnd(scalars[index]) {
      left -= counting.width(of: scalars[index])
      if left < 0 { break }
      index += 1
    }
    return index
  }

  /// The place of a code point, as an editor would name it.
  func position(of index: Int, _ counting: Counting) -> WirePosition {
    var position = WirePosition(line: 0, character: 0)
    var start = 0
    while let next = lineAfter(start), next <= index {
      position.line += 1
      start = next
    }
    for scalar in scalars[start..<index] where !isLineEnd(scalar) { position.character += counting.width(of: scalar) }
    return position
  }

  private func lineAfter(_ start: Int) -> Int? {
    guard let end = scalars[start...].firstIndex(where: isLineEnd) else { return nil }
    let isPair = scalars[end] == "\r" && end + 1 < scalars.count && scalars[end + 1] == "\n"
    return end + (isPair ? 2 : 1)
  }

  private func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }
}
