import type { EpochMs } from '@mtrade/base';
import type { ChangeSet, Discrepancy, ForeignInstall } from '@mtrade/engine';
import type { Database } from 'better-sqlite3';

/** What the books keep of their comparisons with the account. */
export interface ComparisonState {
  readonly comparedToMs: EpochMs | null;
  readonly foreignInstalls: readonly ForeignInstall[];
  readonly discrepancies: readonly Discrepancy[];
}

export const readComparison = (db: Database): ComparisonState => ({
  comparedToMs: db.prepare<[], EpochMs>('SELECT to_ms FROM compared').pluck().get() ?? null,
  foreignInstalls: db
    .prepare<[], ForeignInstall>(
      `SELECT install_id AS installId, first_seen_ms AS firstSeenMs, last_seen_ms AS lastSeenMs,
              last_seen AS lastSeen, acknowledged_ms AS acknowledgedMs
       FROM foreign_install ORDER BY first_seen_ms`,
    )
    .all(),
  discrepancies: db
    .prepare<[], Discrepancy>(
      `SELECT symbol, kind, reference, client_order_id AS clientOrderId, seen_ms AS seenMs
       FROM discrepancy ORDER BY seen_ms`,
    )
    .all(),
});

/** The part of a change that belongs to comparisons; runs inside its transaction. */
export function createComparisonWriter(db: Database): (change: ChangeSet) => void {
  const compared = db.prepare<[number]>(
    'INSERT INTO compared (id, to_ms) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET to_ms = excluded.to_ms',
  );
  const foreign = db.prepare<[ForeignInstall]>(
    `INSERT INTO foreign_install (install_id, first_seen_ms, last_seen_ms, last_seen, acknowledged_ms)
     VALUES (@installId, @firstSeenMs, @lastSeenMs, @lastSeen, @acknowledgedMs)
     ON CONFLICT (install_id) DO UPDATE SET last_seen_ms = excluded.last_seen_ms, last_seen = excluded.last_seen,
       acknowledged_ms = excluded.acknowledged_ms`,
  );
  const discrepancy = db.prepare<[Discrepancy]>(
    `INSERT INTO discrepancy (symbol, kind, reference, client_order_id, seen_ms)
     VALUES (@symbol, @kind, @reference, @clientOrderId, @seenMs) ON CONFLICT DO NOTHING`,
  );
  return ({ comparedToMs, foreignInstalls = [], discrepancies = [] }) => {
    if (comparedToMs !== undefined) compared.run(comparedToMs);
    for (const one of foreignInstalls) foreign.run(one);
    for (const one of discrepancies) discrepancy.run(one);
  };
}
