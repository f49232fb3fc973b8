import Engine
import Foundation
import HardwareRunner
import TOMLKit

/// `[tool.kernelwright]` of a workspace's `pyproject.toml`.
enum ProjectSettings {
  /// What could be read, and one sentence for each thing that could not.
  struct Result {
    var settings = EngineSettings()
    var problems: [String] = []
  }

  static func load(workspace: String) -> Result {
    var result = Result()
    let path = workspace + "/pyproject.toml"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return result }
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch {
      result.problems.append("\(path) is not valid TOML, so its [tool.kernelwright] is not used: \(error)")
      return result
    }
    guard let ours = table["tool"]?.table?["kernelwright"]?.table else { return result }
    for key in ours.keys {
      guard let value = ours[key] else { continue }
      if !result.settings.set(key, to: value) {
        // A stranger's project must not be able to switch the sandbox off.
        result.problems.append(
          key == "allow-unsandboxed"
            ? "\(path): allow-unsandboxed is yours to give, not a project's: use the editor's settings or the option."
            : "\(path): [tool.kernelwright] \(key) is not a setting, or has the wrong type.")
      }
    }
    return result
  }
}

extension EngineSettings {
  /// Sets one setting by the name it has in files; false when there is none of that name and type.
  fileprivate mutating func set(_ key: String, to value: any TOMLValueConvertible) -> Bool {
    switch key {
    case "python":
      guard let text = value.string else { return false }
      python = text
    case "device":
      guard let text = value.string else { return false }
      device = text
    case "budget":
      guard let text = value.string, let seconds = BudgetArgument.seconds(text) else { return false }
      budgetSeconds = seconds
    case "model":
      guard let text = value.string else { return false }
      workspaceModel = text
    case "model-base-url":
      guard let text = value.string else { return false }
      workspaceModelBaseURL = text
    case "allow":
      guard let names = value.array?.compactMap({ $0.string }) else { return false }
      let labels = names.compactMap(Label.init(rawValue:))
      guard labels.count == names.count else { return false }
      allow = Set(labels)
    default:
      return false
    }
    return true
  }
}

/// `120s`, `2m` or a plain number of seconds.
enum BudgetArgument {
  static func seconds(_ text: String) -> Double? {
    let scale: Double
    let digits: Substring
    switch text.last {
    case "s": (scale, digits) = (1, text.dropLast())
    case "m": (scale, digits) = (60, text.dropLast())
    default: (scale, digits) = (1, text[...])
    }
    guard let value = Double(digits), value > 0, value.isFinite else { return nil }
    return value * scale
  }
}
