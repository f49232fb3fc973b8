import Foundation

/// What this machine was measured to do, kept for all workspaces (``CacheFolder``).
///
/// A measurement takes four seconds, and one that had company says too little. So the best of all is kept, and nobody measures
/// again once one has confirmed those before it; whatever is found to be faster than its roof has it measured once more.
public struct MeasuredDevice: Sendable {
  /// Measurements this near to the best so far confirm it.
  private static let agreement = 1.1

  private struct Record: Codable {
    var facts: DeviceFacts
    var isSettled: Bool
  }

  private let file: String?
  private let fingerprint: String

  /// - Parameters:
  ///   - fingerprint: of the device.
  ///   - torchVersion: of the PyTorch that measures: its matrix products are the peak.
  ///   - variables: where the cache folder is looked up; nil for this process's own environment.
  public init(fingerprint: String, torchVersion: String?, variables: [String: String]? = nil) {
    self.fingerprint = fingerprint
    let parts = [fingerprint, torchVersion ?? ""]
    file = CacheFolder.path(environment: variables).map {
      $0 + "/device-" + CacheFolder.fingerprint(Array(parts.joined(separator: "\n").utf8)) + ".json"
    }
  }

  private var record: Record? {
    guard let file, let data = FileManager.default.contents(atPath: file),
      let record = try? JSONDecoder().decode(Record.self, from: data), record.facts.fingerprint == fingerprint
    else { return nil }
    return record
  }

  /// The best figures of all measurements; nil before the first.
  public var facts: DeviceFacts? { record?.facts }

  /// The figures that need no other measurement; nil before they were confirmed.
  public var settled: DeviceFacts? { record.flatMap { $0.isSettled ? $0.facts : nil } }

  /// Takes a measurement in. A folder that can't be written only means that the next workspace measures again.
  /// - Returns: the best of all.
  @discardableResult
  public func add(_ measured: DeviceFacts) -> DeviceFacts {
    let earlier = record
    let facts = earlier?.facts.refined(by: measured) ?? measured
    let isSettled = earlier.map { $0.isSettled || $0.facts.agrees(with: measured, within: Self.agreement) } ?? false
    if let file, let data = try? JSONEncoder().encode(Record(facts: facts, isSettled: isSettled)) {
      try? data.write(to: URL(fileURLWithPath: file), options: .atomic)
    }
    return facts
  }
}

extension DeviceFacts {
  /// Whether no roof differs by more than a factor.
  fileprivate func agrees(with other: DeviceFacts, within factor: Double) -> Bool {
    func roofs(_ facts: DeviceFacts) -> [String: Double] {
      facts.bandwidth.reduce(into: facts.peakGflops) { $0[$1.level.rawValue] = $1.gbPerSecond }
    }
    let (mine, theirs) = (roofs(self), roofs(other))
    return mine.keys == theirs.keys
      && mine.allSatisfy { name, value in
        theirs[name].map { $0 > 0 && value > 0 && max($0 / value, value / $0) <= factor } ?? false
      }
  }
}
