import Foundation
import GRDB

/// A value that is one row of a table. Its columns are its coding keys in snake case; its dates are seconds since
/// 2001-01-01 UTC, because that is the one form in which a `Date` comes back exactly as it went in
/// (`datetime(x + 978307200, 'unixepoch')` reads it).
protocol Record: Codable, Sendable {
  static var table: String { get }
}

extension Record {
  static func fetchAll(_ database: Database, sql: String, arguments: StatementArguments = []) throws -> [Self] {
    try TableRow<Self>.fetchAll(database, sql: sql, arguments: arguments).map(\.value)
  }

  /// Those rows that are what they should be: for what is only a help, one bad row must not cost the others.
  static func fetchReadable(_ database: Database, sql: String, arguments: StatementArguments = []) throws -> [Self] {
    try Row.fetchAll(database, sql: sql, arguments: arguments).compactMap { try? TableRow<Self>(row: $0).value }
  }

  static func fetchOne(_ database: Database, sql: String, arguments: StatementArguments = []) throws -> Self? {
    try TableRow<Self>.fetchOne(database, sql: sql, arguments: arguments)?.value
  }

  func insert(_ database: Database) throws { try TableRow(value: self).insert(database) }

  func update(_ database: Database) throws { try TableRow(value: self).update(database) }

  /// Inserts, or replaces the row with the same primary key.
  func upsert(_ database: Database) throws { try TableRow(value: self).upsert(database) }
}

/// Carries a record in and out of its table, so that the records themselves are plain values and those who use them
/// need not know of GRDB.
private struct TableRow<Value: Record>: Codable, FetchableRecord, PersistableRecord {
  let value: Value

  init(value: Value) { self.value = value }

  init(from decoder: any Decoder) throws { value = try Value(from: decoder) }

  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }

  static var databaseTableName: String { Value.table }
  static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy { .convertFromSnakeCase }
  static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy { .convertToSnakeCase }
  static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
    .timeIntervalSinceReferenceDate
  }
  static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
    .timeIntervalSinceReferenceDate
  }
}
