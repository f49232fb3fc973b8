public import JSONRPC

/// LSP 3.17 "DiagnosticSeverity".
public enum DiagnosticSeverity: Int, Sendable {
  case error = 1
  case warning, information, hint
}

/// Something to say about a range (LSP 3.17 "Diagnostic").
public struct Diagnostic: Hashable, Sendable, JSONEncodable {
  public var range: Range
  public var severity: DiagnosticSeverity
  /// What kind of finding it is, e.g. `no-example-inputs`.
  public var code: StaticCode
  public var message: String

  /// A code that is written in our sources, so that it needs no escaping.
  public struct StaticCode: Hashable, Sendable, CustomStringConvertible {
    let text: StaticString
    public init(_ text: StaticString) { self.text = text }
    public var description: String { "\(text)" }
    public static func == (left: StaticCode, right: StaticCode) -> Bool { left.description == right.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
  }

  public init(range: Range, severity: DiagnosticSeverity, code: StaticCode, message: String) {
    self.range = range
    self.severity = severity
    self.code = code
    self.message = message
  }

  /// Thousands of these go out after a keystroke in a long file, hence no generic calls.
  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("range")
      range.encode(into: &writer)
      writer.key("severity")
      writer.write(severity.rawValue)
      writer.key("code")
      writer.write(code.text)
      writer.key("source")
      writer.write("kernelwright" as StaticString)
      writer.key("message")
      writer.write(message)
    }
  }
}

/// What of a diagnostic the client hands back with a code action request.
public struct DiagnosticReference: Hashable, Sendable, JSONDecodable {
  public var code: String?
  public var source: String?
  /// The whole diagnostic, to be given back with the action that fixes it.
  public var json: JSONValue

  public init(json: JSONValue) throws {
    code = json["code"]?.stringValue
    source = json["source"]?.stringValue
    self.json = json
  }
}
