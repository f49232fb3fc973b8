/// How much there is to gain on an op: its time as it is, beside the least in which what it does can be done.
public struct Headroom: Sendable {
  /// From this share of the roof on nothing is tried: what could be gained is hardly more than what identical code differs by
  /// from process to process.
  public static let worthTrying = 0.85

  let measuredMs: Double
  let device: DeviceFacts

  /// - Parameter measuredMs: the op as it is, in milliseconds.
  public init(measuredMs: Double, on device: DeviceFacts) {
    self.measuredMs = measuredMs
    self.device = device
  }

  /// What a person is told of an op that is as fast as this way of doing it can be; nil where it is worth trying.
  /// - Parameters:
  ///   - bytes: what this way can't avoid to move.
  ///   - flops: what it can't avoid to compute.
  public func reasonToStop(bytes: Int, flops: Double) -> String? {
    // Of a working set that is somewhat larger than a cache a part is still there from the call before: only what is twice
    // as large has the next level for its roof.
    let roof = device.roof(for: bytes / 2)
    guard measuredMs > 0, let floor = RooflineFloor(bytes: bytes, flops: flops, roof: roof),
      floor.floorMs >= Self.worthTrying * measuredMs
    else { return nil }
    let percent = Int((min(floor.floorMs / measuredMs, 1) * 100).rounded())
    return "at \(percent) % of the roof as it is (\(floor.detail)): not worth trying"
  }
}
