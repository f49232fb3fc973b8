import Foundation

/// As much of JSON Schema as the schemas under `protocol/` use.
struct SchemaValidator {
  let folder: URL

  /// What is wrong with `value`, empty when nothing is.
  func problems(_ value: Any, schema name: String) throws -> [String] {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    guard let schema = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      return ["no schema \(name)"]
    }
    return try check(value, schema, "$")
  }

  private func check(_ value: Any, _ schema: [String: Any], _ path: String) throws -> [String] {
    var found: [String] = []
    if let reference = schema["$ref"] as? String { found += try problems(value, schema: reference) }
    if let constant = schema["const"], !equal(constant, value) { found.append("\(path): not \(constant)") }
    if let options = schema["enum"] as? [Any], !options.contains(where: { equal($0, value) }) {
      found.append("\(path): none of \(options)")
    }
    if let forbidden = schema["not"] as? [String: Any], try check(value, forbidden, path).isEmpty {
      found.append("\(path): is what it must not be")
    }
    let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
    if !types.isEmpty && !types.contains(where: { matches(value, $0) }) { found.append("\(path): no \(types)") }
    if let minimum = schema["minimum"] as? NSNumber, let number = value as? NSNumber,
      number.compare(minimum) == .orderedAscending
    {
      found.append("\(path): below \(minimum)")
    }
    if let items = value as? [Any] {
      if let minimum = schema["minItems"] as? Int, items.count < minimum { found.append("\(path): too short") }
      if let maximum = schema["maxItems"] as? Int, items.count > maximum { found.append("\(path): too long") }
      if let each = schema["items"] as? [String: Any] {
        for (index, item) in items.enumerated() { found += try check(item, each, "\(path)[\(index)]") }
      }
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        found.append("\(path): no \(name)")
      }
      for (name, item) in object {
        if let property = properties[name] {
          found += try check(item, property, "\(path).\(name)")
        } else if let rest = schema["additionalProperties"] as? [String: Any] {
          found += try check(item, rest, "\(path).\(name)")
        } else if schema["additionalProperties"] as? Bool == false {
          found.append("\(path): unknown key \(name)")
        }
      }
    }
    if let choices = schema["oneOf"] as? [[String: Any]] {
      let results = try choices.map { try check(value, $0, path) }
      let fitting = results.filter(\.isEmpty).count
      if fitting != 1 { found.append("\(path): fits \(fitting) of \(choices.count) forms: \(results)") }
    }
    return found
  }

  private func matches(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "null": value is NSNull
    case "boolean": isBoolean(value)
    case "integer": (value as? NSNumber).map { !isBoolean($0) && $0.doubleValue.rounded() == $0.doubleValue } ?? false
    default: value is NSNumber && !isBoolean(value)
    }
  }

  private func isBoolean(_ value: Any) -> Bool {
    (value as? NSNumber).map {
      $0 === true as NSNumber || $0 === false as NSNumber || String(cString: $0.objCType) == "c"
    } ?? false
  }

  private func equal(_ one: Any, _ other: Any) -> Bool {
    if let one = one as? String { return one == other as? String }
    if let one = one as? NSNumber, let other = other as? NSNumber {
      return isBoolean(one) == isBoolean(other) && one == other
    }
    return false
  }
}
