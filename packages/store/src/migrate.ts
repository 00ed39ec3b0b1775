import type { Database } from 'better-sqlite3';
import { APPLICATION_ID, MIGRATIONS } from './schema/migrations.js';

export const schemaVersion = (db: Database): number => db.pragma('user_version', { simple: true }) as number;

/** Brings the schema up to date in one transaction: killed in the middle, the file still has its old version. */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  db.transaction(() => {
    const from = schemaVersion(db);
    for (const sql of migrations.slice(from)) db.exec(sql);
    if (from < migrations.length) db.pragma(`user_version = ${migrations.length}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
}
