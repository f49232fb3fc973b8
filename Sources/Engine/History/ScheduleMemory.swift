import Foundation
import HardwareRunner
import SourceIndex
import Store
import Synthesis

/// Keeps what a search measures under what the op looks like, and finds what earlier searches kept.
///
/// It is the workspace's own store, as for everything else: nothing goes from one project to another. What is read there
/// decides the order of proposals; every one of them is checked and measured as if nothing were known.
struct ScheduleMemory: Sendable {
  private let store: Store
  private let opName: String
  private let deviceFingerprint: String
  private let versions: String
  private let structure: String
  private let exact: String
  private let extents: [Int]

  init(_ request: SynthesisRequest, deviceFingerprint: String, torchVersion: String?, store: Store) {
    self.store = store
    self.deviceFingerprint = deviceFingerprint
    opName = request.opName
    versions = "kernels \(Synthesizer.generatorVersion), PyTorch \(torchVersion ?? "?")"
    let description = GraphDescription(request)
    structure = ContentHash.hexadecimal(of: description.structure)
    exact = ContentHash.hexadecimal(of: description.exact)
    extents = description.extents
  }

  /// What ops like this one came to; nothing where the store can't be read.
  /// - Parameter date: what was found out later is left out, so that a job that is taken up again goes on in its order.
  func recall(until date: Date? = nil) async -> RememberedSchedules {
    let (device, versions, structure) = (deviceFingerprint, versions, structure)
    let records = try? await store.read {
      try $0.schedules(
        deviceFingerprint: device, versions: versions, structure: structure, until: date ?? .distantFuture)
    }
    return RememberedSchedules(records ?? [], exact: exact, extents: extents)
  }

  /// Keeps what a proposal of the rules came to.
  /// - Parameter ratio: to the person's own code, coarsely; nil when the proposal was refused.
  func note(_ candidate: ProposedCandidate, ratio: Double?) async {
    guard let key = candidate.memoryKey else { return }
    let record = ScheduleRecord(
      deviceFingerprint: deviceFingerprint, versions: versions, structure: structure, exact: exact, extents: extents,
      agent: candidate.summary.agent, rule: key.rule, traits: key.traits, ratio: ratio, opName: opName)
    // A store that can't be written has said so; the next search only begins in the usual order.
    _ = try? await store.write { try $0.save(record) }
  }
}
