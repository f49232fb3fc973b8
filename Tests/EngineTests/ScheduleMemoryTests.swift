import Foundation
import HardwareRunner
import Store
import Synchronization
import Synthesis
import Testing

@testable import Engine

/// The next op like this one begins with what was fastest, and with nothing else changed.
@Suite("Schedules remembered from one op to the next") struct ScheduleMemoryTests {
  /// A workspace of its own, opened anew as often as wanted.
  private final class Workspace: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "kernelwright-memory-\(UUID().uuidString)")
    deinit { try? FileManager.default.removeItem(at: url) }

    func open() throws -> Store { try Store.open(workspace: url, environment: ["XDG_CACHE_HOME": url.path + "/cache"]) }
  }

  private let workspace = Workspace()

  private static func request(_ shape: [Int], name: String = "Model", target: String = "softmax.int")
    -> SynthesisRequest
  {
    let type = TensorType(.float32, shape)
    let input = TensorGraph.Node(.input(0), [], type, origin: .init(name: name, target: "input"))
    let call = Call("aten." + target, target == "softmax.int" ? [.operand(0), .integer(-1)] : [.operand(0)])
    let result = TensorGraph.Node(.call(call), [0], type, origin: .init(name: name, target: "aten." + target))
    let graph = TensorGraph(
      nodes: [input, result], outputs: [.value(1)], arguments: [.tensor(name: name, type)])
    return SynthesisRequest(
      graph: graph, opName: name, isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
  }

  private static func memory(
    _ request: SynthesisRequest, _ store: Store, device: String = "chip", torch: String = "2.13"
  ) -> ScheduleMemory {
    ScheduleMemory(request, deviceFingerprint: device, torchVersion: torch, store: store)
  }

  /// The ideas that the fusion agent submits, in its order, and what it says about the order.
  private static func submitted(
    _ request: SynthesisRequest, _ remembered: RememberedSchedules
  ) async throws -> (candidates: [ProposedCandidate], told: [String]) {
    let candidates = Mutex<[ProposedCandidate]>([])
    let told = Mutex<[String]>([])
    let ideas = Synthesizer.proposals(for: request, agent: "fusion")
    let agent = RuleAgent(name: "fusion", ideas: ideas) { sentence in told.withLock { $0.append(sentence) } }
    let brief = Brief(
      reference: OpReference(
        path: "/op.py", source: "", name: request.opName, kind: .function, inputs: .functions, workspace: "/"),
      inputs: [], device: .ofThisMachine(), remembered: remembered, guidance: [], provenance: [])
    try await agent.work(on: brief) { candidate in
      candidates.withLock { $0.append(candidate) }
      return .ranked(ratio: 1)
    }
    return (candidates.withLock { $0 }, told.withLock { $0 })
  }

  /// A search on an op in which the idea at `place` was the fastest; the store is closed after it.
  private func search(_ request: SynthesisRequest, fastest place: Int, refused: Int? = nil) async throws
    -> [ProposedCandidate]
  {
    let store = try workspace.open()
    let candidates = try await Self.submitted(request, RememberedSchedules()).candidates
    for (index, candidate) in candidates.enumerated() {
      await Self.memory(request, store).note(
        candidate, ratio: index == refused ? nil : index == place ? 3 : 2 - 0.1 * Double(index))
    }
    try store.close()
    return candidates
  }

  private static func traits(_ candidates: [ProposedCandidate]) -> [String?] { candidates.map { $0.memoryKey?.traits } }

  @Test func theSecondOpBeginsWithWhatWasFastestOnTheFirst() async throws {
    let first = try await search(Self.request([4096, 1000]), fastest: 2)
    try #require(first.count > 3)
    let second = Self.request([4000, 1024], name: "Other")
    let usual = try await Self.submitted(second, RememberedSchedules()).candidates
    let (candidates, told) = try await Self.submitted(
      second, await Self.memory(second, try workspace.open()).recall())
    #expect(Self.traits(candidates).first == Self.traits(first)[2])
    // Everything else is tried as before, in the order of before.
    let others = Self.traits(usual).filter { $0 != Self.traits(first)[2] }
    #expect(others.count == usual.count - 1)
    #expect(Array(Self.traits(candidates).dropFirst()) == others)
    #expect(told.count == 1)
    #expect(told.first?.contains("because it was the fastest of \(first.count) tried on a similar op (Model)") == true)
    #expect(told.first?.contains(candidates[0].summary.idea) == true)
  }

  @Test func theSameOpComesBeforeALaterSimilarOne() async throws {
    _ = try await search(Self.request([4096, 1000]), fastest: 1)
    let later = try await search(Self.request([4096, 1001]), fastest: 2)
    let again = Self.request([4096, 1000], name: "Renamed")
    let (candidates, told) = try await Self.submitted(again, await Self.memory(again, try workspace.open()).recall())
    #expect(Self.traits(candidates).first == Self.traits(later)[1])
    #expect(told.first?.contains("the same op") == true)
    let other = Self.request([4096, 1002])
    let near = try await Self.submitted(other, await Self.memory(other, try workspace.open()).recall()).candidates
    #expect(Self.traits(near).first == Self.traits(later)[2])
  }

  @Test func whatWasRefusedComesLast() async throws {
    let first = try await search(Self.request([4096, 1000]), fastest: 2, refused: 0)
    let second = Self.request([4096, 1001])
    let candidates = try await Self.submitted(second, await Self.memory(second, try workspace.open()).recall())
      .candidates
    #expect(candidates.count == first.count)
    #expect(Self.traits(candidates).last == Self.traits(first)[0])
  }

  @Test func anotherChipVersionOrStructureIsNotTouched() async throws {
    let request = Self.request([4096, 1000])
    _ = try await search(request, fastest: 2)
    let store = try workspace.open()
    let other = Self.request([4096, 1000], target: "log_softmax.int")
    for memory in [
      Self.memory(request, store, device: "other chip"), Self.memory(request, store, torch: "2.14"),
      Self.memory(Self.request([64, 1000]), store), Self.memory(other, store),
    ] {
      let (candidates, told) = try await Self.submitted(request, await memory.recall())
      #expect(
        Self.traits(candidates) == Self.traits(try await Self.submitted(request, RememberedSchedules()).candidates))
      #expect(told.isEmpty)
    }
  }

  @Test func aJobThatIsTakenUpAgainGoesOnInItsOrder() async throws {
    let request = Self.request([4096, 1000])
    let began = Date()
    let first = try await search(request, fastest: 2)
    let memory = Self.memory(request, try workspace.open())
    let candidates = try await Self.submitted(request, await memory.recall(until: began)).candidates
    #expect(Self.traits(candidates) == Self.traits(first))
  }

  @Test func nonsenseInTheStoreDecidesNothing() async throws {
    let request = Self.request([4096, 1000])
    let usual = try await Self.submitted(request, RememberedSchedules()).candidates
    for ratio in [Double.infinity, -4, 0] {
      let records = usual.compactMap(\.memoryKey).map {
        ScheduleRecord(
          deviceFingerprint: "chip", versions: "", structure: "", exact: "", extents: [], agent: "fusion",
          rule: $0.rule,
          traits: $0.traits, ratio: ratio, opName: "")
      }
      let unknown = ScheduleRecord(
        deviceFingerprint: "chip", versions: "", structure: "", exact: "", extents: [], agent: "fusion",
        rule: "no such rule",
        traits: "none", ratio: 100, opName: "")
      let (candidates, told) = try await Self.submitted(
        request, RememberedSchedules(records + [unknown], exact: "", extents: []))
      #expect(Self.traits(candidates) == Self.traits(usual))
      #expect(told.isEmpty)
    }
  }
}
