/// Which roof bounds a piece of work.
public enum RoofBinding: String, Sendable, Codable, Hashable {
  case memory, compute
}

/// How close calls come to what the device can do (Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009).
///
/// Each call has its own roof: the longer of moving its bytes at the bandwidth of the smallest memory level that holds
/// them, and of doing its operations at the peak of their type. Roofs of several calls add up.
struct AchievedRoofline: Sendable, Hashable {
  /// Calls whose roof is unknown (nothing measured, or work that can't be counted) may take this share of the time;
  /// with more of it a fraction would say too little.
  static let unknownShare = 0.2
  /// Calls shorter than this many times the cost of an empty call are bound by calling, not by a roof.
  static let launchFactor = 4.0

  /// Milliseconds that the calls would take at their roofs, and that they take.
  private(set) var memoryMs = 0.0
  private(set) var computeMs = 0.0
  private(set) var countedMs = 0.0
  private(set) var unknownMs = 0.0
  private(set) var launchMs = 0.0
  /// The level of the call with the most bytes.
  private(set) var level: DeviceFacts.Bandwidth.Level?

  init(_ calls: [ProfiledCall], on device: DeviceFacts) {
    var mostBytes = 0
    for call in calls where call.kind != .view {
      let each = call.ms / Double(max(call.count, 1))
      if let overhead = device.launchOverheadUs, each * 1e3 < overhead * Self.launchFactor {
        launchMs += call.ms
        continue
      }
      let memory = device.level(holding: call.bytes / max(call.count, 1))
      guard let memory, call.counted, call.bytes > 0, let compute = Self.computeMs(call, device) else {
        unknownMs += call.ms
        continue
      }
      let moving = Double(call.bytes) / (memory.gbPerSecond * 1e6)
      if moving >= compute { memoryMs += moving } else { computeMs += compute }
      countedMs += call.ms
      if call.bytes > mostBytes { (mostBytes, level) = (call.bytes, memory.level) }
    }
  }

  /// Milliseconds at the peak of the call's type; nil where that peak was not measured and the operations would matter.
  private static func computeMs(_ call: ProfiledCall, _ device: DeviceFacts) -> Double? {
    if call.flops == 0 { return 0 }
    let type: String? =
      switch call.dtype {
      case "float64": "f64"
      case "float16", "bfloat16": call.kind.isLibrary ? nil : "f32"
      default: "f32"
      }
    guard let type, let peak = device.peakGflops[type] else { return nil }
    return Double(call.flops) / (peak * 1e6)
  }

  private var totalMs: Double { countedMs + unknownMs + launchMs }

  /// Whether calling costs more than computing.
  var isLaunchBound: Bool { launchMs > 0.5 * totalMs }

  /// 1 is the roof. More than 1 happens where the device's figures were taken on a busy machine.
  var fraction: Double? {
    guard countedMs > 0, unknownMs <= Self.unknownShare * totalMs, !isLaunchBound else { return nil }
    return (memoryMs + computeMs) / (countedMs + unknownMs + launchMs)
  }

  /// The roof that counts for most of the time at it.
  var binding: RoofBinding? { fraction == nil ? nil : memoryMs >= computeMs ? .memory : .compute }
}
