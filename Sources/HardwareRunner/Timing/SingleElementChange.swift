/// Inputs that differ from others in a single element: what remembers results by a sample of its inputs, or by their
/// address, gives the old result.
enum SingleElementChange {
  /// - Returns: nil where no floating-point tensor (of a type that Swift can write) has an element.
  static func apply(to inputs: CallInputs, using generator: inout SeededGenerator) -> CallInputs? {
    let eligible = inputs.tensors.filter { ($0.dtype == .float32 || $0.dtype == .float64) && $0.count > 0 }
    guard let layout = eligible.randomElement(using: &generator) else { return nil }
    var place = layout.offset
    for (extent, stride) in zip(layout.shape, layout.strides) {
      place += generator.index(below: extent) * stride * layout.dtype.size
    }
    var changed = inputs
    changed.bytes.withUnsafeMutableBytes { bytes in
      // Far enough from rounding, and no larger in magnitude than what the op expects.
      if layout.dtype == .float32 {
        let old = bytes.loadUnaligned(fromByteOffset: place, as: Float.self)
        bytes.storeBytes(of: old == 0 ? 0.5 : -0.5 * old, toByteOffset: place, as: Float.self)
      } else {
        let old = bytes.loadUnaligned(fromByteOffset: place, as: Double.self)
        bytes.storeBytes(of: old == 0 ? 0.5 : -0.5 * old, toByteOffset: place, as: Double.self)
      }
    }
    return changed
  }
}
