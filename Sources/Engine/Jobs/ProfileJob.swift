import Foundation
import HardwareRunner
import SourceIndex
import Store

/// **Profile this op**, from the request to the lines.
struct ProfileJob: Sendable {
  let job: Job
  let environments: WorkspaceEnvironments
  let store: Store

  func run() async throws -> EngineEvent.Body {
    let progress = ProgressTeller(job: job)
    progress.phase(0...0.2, "looking at the environment")
    let environment = try await environments.resolve(job.request.settings, registry: job.registry)
    let reference = try job.request.reference()
    progress.phase(0.2...1, "running \(reference.name) line by line")
    _ = try await measure(reference, environment)
    return .finished(nil)
  }

  /// The profile, from the store when this op was profiled here with these tools before.
  /// - Parameter worker: has loaded the op.
  func profile(
    _ reference: OpReference, _ environment: ResolvedEnvironment, in worker: Worker
  ) async throws -> ProfileView {
    let (fingerprint, device, tools) = (job.fingerprint, environment.device.fingerprint, environment.tools)
    let known = try? await store.read {
      try $0.latestProfile(opFingerprint: fingerprint, deviceFingerprint: device, tools: tools)
    }
    if let known, let view = try? JSONDecoder().decode(ProfileView.self, from: known.payload) { return view }
    return try await measure(reference, environment, in: worker)
  }

  /// - Parameter worker: has loaded the op; nil for one of its own.
  private func measure(
    _ reference: OpReference, _ environment: ResolvedEnvironment, in worker: Worker? = nil
  ) async throws -> ProfileView {
    let profile: OpProfile
    do {
      if let worker {
        profile = try await Profiler.profile(loadedIn: worker, device: environment.device)
      } else {
        profile = try await Profiler.profile(reference, environment: environment.runner, device: environment.device)
      }
    } catch let failure as WorkerFailure {
      try Task.checkCancellation()
      throw EngineError(.op, "\(reference.name) can't be profiled: \(failure)")
    }
    let view = ProfileView(profile, firstLine: job.request.op.range.start.line, device: environment.device.name)
    let payload = try JSONEncoder().encode(view)
    let record = ProfileRecord(
      opFingerprint: job.fingerprint, deviceFingerprint: environment.device.fingerprint, tools: environment.tools,
      payload: payload, date: view.date)
    job.post(.profiled(view), before: { try $0.insert(record) })
    return view
  }
}

extension ProfileView {
  /// - Parameter firstLine: the op's definition line, zero-based.
  init(_ profile: OpProfile, firstLine: Int, device: String) {
    self.init(
      totalMs: profile.totalMs,
      lines: profile.lines.map { line in
        Line(offset: line.line - 1 - firstLine, hint: line.hint, diagnostic: line.diagnostic)
      },
      device: device, date: Date(), profile: profile)
  }

  /// The lines with their source, for a reader that sees no editor.
  func text(of reference: OpReference) -> String? {
    guard let profile else { return nil }
    let source = reference.source.split(separator: "\n", omittingEmptySubsequences: false)
    return profile.lines.map { line in
      let text =
        source.indices.contains(line.line - 1) ? source[line.line - 1].trimmingCharacters(in: .whitespaces) : ""
      return "\(line.line): \(text)  # \(line.hint)"
    }.joined(separator: "\n")
  }
}
