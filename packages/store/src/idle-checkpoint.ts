import type { Clock } from '@mtrade/base';
import { isFatal } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import type { Database } from 'better-sqlite3';
import { BUSY_TIMEOUT_MS } from './connection.js';
import { isDamage, storeError } from './errors.js';
import { readEpoch } from './lease.js';

/** Some four hundred pages: well before the thousand at which SQLite does it within a commit. */
const COMMITS = 60;
/** An order's commits follow each other faster than this. */
const QUIET_MS = 1_000;
/** A price that comes meanwhile waits as long: on a sound disk it is a few milliseconds. */
const SLOW_MS = 50;

export interface IdleCheckpoint {
  /** After each commit. */
  readonly committed: () => void;
  /**
   * When there is nothing else to do: copies the log into the database if it is time to. Most calls do nothing. It waits
   * for the disk, but for no other program. Throws what ends the engine, a failed disk or a damaged file; no more.
   */
  readonly rest: () => void;
}

/**
 * Copies the WAL into the database between orders. SQLite by itself does it within the commit that reaches 1,000 pages:
 * tens of writes and two more fsyncs, and the commit after it has one more, to begin the log anew. Here all three are
 * done while no order waits, and the next commit is like any other. A price that comes just then waits for two fsyncs.
 *
 * Nothing depends on it: what cannot be done now, beside a reader or a foreign program, SQLite does later.
 */
export function createIdleCheckpoint(
  db: Database,
  { epoch, clock, log }: { readonly epoch: number; readonly clock: Clock; readonly log: Logger },
): IdleCheckpoint {
  let commits = 0;
  let committedMono = 0;
  const beginLogAnew = db.transaction(() => {
    if (readEpoch(db) !== epoch) return;
    // A row that is only overwritten with what it has is not written at all.
    const trading = db.prepare<[], number>('SELECT trading FROM engine').pluck().get();
    db.prepare('DELETE FROM engine').run();
    db.prepare('INSERT INTO engine (id, trading) VALUES (1, ?)').run(trading);
  });

  return {
    committed: () => {
      commits += 1;
      committedMono = clock.monoMs();
    },
    rest: () => {
      if (commits < COMMITS || clock.monoMs() - committedMono < QUIET_MS) return;
      commits = 0;
      const beganMono = clock.monoMs();
      try {
        withoutWaiting(db, () => {
          db.pragma('wal_checkpoint(PASSIVE)');
          beginLogAnew.immediate();
        });
      } catch (error) {
        const known = storeError(error, db.name, 'copying the log into the database');
        // What a pair would survive in its own commit ends nothing here either. After a failed fsync nobody knows what
        // the disk has, and a damaged file is for the start to look at.
        if (isFatal(known) || isDamage(error)) throw known;
        log.warn(
          { reason: known.message },
          'the log of the database could not be copied into it and begun anew; it grows until that is tried again',
        );
      }
      const tookMs = clock.monoMs() - beganMono;
      if (tookMs > SLOW_MS)
        log.warn({ tookMs }, 'copying the log into the database took long; prices waited meanwhile');
    },
  };
}

/** A foreign program may hold the books for as long as it likes: only a commit has reason to wait for it. */
function withoutWaiting(db: Database, action: () => void): void {
  db.pragma('busy_timeout = 0');
  try {
    action();
  } finally {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }
}
