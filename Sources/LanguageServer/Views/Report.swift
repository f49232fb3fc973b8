import Engine
import Foundation
import HardwareRunner
import LanguageServerProtocol
import SourceIndex

/// Everything that is known of an op, as a Markdown document.
enum Report {
  static func text(_ view: OpView, file: String, now: Date) -> String {
    var markup = Markup(.markdown)
    markup.heading(1, "\(markup.escaped(view.op.name)) in \(markup.escaped(FilePath.name(of: file)))")
    var card = HoverCard(view: view, now: now, lineOffset: 0).content(.markdown).value
    card += "\n"
    markup.paragraph(card)
    if let result = view.record?.result {
      markup.heading(2, "Candidates")
      for candidate in result.candidates { describe(candidate, &markup) }
    }
    if let profile = view.record?.profile {
      markup.heading(2, "Profile")
      for line in profile.lines {
        markup.item("line \(view.op.nameRange.start.line + line.offset + 1): \(markup.escaped(line.hint))")
        if let why = line.diagnostic { markup.paragraph(markup.escaped(why)) }
      }
    }
    return markup.content.value + "\n"
  }

  private static func describe(_ candidate: JudgedCandidate, _ markup: inout Markup) {
    let verification = candidate.verification
    markup.heading(3, "\(markup.escaped(candidate.summary.idea)): \(StatusText.verdict(verification))")
    markup.paragraph("\(markup.code(candidate.summary.agent)): \(markup.escaped(candidate.summary.reason))")
    markup.paragraph(markup.escaped(verification.summary))
    for gate in verification.gates {
      let figures = gate.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      markup.item(
        "\(gate.passed ? "✓" : "✗") \(markup.strong(gate.name)): \(markup.escaped(gate.detail))"
          + (figures.isEmpty ? "" : " (\(markup.escaped(figures)))"))
    }
    markup.paragraph("")
    let fence = "```"
    markup.paragraph("\(fence)python\n\(candidate.source)\n\(fence)")
  }
}
