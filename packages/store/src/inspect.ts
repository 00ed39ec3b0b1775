import { existsSync, rmSync, statSync } from 'node:fs';
import { MtradeError } from '@mtrade/base';
import { openReadonly } from './connection.js';
import { damaged, storeError } from './errors.js';
import { type Identity, readIdentity, requireSame } from './identity.js';
import { schemaVersion } from './migrate.js';
import { schemaDamage } from './schema/intact.js';
import { APPLICATION_ID, MIGRATIONS } from './schema/migrations.js';

/**
 * Everything that can be wrong with an existing file, found through a connection that cannot write: a refused file is
 * left exactly as it was, its write-ahead log included.
 */
export function inspect(path: string, wanted: Identity): void {
  if (statSync(path).size === 0) throw damaged(path, 'the file is empty');
  const sideFiles = [`${path}-wal`, `${path}-shm`].filter((file) => !existsSync(file));
  try {
    check(path, wanted);
  } catch (error) {
    // Looking creates these two when they are missing; a refused file must not get company.
    for (const file of sideFiles) rmSync(file, { force: true });
    throw storeError(error, path, 'opening the database');
  }
}

function check(path: string, wanted: Identity): void {
  const db = openReadonly(path);
  try {
    const application = db.pragma('application_id', { simple: true });
    const version = schemaVersion(db);
    if (application !== APPLICATION_ID)
      throw new MtradeError(
        'MTRADE_DATABASE',
        `${path} is a SQLite database, but not one of mtrade. Use another data_dir; the file has not been touched.`,
        { path },
      );
    if (version > MIGRATIONS.length)
      throw new MtradeError(
        'MTRADE_DATABASE',
        `${path} was written by a newer mtrade (schema ${version}, this version knows ${MIGRATIONS.length}). ` +
          `Install that version again; the file has not been touched.`,
        { path },
      );
    const problems = db.pragma('quick_check(3)') as { quick_check: string }[];
    if (problems.length !== 1 || problems[0]?.quick_check !== 'ok')
      throw damaged(path, problems.map((row) => row.quick_check).join('; '));
    const [rule] = schemaDamage(db);
    if (rule !== undefined) throw damaged(path, rule);
    const identity = readIdentity(db);
    if (!identity) throw damaged(path, 'it does not say whose books it holds');
    requireSame(identity, wanted, path);
  } finally {
    db.close();
  }
}
