import GRDB

extension StoreReader {
  /// The latest profile of an op on a device with these tools.
  public func latestProfile(
    opFingerprint: String, deviceFingerprint: String, tools: String
  ) throws -> ProfileRecord? {
    try ProfileRecord.fetchOne(
      database,
      sql: """
        SELECT * FROM profile WHERE op_fingerprint = ? AND device_fingerprint = ? AND tools = ?
        ORDER BY date DESC, rowid DESC LIMIT 1
        """,
      arguments: [opFingerprint, deviceFingerprint, tools])
  }

  /// The latest verdict on any candidate for the op.
  public func latestVerdict(_ key: ResultKey) throws -> VerdictRecord? {
    try VerdictRecord.fetchOne(
      database,
      sql: """
        SELECT * FROM verdict WHERE op_fingerprint = ? AND device_fingerprint = ? AND tools = ? AND policy = ?
        ORDER BY date DESC, rowid DESC LIMIT 1
        """,
      arguments: [key.opFingerprint, key.deviceFingerprint, key.tools, key.policy])
  }

  /// The latest profile of the op of this name in this file, whatever it looked like then: what is shown as *stale*.
  public func latestProfile(file: String, opName: String) throws -> ProfileRecord? {
    try ProfileRecord.fetchOne(
      database,
      sql: """
        SELECT profile.* FROM profile JOIN op ON op.fingerprint = profile.op_fingerprint
        WHERE op.file = ? AND op.name = ? ORDER BY profile.date DESC, profile.rowid DESC LIMIT 1
        """,
      arguments: [file, opName])
  }

  /// The headline verdict of what the op of this name in this file last was judged as: what is shown as *stale*.
  public func latestVerdict(file: String, opName: String, withoutLabels: [String] = []) throws -> VerdictRecord? {
    let latest = try VerdictRecord.fetchOne(
      database,
      sql: """
        SELECT verdict.* FROM verdict JOIN op ON op.fingerprint = verdict.op_fingerprint
        WHERE op.file = ? AND op.name = ? ORDER BY verdict.date DESC, verdict.rowid DESC LIMIT 1
        """,
      arguments: [file, opName])
    guard let latest else { return nil }
    return try headlines(of: [latest.opFingerprint], withoutLabels: withoutLabels).first { $0.key == latest.key }
      ?? latest
  }

  /// Everything that is shown about a set of ops, in one go: for every fingerprint that has anything, its latest
  /// profile on every device and its headline verdict on every device, each for every set of tools, latest first.
  ///
  /// The *headline* is the verified candidate with the highest lower bound of its speedup; where nothing was verified,
  /// the latest verdict. Candidates with one of `withoutLabels` (what a person has not permitted) are left out.
  public func results(
    of fingerprints: [String], withoutLabels: [String] = []
  ) throws -> [String: OpResults] {
    var results: [String: OpResults] = [:]
    for profile in try profiles(of: fingerprints) {
      results[profile.opFingerprint, default: OpResults()].profiles.append(profile)
    }
    for verdict in try headlines(of: fingerprints, withoutLabels: withoutLabels) {
      results[verdict.opFingerprint, default: OpResults()].verdicts.append(verdict)
    }
    return results
  }

  private func profiles(of fingerprints: [String]) throws -> [ProfileRecord] {
    try ProfileRecord.fetchAll(
      database,
      sql: """
        SELECT * FROM (
          SELECT *, ROW_NUMBER() OVER (
            PARTITION BY op_fingerprint, device_fingerprint, tools ORDER BY date DESC, rowid DESC) AS place
          FROM profile WHERE op_fingerprint IN (SELECT value FROM json_each(?)))
        WHERE place = 1 ORDER BY date DESC
        """,
      arguments: [try jsonArray(fingerprints)])
  }

  private func headlines(of fingerprints: [String], withoutLabels: [String]) throws -> [VerdictRecord] {
    try VerdictRecord.fetchAll(
      database,
      sql: """
        SELECT * FROM (
          SELECT verdict.*, ROW_NUMBER() OVER (
            PARTITION BY verdict.op_fingerprint, device_fingerprint, tools, policy
            ORDER BY verdict = 'verified' DESC, CASE verdict WHEN 'verified' THEN low END DESC,
              verdict.date DESC, verdict.rowid DESC) AS place
          FROM verdict LEFT JOIN candidate ON candidate.id = verdict.candidate
          WHERE verdict.op_fingerprint IN (SELECT value FROM json_each(?1))
            AND NOT EXISTS (
              SELECT 1 FROM json_each(candidate.labels) AS label
              WHERE label.value IN (SELECT value FROM json_each(?2))))
        WHERE place = 1 ORDER BY date DESC
        """,
      arguments: [try jsonArray(fingerprints), try jsonArray(withoutLabels)])
  }
}

/// What is shown about one op.
public struct OpResults: Sendable, Codable, Hashable {
  /// At most one a device and set of tools, latest first.
  public var profiles: [ProfileRecord] = []
  /// At most one a device, set of tools and policy, latest first.
  public var verdicts: [VerdictRecord] = []

  public init(profiles: [ProfileRecord] = [], verdicts: [VerdictRecord] = []) {
    self.profiles = profiles
    self.verdicts = verdicts
  }
}
