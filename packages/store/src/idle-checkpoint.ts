import { type Clock, isMtradeError, type MtradeError } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import type { Database } from 'better-sqlite3';
import { storeError } from './errors.js';
import { readEpoch } from './lease.js';

/** Some four hundred pages: well before the thousand at which SQLite does it within a commit. */
const COMMITS = 60;
/** An order's commits follow each other faster than this. */
const QUIET_MS = 1_000;

export interface IdleCheckpoint {
  /** After each commit. */
  readonly committed: () => void;
  /** When there is nothing else to do: copies the log into the database if it is time to. Most calls do nothing. */
  readonly rest: () => void;
}

/**
 * Copies the WAL into the database between orders. SQLite by itself does it within the commit that reaches 1,000 pages:
 * tens of writes and two more fsyncs, and the commit after it has one more, to begin the log anew. Here all three are
 * done while nobody waits, and the next commit is like any other.
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
      try {
        db.pragma('wal_checkpoint(PASSIVE)');
        beginLogAnew.immediate();
      } catch (error) {
        const known = storeError(error, db.name, 'copying the log into the database');
        if (!endsByItself(known)) throw known;
        log.warn({ reason: known.message }, 'the log of the database could not be copied into it; it grows');
      }
    },
  };
}

/** A full disk, or a foreign program that holds the books. After a failed fsync nobody knows what the disk has. */
const endsByItself = (error: MtradeError): boolean =>
  isMtradeError(error, 'MTRADE_DISK')
    ? error.facts.fatal !== true
    : isMtradeError(error, 'MTRADE_DATABASE') && error.facts.busy === true;
