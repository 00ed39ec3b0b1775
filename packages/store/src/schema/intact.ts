import SqliteDatabase, { type Database } from 'better-sqlite3';
import { migrate, schemaVersion } from '../migrate.js';
import { MIGRATIONS } from './migrations.js';

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

const schemaOf = (db: Database): Map<string, SchemaObject> =>
  new Map(
    db
      .prepare<[], SchemaObject>(`SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`)
      .all()
      .map((object) => [`${object.type} ${object.name}`, object]),
  );

/**
 * Tables, indexes and triggers of the file's version that somebody dropped, or that are not to the letter what the
 * migrations make, a sentence each. The promise they carry holds no longer, and no check of SQLite's own sees it: one
 * flipped bit in the condition of an index is enough.
 */
export function schemaDamage(db: Database): readonly string[] {
  const fresh = new SqliteDatabase(':memory:');
  try {
    migrate(fresh, MIGRATIONS.slice(0, schemaVersion(db)));
    const actual = schemaOf(db);
    return [...schemaOf(fresh)]
      .filter(([key, { sql }]) => actual.get(key)?.sql !== sql)
      .map(([key]) => `the ${key} ${actual.has(key) ? 'is not the one that mtrade made' : 'is missing'}`);
  } finally {
    fresh.close();
  }
}
