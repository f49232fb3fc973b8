import Foundation
import JSONRPC
import Testing

/// Checks values against the schemas under `protocol/lsp`: the part of JSON Schema that those use. (The tests in
/// `Tests/Protocol` check whole sessions with a complete validator.)
struct Schema {
  private let root: JSONValue

  init(_ name: String) throws {
    // Four names up from Tests/LanguageServerTests/Support/Schema.swift is the package.
    let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let data = try Data(contentsOf: URL(fileURLWithPath: "/\(package)/protocol/lsp/\(name).schema.json"))
    root = try JSONValue(parsing: Array(data))
  }

  func problems(_ value: JSONValue) -> [String] { Self.problems(value, root, "$") }

  private static func problems(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
    var found: [String] = []
    if let type = schema["type"] {
      let names = type.arrayValue?.compactMap(\.stringValue) ?? [type.stringValue ?? ""]
      if !names.contains(where: { matches(value, $0) }) { found.append("\(path) is not \(names)") }
    }
    if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) { found.append("\(path): \(value)") }
    if let options = schema["anyOf"]?.arrayValue, !options.contains(where: { problems(value, $0, path).isEmpty }) {
      found.append("\(path) is none of the forms: \(value)")
    }
    for (index, element) in (value.arrayValue ?? []).enumerated() {
      if let items = schema["items"] { found += problems(element, items, "\(path)[\(index)]") }
    }
    guard let object = value.objectValue else { return found }
    for key in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where object[key] == nil {
      found.append("\(path).\(key) is missing")
    }
    for member in object.members {
      if let property = schema["properties"]?[member.key] {
        found += problems(member.value, property, "\(path).\(member.key)")
      } else if schema["additionalProperties"] == false {
        found.append("\(path).\(member.key) is not in the schema")
      }
    }
    return found
  }

  private static func matches(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
      (.int, "integer"), (.int, "number"), (.double, "number"):
      true
    default: false
    }
  }
}
