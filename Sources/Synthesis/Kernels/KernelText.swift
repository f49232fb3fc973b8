/// A generated C++ function with what the caller has to pass.
struct KernelText: Sendable {
  var name: String
  /// What it computes, for the comment above it.
  var summary: String
  /// Stored values to pass as pointers, in order.
  var inputs: [TensorGraph.ValueID]
  /// Values it writes, in order, after the inputs.
  var outputs: [TensorGraph.ValueID]
  var dtype: ElementType
  var vectorBits: Int
  /// Pieces of the vector header that the body uses.
  var pieces: Set<String>
  var text: String
}

/// Lines of code with indentation.
struct CodeWriter {
  private(set) var lines: [String] = []
  private var depth = 0

  mutating func line(_ text: String) {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
  }

  /// A line without indentation, as pragmas like it.
  mutating func directive(_ text: String) { lines.append(text) }

  mutating func open(_ text: String) {
    line(text)
    depth += 1
  }

  mutating func close(_ text: String = "}") {
    depth -= 1
    line(text)
  }

  var text: String { lines.joined(separator: "\n") + "\n" }
}

/// Literals of the kernels' number type.
enum CPlusPlus {
  static func number(_ value: Double, _ dtype: ElementType) -> String {
    if value.isNaN { return "real(NAN)" }
    if value.isInfinite { return value < 0 ? "real(-INFINITY)" : "real(INFINITY)" }
    if dtype == .float32 {
      let single = Float(value)
      return single.isInfinite ? (value < 0 ? "real(-INFINITY)" : "real(INFINITY)") : "\(single)f"
    }
    return "\(value)"
  }

  static func integer(_ value: Int) -> String {
    value > Int(Int32.max) || value < Int(Int32.min) ? "\(value)LL" : "\(value)"
  }
}
