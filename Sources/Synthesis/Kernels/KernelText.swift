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
  /// Those of the outputs for which the caller may pass a null pointer: they are then not written.
  var optional: Set<TensorGraph.ValueID> = []
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

/// Literals of the kernels' number type, and places in memory.
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

  /// The element at an offset from a pointer, as ``offset(_:_:_:plus:)`` writes it.
  static func element(_ pointer: String, at offset: String) -> String {
    "\(pointer)[\(offset.isEmpty ? "0" : String(offset.dropFirst(3)))]"
  }

  /// What is added to a pointer for `number`, taken apart by `extents`, each part times its stride, and for a constant;
  /// empty where nothing is.
  static func offset(_ number: String, _ extents: [Int], _ strides: [Int], plus constant: Int = 0) -> String {
    var (extents, strides) = (extents, strides)
    // Dimensions that follow each other are one.
    for index in extents.indices.dropFirst().reversed() where strides[index - 1] == strides[index] * extents[index] {
      extents[index - 1] *= extents[index]
      strides[index - 1] = strides[index]
      extents.remove(at: index)
      strides.remove(at: index)
    }
    var terms = constant == 0 ? [] : [integer(constant)]
    var below = 1
    for (index, extent) in extents.enumerated().reversed() {
      let stride = strides[index]
      if stride != 0, extent > 1 {
        var part = below == 1 ? number : "\(number) / \(below)"
        if extents[..<index].contains(where: { $0 > 1 }) { part += " % \(extent)" }
        if part != number { part = "(\(part))" }
        terms.append(stride == 1 ? part : "\(part) * \(integer(stride))")
      }
      below *= extent
    }
    return terms.reversed().map { " + " + $0 }.joined()
  }
}
