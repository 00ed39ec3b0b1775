import type { StoreSnapshot } from '@mtrade/engine';
import type { Database } from 'better-sqlite3';
import { createAudit } from './audit.js';
import { readComparison } from './comparison.js';
import type { StoredIdentity } from './identity.js';
import type { Lease } from './lease.js';
import type { Queries } from './queries.js';
import { epoch } from './rows/columns.js';

/** What a cycler begins with. Cached numbers are recomputed from the fills; a difference is a contradiction (I8). */
export function loadSnapshot(
  db: Database,
  queries: Queries,
  lease: Lease,
  { installId, createdMs }: Pick<StoredIdentity, 'installId' | 'createdMs'>,
): StoreSnapshot {
  return db.transaction((): StoreSnapshot => {
    const pairs = queries.pairs();
    const audit = createAudit(db);
    for (const pair of pairs) audit.pair(pair);
    return {
      installId,
      startNonce: lease.startNonce,
      epoch: lease.epoch,
      trading: queries.trading(),
      nextIntentId: nextId(db, 'intent'),
      nextCycleId: nextId(db, 'cycle'),
      pairs,
      createdMs: epoch(createdMs),
      ...readComparison(db),
    };
  })();
}

const nextId = (db: Database, table: 'intent' | 'cycle'): number =>
  db.prepare<[], number>(`SELECT coalesce(max(id), 0) + 1 FROM ${table}`).pluck().get() as number;
