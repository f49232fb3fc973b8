import Engine
import Foundation
import HardwareRunner
import LanguageServerProtocol
import SourceIndex

/// The card over an op: the answer in the first line, then why to believe it, then what else there is to know.
struct HoverCard {
  var view: OpView
  var now: Date
  /// Line of the pointer, counted from the op's definition; 0 shows the whole card, a line inside its own figures and
  /// the headline.
  var lineOffset: Int

  func content(_ kind: MarkupContent.Kind) -> MarkupContent {
    var markup = Markup(kind)
    if lineOffset > 0, let line = view.record?.profile?.lines.first(where: { $0.offset == lineOffset }) {
      markup.paragraph(markup.strong(line.hint))
      if let why = line.diagnostic { markup.paragraph(markup.escaped(why)) }
    }
    headline(&markup)
    if lineOffset == 0 { body(&markup) }
    return markup.content
  }

  private func headline(_ markup: inout Markup) {
    let name = markup.strong(markup.escaped(view.op.name))
    if let job = view.jobs.first {
      markup.paragraph(
        "\(name) · \(job.kind == .optimize ? "optimizing" : "profiling"): \(markup.escaped(job.sentence))")
    }
    switch view.status {
    case .current(let record):
      if let result = record.result {
        markup.paragraph("\(name) · \(claim(result, markup))")
      } else if let profile = record.profile {
        markup.paragraph("\(name) · \(Figures.time(ms: profile.totalMs)) a call, not optimized yet")
      } else if view.jobs.isEmpty {
        markup.paragraph("\(name) · \(unmeasured(record.resumable))")
      }
    case .stale(let record):
      markup.paragraph("\(name) · stale: the op has changed since it was measured\(was(record)). \(next)")
    case .unknown:
      if view.jobs.isEmpty { markup.paragraph("\(name) · \(unmeasured(nil))") }
    }
    if case .outdated = view.applied {
      markup.paragraph(
        "⚠ The generated replacement below was made from an earlier version of \(markup.escaped(view.op.name)), and"
          + " is what runs: optimize again, or remove it.")
    }
  }

  /// `verified 2.31× [2.22, 2.41] against eager`
  private func claim(_ result: OptimizationResult, _ markup: Markup) -> String {
    guard let headline = result.headline(allow: view.allow) else {
      let waiting = result.needingConsent(allow: view.allow)
      if let first = waiting.first {
        return "a faster form awaits your consent: it \(first.consentQuestion(view.allow))"
      }
      return markup.escaped(result.findings.first ?? "nothing was found to try")
    }
    let verification = headline.verification
    guard verification.verdict == .verified, let speedup = verification.speedup else {
      return "\(StatusText.verdict(verification)). \(markup.escaped(verification.summary))"
    }
    let against = verification.fastestBaseline.map { " against \(markup.code($0.name))" } ?? ""
    return "\(markup.strong("verified \(Figures.speedup(speedup))"))\(against)"
  }

  private func was(_ record: OpRecord) -> String {
    guard let speedup = record.result?.applicable(allow: view.allow)?.verification.speedup else { return "" }
    return " (it was \(Figures.ratio(speedup.ratio))×)"
  }

  private var next: String {
    view.hasInputs
      ? "Undo brings the result back; “Optimize this op” measures it anew." : "It has no example inputs any more."
  }

  private func unmeasured(_ resumable: ResumableJob?) -> String {
    guard view.isRunnable else { return "\(view.op.kind.title): found, but ops of this kind can't be measured yet." }
    if let resumable {
      return "interrupted; \(Figures.count(resumable.judged, "candidate")) measured. “Resume” goes on from there."
    }
    return view.hasInputs
      ? "not measured yet: “Profile this op” shows where its time goes, “Optimize this op” looks for a faster form."
      : "no example inputs: “Insert example inputs” writes a directive to fill in, then it can be profiled and optimized."
  }

  private func body(_ markup: inout Markup) {
    guard let record = view.record else { return }
    if let result = record.result {
      if let headline = result.headline(allow: view.allow) { evidence(headline, &markup) }
      others(result, &markup)
    }
    if let profile = record.profile { summary(profile, &markup) }
  }

  private func evidence(_ candidate: JudgedCandidate, _ markup: inout Markup) {
    let verification = candidate.verification
    let summary = candidate.summary
    markup.paragraph("\(markup.escaped(summary.idea)), proposed by \(markup.code(summary.agent))")
    markup.paragraph(markup.escaped(summary.reason))
    for baseline in verification.baselines where baseline.medianMs != nil || baseline.unavailable != nil {
      markup.item(line(baseline, verification.speedupVs[baseline.name], markup))
    }
    if let timing = verification.candidate, timing.medianMs != nil { markup.item("replacement: \(times(timing))") }
    var facts: [String] = []
    if let error = verification.errorRatio {
      facts.append("error \(Figures.ratio(error)) × the reference's own against the float64 oracle")
    }
    if verification.inputsTried > 0 { facts.append(Figures.count(verification.inputsTried, "input set") + " tried") }
    facts.append(markup.escaped(summary.exactness))
    if !verification.labels.isEmpty {
      facts.append(verification.labels.map(\.rawValue).sorted().joined(separator: ", "))
    }
    markup.paragraph(facts.filter { !$0.isEmpty }.joined(separator: " · "))
    if !verification.gates.isEmpty {
      markup.paragraph(
        "Gates: " + verification.gates.map { "\($0.passed ? "✓" : "✗") \($0.name)" }.joined(separator: " · "))
    }
    for gate in verification.gates where !gate.passed {
      markup.item("✗ \(gate.name): \(markup.escaped(gate.detail))")
    }
    if let example = verification.counterexample { markup.paragraph(counterexample(example, markup)) }
    markup.paragraph("\(markup.escaped(verification.device)) · \(Figures.age(of: verification.date, now: now))")
  }

  private func line(_ baseline: TimingSummary, _ speedup: Speedup?, _ markup: Markup) -> String {
    guard baseline.medianMs != nil else {
      return "\(markup.code(baseline.name)): \(markup.escaped(baseline.unavailable ?? "not timed"))"
    }
    let ratio = speedup.map { " — \(Figures.speedup($0))" } ?? ""
    return "\(markup.code(baseline.name)): \(times(baseline))\(ratio)"
  }

  private func times(_ timing: TimingSummary) -> String {
    guard let median = timing.medianMs else { return timing.unavailable ?? "not timed" }
    guard timing.ci95Ms.count == 2 else { return Figures.time(ms: median) }
    return "\(Figures.time(ms: median)) [\(Figures.time(ms: timing.ci95Ms[0])), \(Figures.time(ms: timing.ci95Ms[1]))]"
  }

  private func counterexample(_ example: Counterexample, _ markup: Markup) -> String {
    "Counterexample (\(markup.escaped(example.inputs))): output \(example.output) at \(markup.escaped("\(example.index)"))"
      + " is \(markup.code(example.got)), should be \(markup.code(example.wanted))."
  }

  /// What else was tried, one line each, the best first.
  private func others(_ result: OptimizationResult, _ markup: inout Markup) {
    let headline = result.headline(allow: view.allow)
    let others = result.candidates.filter { $0.summary.id != headline?.summary.id }
    let shown = 6
    if !others.isEmpty {
      markup.paragraph("Also tried:")
      for candidate in others.prefix(shown) {
        let consent =
          candidate.isVerified && !candidate.isPermitted(view.allow)
          ? " (\(candidate.consentQuestion(view.allow)): needs your consent)" : ""
        markup.item(
          "\(markup.escaped(candidate.summary.idea)): \(StatusText.verdict(candidate.verification))\(consent)")
      }
      if others.count > shown { markup.item("and \(others.count - shown) more, see “Show report”") }
    }
    for finding in result.findings.prefix(3) { markup.item(markup.escaped(finding)) }
  }

  private func summary(_ profile: ProfileView, _ markup: inout Markup) {
    let matters = profile.lines.filter { $0.diagnostic != nil }.count
    let lines = matters > 0 ? "; \(Figures.count(matters, "line")) matter" + (matters == 1 ? "s" : "") : ""
    markup.paragraph(
      "Profile: \(Figures.time(ms: profile.totalMs)) a call\(lines) · \(markup.escaped(profile.device)) ·"
        + " \(Figures.age(of: profile.date, now: now))")
  }
}
