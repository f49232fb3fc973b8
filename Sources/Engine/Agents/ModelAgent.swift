import Foundation
import HardwareRunner
import ModelClient
import SourceIndex
import Store

/// Asks a language model for candidates, and lets it mend what the verification agent refuses.
///
/// A reply is paid for once: it is stored before it is used, and a job that is taken up again reads it from there.
struct ModelAgent: SynthesisAgent {
  let client: ModelClient
  let job: Job
  let store: Store
  let earlier: EarlierWork

  var name: String { CandidateSummary.modelPrefix + client.configuration.name }

  /// The agent, where a model is configured by the person or, within limits, by the workspace.
  /// - Throws: `EngineError` when the configuration can't be used.
  static func configured(job: Job, store: Store, earlier: EarlierWork) async throws -> ModelAgent? {
    let settings = job.request.settings
    let environment = ProcessInfo.processInfo.environment
    let person = ModelSettings(origin: .person, model: settings.model, baseURL: settings.modelBaseURL)
    let workspace = ModelSettings(
      origin: .workspace, model: settings.workspaceModel, baseURL: settings.workspaceModelBaseURL)
    do {
      let layers = [person, try ModelSettings(environment: environment), workspace]
      guard let configuration = try ModelConfiguration.resolve(layers: layers, environment: environment) else {
        return nil
      }
      return ModelAgent(
        client: try await ModelClient.made(for: configuration), job: job, store: store, earlier: earlier)
    } catch {
      throw EngineError(.environment, "\(error)")
    }
  }

  func work(on brief: Brief, submit: @Sendable (ProposedCandidate) async -> Feedback) async throws {
    var prompt = CandidatePrompt(brief)
    for _ in 0..<SearchLimits.modelTurns {
      try Task.checkCancellation()
      let reply = try await answer(to: prompt)
      let candidate: ProposedCandidate
      switch CodeExtraction.file(in: reply) {
      case .failure(let failure):
        prompt.attempts.append(.init(source: "", verdict: "wrong", reason: failure.description))
        continue
      case .success(let code) where !code.isComplete:
        prompt.attempts.append(
          .init(source: "", verdict: "wrong", reason: "The reply was cut off inside the file; write a shorter one."))
        continue
      case .success(let code):
        candidate = proposal(code.source, reply: reply, brief: brief)
      }
      switch await submit(candidate) {
      case .stopped: return
      case .ranked(let ratio):
        if ratio > 1 { return }
        prompt.attempts.append(
          .init(
            source: candidate.source, verdict: Verdict.notFaster.rawValue,
            reason: "It is right on quick checks, and coarsely \(Figures.times(ratio)) as fast as the original."))
      case .refused(let verification):
        prompt.attempts.append(.init(candidate, verification))
      }
    }
  }

  /// The model's reply, from the store when it was paid for before.
  private func answer(to prompt: CandidatePrompt) async throws -> String {
    let request = prompt.request()
    let text = request.system + "\u{0}" + request.messages.map(\.text).joined(separator: "\u{0}")
    let hash = ContentHash.hexadecimal(of: client.configuration.name + "\u{0}" + text)
    if let known = earlier.reply(toRequest: hash) { return known }
    let reply = try await client.complete(request)
    let call = ModelCallRecord(
      job: job.id.rawValue, provider: client.configuration.provider, model: client.configuration.model,
      requestHash: hash, response: reply.text,
      inputTokens: reply.usage.inputTokens + reply.usage.cachedInputTokens + reply.usage.cacheWriteTokens,
      outputTokens: reply.usage.outputTokens,
      cost: reply.usage.reportedCost ?? reply.usage.cost(at: client.configuration.price))
    try await store.write { try $0.insert(call) }
    return reply.text
  }

  private func proposal(_ source: String, reply: String, brief: Brief) -> ProposedCandidate {
    let words = reply.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    let sentence = words.first { !$0.isEmpty && !$0.hasPrefix("```") } ?? "a rewrite of the whole op"
    let idea = sentence.count > 120 ? sentence.prefix(117) + "…" : sentence[...]
    let provenance = brief.provenance + ["Idea (\(name)): \(idea)"]
    let block = WholeFileBlock(
      opName: brief.reference.name, isFunction: brief.reference.kind == .function, inputs: brief.inputs,
      source: source, provenance: provenance)
    return ProposedCandidate(
      summary: CandidateSummary(
        id: UUID().uuidString.lowercased(), agent: name, idea: String(idea), reason: sentence,
        exactness: "not stated: a language model wrote it"),
      rule: "", source: source, replacement: block.text, labels: [], minimumBytes: nil, minimumFlops: nil)
  }
}

extension CandidatePrompt {
  fileprivate init(_ brief: Brief) {
    let device = brief.device
    let bandwidth = device.bandwidth.map { "\($0.level.rawValue) \(Int($0.gbPerSecond)) GB/s" }
    let peaks = device.peakGflops.sorted { $0.key < $1.key }.map { "\($0.key) \(Int($0.value)) GFLOP/s" }
    let facts =
      ["\(device.name), \(device.vectorBits)-bit vectors", "caches \(device.cacheBytes) bytes"] + bandwidth + peaks
    self.init(
      opName: brief.reference.name, opKind: brief.reference.kind == .module ? .module : .function,
      opSource: brief.reference.source, inputs: brief.inputs, device: facts.joined(separator: ", "),
      toolchain: brief.toolchain, profile: brief.profile?.text(of: brief.reference), guidance: brief.guidance)
  }
}

extension CandidatePrompt.Attempt {
  fileprivate init(_ candidate: ProposedCandidate, _ verification: Verification) {
    let failed = verification.gates.filter { !$0.passed }.map { "\($0.name): \($0.detail)" }
    self.init(
      source: candidate.source, verdict: verification.verdict.rawValue,
      reason: ([verification.summary] + failed).joined(separator: "\n"),
      counterexample: verification.counterexample.map { example in
        // Not which inputs these were, nor their seed: a model never learns what it is checked on.
        "Inputs of shapes \(example.shapes): output \(example.output) at \(example.index) is \(example.got), wanted "
          + "\(example.wanted)."
      })
  }
}
