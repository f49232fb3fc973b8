import Engine
import HardwareRunner
import JSONRPC

/// The editor's settings, as far as they were given. Names are in snake case as in `pyproject.toml`; the camel case that
/// editors are used to is understood as well. What can't be used is named in `problems` and left out.
struct SettingsOverlay: Sendable {
  /// Which hints stand at ops.
  enum Hints: String, Sendable {
    /// Also what an op still lacks.
    case all
    /// Only what was measured.
    case results
    case off
  }

  var python: String?
  var device: String?
  var budgetSeconds: Double?
  var allow: Set<Label>?
  var model: String?
  var modelBaseURL: String?
  var allowUnsandboxed: Bool?
  var hints: Hints?
  var problems: [String] = []

  init(_ json: JSONValue) {
    guard let members = json.objectValue else { return }
    func value(_ snake: String, _ camel: String) -> JSONValue? {
      let value = members[snake] ?? members[camel]
      return value == .null ? nil : value
    }
    func string(_ snake: String, _ camel: String, _ problems: inout [String]) -> String? {
      guard let value = value(snake, camel) else { return nil }
      // Editors give an empty string for a setting that was never filled in.
      if let text = value.stringValue { return text.isEmpty ? nil : text }
      problems.append("`\(snake)` must be a string.")
      return nil
    }
    python = string("python", "python", &problems)
    device = string("device", "device", &problems)
    model = string("model", "model", &problems)
    modelBaseURL = string("model_base_url", "modelBaseURL", &problems) ?? members["modelBaseUrl"]?.stringValue
    if let value = value("budget", "budgetSeconds") {
      budgetSeconds = Self.seconds(value)
      if budgetSeconds == nil { problems.append("`budget` must be seconds, e.g. 60 or \"120s\".") }
    }
    if let value = value("allow", "allow") {
      let names =
        value.arrayValue?.compactMap(\.stringValue) ?? value.stringValue?.split(separator: ",").map(String.init)
      allow = names.map { Set($0.compactMap(Label.init)) }
      let consents = EngineSettings.consentLabels.map(\.rawValue).sorted().joined(separator: ", ")
      if names == nil || names?.contains(where: { Label(rawValue: $0) == nil }) == true {
        problems.append("`allow` must be a list of \(consents).")
      }
    }
    if let value = value("allow_unsandboxed", "allowUnsandboxed") {
      allowUnsandboxed = value.boolValue
      if allowUnsandboxed == nil { problems.append("`allow_unsandboxed` must be true or false.") }
    }
    if let value = value("hints", "inlayHints") {
      hints = value.stringValue.flatMap(Hints.init)
      if hints == nil { problems.append("`hints` must be all, results or off.") }
    }
  }

  /// Seconds from `60`, `"60"`, `"90s"` or `"2m"`.
  private static func seconds(_ value: JSONValue) -> Double? {
    if let number = value.doubleValue { return number > 0 ? number : nil }
    guard var text = value.stringValue else { return nil }
    let factor: Double = text.hasSuffix("m") ? 60 : 1
    if text.hasSuffix("s") || text.hasSuffix("m") { text.removeLast() }
    return Double(text).flatMap { $0 > 0 && $0.isFinite ? $0 * factor : nil }
  }

  /// Puts what another overlay says over this one.
  mutating func lay(_ other: SettingsOverlay) {
    python = other.python ?? python
    device = other.device ?? device
    budgetSeconds = other.budgetSeconds ?? budgetSeconds
    allow = other.allow ?? allow
    model = other.model ?? model
    modelBaseURL = other.modelBaseURL ?? modelBaseURL
    allowUnsandboxed = other.allowUnsandboxed ?? allowUnsandboxed
    hints = other.hints ?? hints
    problems += other.problems
  }

  func applied(to base: EngineSettings) -> EngineSettings {
    var settings = base
    settings.python = python ?? base.python
    settings.device = device ?? base.device
    settings.budgetSeconds = budgetSeconds ?? base.budgetSeconds
    settings.allow = allow ?? base.allow
    settings.model = model ?? base.model
    settings.modelBaseURL = modelBaseURL ?? base.modelBaseURL
    settings.allowUnsandboxed = allowUnsandboxed ?? base.allowUnsandboxed
    return settings
  }
}

extension EngineSettings {
  /// Labels of rewrites that do less work or work less precisely: offered only with a person's consent.
  static let consentLabels: Set<Label> = [.algebraicPruning, .precisionChange]
}
