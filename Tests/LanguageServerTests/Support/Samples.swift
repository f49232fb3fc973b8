import Engine
import Foundation
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import SourceIndex
import Testing

@testable import LanguageServer

/// A file as a person writes it. `⟦name⟧` in a text marks a place and is taken out.
enum Samples {
  static let path = "/project/model.py"
  static let uri = "file:///project/model.py"

  static let model = """
    import torch
    from torch import nn


    class ⟦name⟧Model(nn.Module):⟦end⟧
        def forward(self, x):
            ⟦exp⟧return torch.exp(x).sum(-1)


    def get_inputs():
        return [torch.randn(16, 1024)]

    """

  static let bare = """
    import torch


    def ⟦name⟧scale(x, y):
        return torch.relu(x) * y

    """

  static let block = """
    # kernelwright: begin generated Model
    Model.forward = _kw_model_forward(Model.forward)
    # kernelwright: end generated Model

    """

  static func candidate(
    _ id: String = "c1", verdict: Verdict = .verified, ratio: Double = 2.31, labels: [Label] = [],
    idea: String = "one fused pass", block: String = block
  ) -> JudgedCandidate {
    let speedup = Speedup(ratio: ratio, low: ratio - 0.09, high: ratio + 0.1)
    return JudgedCandidate(
      summary: CandidateSummary(
        id: id, agent: "fusion", idea: idea, reason: "it reads the input once instead of three times.",
        exactness: "exact over ℝ"),
      source: "class ModelNew: ...", replacement: block,
      verification: Verification(
        verdict: verdict, summary: "It was no faster than torch.compile.", device: "AMD EPYC, 2 cores",
        deviceFingerprint: "d1",
        baselines: [
          TimingSummary(name: "eager", medianMs: 3.28, ci95Ms: [3.25, 3.31]),
          TimingSummary(name: "torch.compile", medianMs: 4.1, ci95Ms: [4.0, 4.2]),
        ],
        candidate: TimingSummary(name: idea, medianMs: 1.42, ci95Ms: [1.40, 1.44]),
        speedup: verdict == .verified ? speedup : nil, speedupVs: ["eager": speedup],
        gates: [
          Gate(name: "screen", passed: true, detail: "compiles"),
          Gate(name: "oracle", passed: verdict != .wrong, detail: "element 7 is off by 900 ulps"),
          Gate(name: "timing", passed: verdict != .inconclusive, detail: "the interval did not close"),
        ], labels: labels, errorRatio: 0.8, inputsTried: 182,
        date: ScriptedEngine.now.addingTimeInterval(-120), policy: "1"))
  }

  static func result(_ candidates: [JudgedCandidate], findings: [String] = []) -> OptimizationResult {
    OptimizationResult(best: candidates.first, candidates: candidates, findings: findings, date: ScriptedEngine.now)
  }

  static let profile = ProfileView(
    totalMs: 3.28,
    lines: [
      ProfileView.Line(
        offset: 2, hint: "3.2 ms · 98 % · 12 % of memory roof", diagnostic: "98 % of the time: exp is read back by sum")
    ], device: "AMD EPYC, 2 cores", date: ScriptedEngine.now)

  /// The record of an op of a text, as the engine would have stored it.
  static func record(
    of name: String, in text: String, profile: ProfileView? = nil, result: OptimizationResult? = nil,
    resumable: ResumableJob? = nil
  ) throws -> OpRecord {
    let op = try #require(IndexedDocument(text: SourceText(Marked(text).text)).op(named: name))
    return OpRecord(
      fingerprint: op.fingerprint, file: path, name: name, profile: profile, result: result, resumable: resumable)
  }
}

/// A text with its marks taken out.
struct Marked {
  let text: String
  /// Offset of each mark, in Unicode scalars of `text`.
  private let offsets: [String: Int]

  init(_ marked: String) {
    var text = String.UnicodeScalarView()
    var offsets: [String: Int] = [:]
    var name: String?
    for scalar in marked.unicodeScalars {
      switch scalar {
      case "⟦": name = ""
      case "⟧":
        offsets[name ?? ""] = text.count
        name = nil
      default:
        if name != nil { name?.unicodeScalars.append(scalar) } else { text.append(scalar) }
      }
    }
    self.text = String(text)
    self.offsets = offsets
  }

  /// Where a mark stood, counted as a client with this encoding counts.
  func position(_ mark: String, _ encoding: PositionEncodingKind = .utf8) -> JSONValue {
    let before = String(String.UnicodeScalarView(text.unicodeScalars.prefix(offsets[mark] ?? 0)))
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    let last = String(lines.last ?? "")
    let character =
      switch encoding {
      case .utf8: last.utf8.count
      case .utf16: last.utf16.count
      case .utf32: last.unicodeScalars.count
      }
    return ["line": .int(lines.count - 1), "character": .int(character)]
  }

  func line(_ mark: String) -> Int { position(mark)["line"]?.intValue ?? -1 }
}

extension TestClient {
  /// Opens a document and takes the diagnostics that come of it.
  @discardableResult
  func open(_ marked: Marked, uri: String = Samples.uri) throws -> JSONValue {
    openOnly(marked.text, uri: uri)
    return try expect("textDocument/publishDiagnostics").params["diagnostics"] ?? .null
  }

  /// Opens a document of which an earlier session knows something, and waits until that is shown.
  func openWithRecords(_ marked: Marked) throws {
    // The refresh goes out after the diagnostics that belong to it.
    allowed.insert("textDocument/publishDiagnostics")
    openOnly(marked.text)
    try wait(for: "workspace/inlayHint/refresh")
    allowed.remove("textDocument/publishDiagnostics")
  }

  func openOnly(_ text: String, uri: String = Samples.uri, version: Int = 1) {
    notify(
      "textDocument/didOpen",
      [
        "textDocument": [
          "uri": .string(uri), "languageId": "python", "version": .int(version), "text": .string(text),
        ]
      ])
  }

  /// Replaces the whole text in one change.
  func change(to text: String, version: Int, uri: String = Samples.uri) {
    notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(uri), "version": .int(version)],
        "contentChanges": [["text": .string(text)]],
      ])
  }

  func hints(uri: String = Samples.uri, lines: ClosedRange<Int> = 0...1000) throws -> [JSONValue] {
    let range: JSONValue = [
      "start": ["line": .int(lines.lowerBound), "character": 0],
      "end": ["line": .int(lines.upperBound + 1), "character": 0],
    ]
    return try request("textDocument/inlayHint", ["textDocument": ["uri": .string(uri)], "range": range]).arrayValue
      ?? []
  }

  func labels(uri: String = Samples.uri) throws -> [String] {
    try hints(uri: uri).compactMap { $0["label"]?.stringValue }
  }

  func actions(at position: JSONValue, only: JSONValue = .null, uri: String = Samples.uri) throws -> [JSONValue] {
    var context = JSONObject([.init(key: "diagnostics", value: [])])
    if only != .null { context["only"] = only }
    return try request(
      "textDocument/codeAction",
      [
        "textDocument": ["uri": .string(uri)], "range": ["start": position, "end": position],
        "context": .object(context),
      ]
    ).arrayValue ?? []
  }

  /// The only action whose title begins so.
  func action(_ beginning: String, at position: JSONValue) throws -> JSONValue {
    let found = try actions(at: position).filter { $0["title"]?.stringValue?.hasPrefix(beginning) ?? false }
    return try #require(found.count == 1 ? found.first : nil, "\(beginning): \(found)")
  }

  func hover(_ position: JSONValue, uri: String = Samples.uri) throws -> String? {
    try request("textDocument/hover", ["textDocument": ["uri": .string(uri)], "position": position])["contents"]?[
      "value"]?.stringValue
  }

  /// Runs the command of an action.
  func run(_ action: JSONValue) throws -> JSONValue {
    let command = try #require(action["command"])
    return try request(
      "workspace/executeCommand",
      ["command": command["command"] ?? .null, "arguments": command["arguments"] ?? []])
  }
}
