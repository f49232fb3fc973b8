import Foundation

/// What the memory and the processor of a device can do at most.
struct Roof: Sendable, Hashable {
  /// Bytes a second of the memory level that holds the working set; nil where unmeasured.
  var bandwidth: Double?
  /// Name of that level, e.g. `L2`, `memory`.
  var level: String
  /// Floating-point operations a second; nil where unmeasured.
  var peakFlops: Double?
}

/// The least time in which an op can be done at all (Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009).
struct RooflineFloor: Sendable, Hashable {
  /// Measured roofs are themselves measurements: a result counts as impossible only when it is this much faster.
  static let margin = 1.25

  /// Milliseconds.
  var floorMs: Double
  var detail: String

  /// - Parameters:
  ///   - bytes: what the rewritten op can't avoid moving; `flops` what it can't avoid computing.
  init?(bytes: Int, flops: Double?, roof: Roof) {
    var best: (seconds: Double, text: String)?
    if let bandwidth = roof.bandwidth, bandwidth > 0 {
      let seconds = Double(bytes) / bandwidth
      best = (
        seconds, String(format: "%.1f MB at %.1f GB/s (%@)", Double(bytes) / 1e6, bandwidth / 1e9, roof.level)
      )
    }
    if let flops, let peak = roof.peakFlops, peak > 0, flops / peak > (best?.seconds ?? 0) {
      best = (flops / peak, String(format: "%.2f GFLOP at %.0f GFLOP/s", flops / 1e9, peak / 1e9))
    }
    guard let best else { return nil }
    floorMs = best.seconds * 1e3
    detail = best.text
  }

  func gate(measuredMs: Double) -> Gate {
    let share = floorMs / max(measuredMs, 1e-9)
    let impossible = measuredMs * Self.margin < floorMs
    let figures = ["floor_ms": floorMs, "measured_ms": measuredMs, "fraction_of_roof": share]
    if impossible {
      return Gate(
        name: "roofline", passed: false,
        detail: String(
          format: "Faster than memory could deliver: %.4f ms, where %@ take %.4f ms at least.", measuredMs, detail,
          floorMs), figures: figures)
    }
    return Gate(
      name: "roofline", passed: true, detail: String(format: "At %.0f %% of the roof: %@.", share * 100, detail),
      figures: figures)
  }
}

extension DeviceFacts {
  /// All of the last level; nil where the system doesn't say.
  package var lastLevelCache: Int? {
    cacheBytes.last { $0 > 0 }
  }

  /// The roof for a working set of `bytes`. Level 1 is not measured, so what fits into it has no roof.
  func roof(for bytes: Int) -> Roof {
    let peak = peakGflops["f32"].map { $0 * 1e9 }
    let firstLevel = (cacheBytes.first ?? 0) * max(cores, 1)
    guard bytes > firstLevel, let level = level(holding: bytes) else {
      return Roof(bandwidth: nil, level: "L1", peakFlops: peak)
    }
    return Roof(bandwidth: level.gbPerSecond * 1e9, level: level.level.rawValue, peakFlops: peak)
  }
}
