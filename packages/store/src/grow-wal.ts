import { errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import type { Database } from 'better-sqlite3';

/** At the latest with the commit that reaches 1,000 pages SQLite copies the WAL into the database, and begins it anew. */
const CHECKPOINT_PAGES = 1_000;
/** For that commit itself, and for the last pages here, which stay in memory. */
const SPARE_PAGES = 100;
/** So few pages stay in memory that the rest must go to the WAL at once. */
const FEW_PAGES = 16;

/**
 * Writes as many pages into the WAL as it ever has, and takes them back: the blocks stay, and commits overwrite them.
 *
 * A commit that makes the file longer also waits for the file system's own journal. Measured on ext4 side by side, the
 * median of a commit into existing blocks is about half, its slowest hundredth a sixth. Nothing of this reaches the
 * database: the transaction is rolled back, and what its pages leave in the WAL carries no commit mark.
 */
export function growWal(db: Database, log: Logger): void {
  const cacheSize = db.pragma('cache_size', { simple: true }) as number;
  const pageSize = db.pragma('page_size', { simple: true }) as number;
  try {
    db.pragma(`cache_size = ${FEW_PAGES}`);
    db.exec('BEGIN IMMEDIATE');
    db.exec('CREATE TABLE wal_growth (bytes BLOB)');
    db.prepare('INSERT INTO wal_growth VALUES (zeroblob(?))').run(
      (CHECKPOINT_PAGES + SPARE_PAGES) * pageSize,
    );
  } catch (error) {
    // A disk that has no room for it is told of by whoever really needs the room.
    log.warn({ reason: errorText(error) }, 'the WAL could not be grown ahead; commits will be slower');
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
    db.pragma(`cache_size = ${cacheSize}`);
  }
}
