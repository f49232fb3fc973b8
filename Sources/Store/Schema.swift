import GRDB

/// The tables, as steps that only ever get added to: a database of any earlier version becomes the present one.
enum Schema {
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: first) }
    migrator.registerMigration("2") { try $0.execute(sql: schedules) }
    return migrator
  }()

  /// Number of the newest step, which names the file used beside that of a newer version.
  static let version = "2"

  /// Ids are text. Dates are seconds since 2001-01-01 UTC. `payload`, `request` and `outcome` are JSON of other rooms.
  private static let first = """
    CREATE TABLE op (
      fingerprint TEXT NOT NULL,
      file TEXT NOT NULL,
      name TEXT NOT NULL,
      first_seen REAL NOT NULL,
      last_seen REAL NOT NULL,
      PRIMARY KEY (fingerprint, file, name)
    ) WITHOUT ROWID;
    CREATE INDEX op_by_name ON op (file, name);

    CREATE TABLE job (
      id TEXT NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL,
      op_fingerprint TEXT NOT NULL,
      file TEXT NOT NULL,
      op_name TEXT NOT NULL,
      device_fingerprint TEXT NOT NULL,
      request BLOB NOT NULL,
      state TEXT NOT NULL,
      seed INTEGER NOT NULL,
      started REAL NOT NULL,
      finished REAL,
      outcome BLOB,
      owner TEXT NOT NULL
    );
    CREATE INDEX job_by_file ON job (file, started);
    CREATE INDEX job_unfinished ON job (state) WHERE state IN ('queued', 'running', 'interrupted');

    CREATE TABLE event (
      job TEXT NOT NULL REFERENCES job (id),
      sequence INTEGER NOT NULL,
      date REAL NOT NULL,
      kind TEXT NOT NULL,
      payload BLOB NOT NULL,
      PRIMARY KEY (job, sequence)
    ) WITHOUT ROWID;
    CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
      BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
    CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
      BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;

    CREATE TABLE candidate (
      id TEXT NOT NULL PRIMARY KEY,
      job TEXT NOT NULL REFERENCES job (id),
      op_fingerprint TEXT NOT NULL,
      agent TEXT NOT NULL,
      idea TEXT NOT NULL,
      rule TEXT NOT NULL,
      source TEXT NOT NULL,
      source_hash TEXT NOT NULL,
      labels TEXT NOT NULL,
      created REAL NOT NULL
    );
    CREATE INDEX candidate_by_job ON candidate (job);

    CREATE TABLE verdict (
      id TEXT NOT NULL PRIMARY KEY,
      job TEXT NOT NULL REFERENCES job (id),
      candidate TEXT REFERENCES candidate (id),
      op_fingerprint TEXT NOT NULL,
      device_fingerprint TEXT NOT NULL,
      tools TEXT NOT NULL,
      policy TEXT NOT NULL,
      verdict TEXT NOT NULL,
      speedup REAL,
      low REAL,
      high REAL,
      payload BLOB NOT NULL,
      date REAL NOT NULL
    );
    CREATE INDEX verdict_by_key ON verdict (op_fingerprint, device_fingerprint, tools, policy, date);
    CREATE INDEX verdict_by_job ON verdict (job);

    CREATE TABLE profile (
      op_fingerprint TEXT NOT NULL,
      device_fingerprint TEXT NOT NULL,
      tools TEXT NOT NULL,
      payload BLOB NOT NULL,
      date REAL NOT NULL
    );
    CREATE INDEX profile_by_key ON profile (op_fingerprint, device_fingerprint, tools, date);

    CREATE TABLE device (
      fingerprint TEXT NOT NULL PRIMARY KEY,
      payload BLOB NOT NULL,
      date REAL NOT NULL
    );

    CREATE TABLE recorded_input (
      file TEXT NOT NULL,
      op_name TEXT NOT NULL,
      payload BLOB NOT NULL,
      date REAL NOT NULL,
      PRIMARY KEY (file, op_name, payload)
    );

    CREATE TABLE model_call (
      job TEXT NOT NULL REFERENCES job (id),
      provider TEXT NOT NULL,
      model TEXT NOT NULL,
      request_hash TEXT NOT NULL,
      response TEXT NOT NULL,
      input_tokens INTEGER NOT NULL,
      output_tokens INTEGER NOT NULL,
      cost REAL,
      date REAL NOT NULL
    );
    CREATE INDEX model_call_by_job ON model_call (job);

    CREATE TABLE rejection (
      op_fingerprint TEXT NOT NULL,
      rule TEXT NOT NULL,
      device_fingerprint TEXT NOT NULL,
      reason TEXT NOT NULL,
      date REAL NOT NULL,
      PRIMARY KEY (op_fingerprint, device_fingerprint, rule)
    );
    """

  /// What searches have measured, by what an op looks like and not by its name.
  private static let schedules = """
    CREATE TABLE schedule (
      device_fingerprint TEXT NOT NULL,
      versions TEXT NOT NULL,
      structure TEXT NOT NULL,
      exact TEXT NOT NULL,
      extents TEXT NOT NULL,
      agent TEXT NOT NULL,
      rule TEXT NOT NULL,
      traits TEXT NOT NULL,
      ratio REAL,
      op_name TEXT NOT NULL,
      date REAL NOT NULL,
      PRIMARY KEY (device_fingerprint, versions, structure, exact, agent, rule, traits)
    );
    CREATE INDEX schedule_by_date ON schedule (date);
    """
}
