import JSONRPC

/// What some clients can do.
enum Capabilities {
  /// Everything that the server makes use of, with pushed diagnostics.
  static let modern: JSONValue = [
    "general": ["positionEncodings": ["utf-8", "utf-16"]],
    "window": ["workDoneProgress": true, "showDocument": ["support": true]],
    "workspace": [
      "applyEdit": true, "workspaceEdit": ["documentChanges": true], "inlayHint": ["refreshSupport": true],
    ],
    "textDocument": [
      "publishDiagnostics": ["versionSupport": true],
      "hover": ["contentFormat": ["markdown", "plaintext"]],
      "codeAction": [
        "codeActionLiteralSupport": ["codeActionKind": ["valueSet": ["quickfix", "refactor"]]],
        "disabledSupport": true, "isPreferredSupport": true, "dataSupport": true,
        "resolveSupport": ["properties": ["edit"]],
      ],
      "documentSymbol": ["hierarchicalDocumentSymbolSupport": true],
      "inlayHint": ["resolveSupport": ["properties": ["tooltip"]]],
    ],
  ]

  /// A client that announces nothing.
  static let bare: JSONValue = [:]

  /// `modern`, but with diagnostics that the client asks for, and no other way to tell of them.
  static let pulling = changed(modern(with: "textDocument.diagnostic", [:]), "textDocument.publishDiagnostics", .null)

  /// `modern` with one more member, named by a dotted path.
  static func modern(with path: String, _ value: JSONValue) -> JSONValue {
    changed(modern, path, value)
  }

  static func changed(_ json: JSONValue, _ path: String, _ value: JSONValue) -> JSONValue {
    set(json, path.split(separator: ".").map(String.init)[...], value)
  }

  private static func set(_ json: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue) -> JSONValue {
    guard let key = path.first else { return value }
    var object = json.objectValue ?? JSONObject()
    object[key] = set(object[key] ?? [:], path.dropFirst(), value)
    return .object(object)
  }
}
