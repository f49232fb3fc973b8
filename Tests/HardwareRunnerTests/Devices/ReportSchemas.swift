import Foundation
import Testing

@testable import HardwareRunner

/// Holds values against the schemas of the command line's reports, and messages against the worker's.
enum ReportSchemas {
  private static let protocolFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("protocol")

  static func expect(
    _ value: some Encodable, _ schema: String, _ encoder: JSONEncoder = JSONEncoder(), in folder: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(try encoder.encode(value), schema, in: folder, sourceLocation: sourceLocation)
  }

  static func expect(
    _ data: Data, _ schema: String, in folder: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let validator = SchemaValidator(folder: protocolFolder.appendingPathComponent(folder))
    let object = plain(try JSONSerialization.jsonObject(with: data))
    let problems = try validator.problems(object, schema: schema)
    #expect(problems == [], sourceLocation: sourceLocation)
  }

  /// Numbers of more than seventeen digits come as decimal ones, which Foundation on Linux compares wrongly.
  private static func plain(_ value: Any) -> Any {
    if let object = value as? [String: Any] { return object.mapValues(plain) }
    if let items = value as? [Any] { return items.map(plain) }
    if let decimal = value as? NSDecimalNumber { return NSNumber(value: decimal.doubleValue) }
    return value
  }
}
