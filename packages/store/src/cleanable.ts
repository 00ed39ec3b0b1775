import type { EpochMs } from '@mtrade/base';
import type { IntentState } from '@mtrade/cycle';
import type { Database } from 'better-sqlite3';

/** Unix ms. Nothing that ended at or after its limit is named. */
export interface CleanLimits {
  readonly endedBeforeMs: number;
  readonly journalBeforeMs: number;
}

/** An order that came to nothing: rejected, killed or proven never placed, without a trade, in a cycle that is over. */
export interface CleanableIntent {
  readonly id: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly cycleId: number;
  readonly state: IntentState;
  readonly createdMs: EpochMs;
  readonly closedMs: EpochMs;
}

/** A cycle whose start buy came to nothing; `intentIds` are its orders, all of them cleanable. */
export interface CleanableCycle {
  readonly id: number;
  readonly symbol: string;
  readonly number: number;
  readonly closedMs: EpochMs;
  readonly intentIds: readonly number[];
}

export interface Cleanable {
  readonly journalIds: readonly number[];
  readonly intents: readonly CleanableIntent[];
  readonly cycles: readonly CleanableCycle[];
}

/**
 * What may leave the books. Never named: fills, closed and reset cycles, dust, whatever belongs to a running cycle or to
 * a pair that a human must look at, and the newest row of each kind (the next row's number is counted from it).
 */
export function findCleanable(db: Database, limits: CleanLimits): Cleanable {
  const intents = db
    .prepare<[CleanLimits], CleanableIntent>(
      `SELECT i.id, i.client_order_id AS clientOrderId, i.symbol, i.cycle_id AS cycleId, i.state,
              i.created_ms AS createdMs, i.closed_ms AS closedMs
       FROM intent AS i JOIN cycle AS c ON c.id = i.cycle_id JOIN pair AS p ON p.symbol = i.symbol
       WHERE i.state IN ('REJECTED', 'NEVER', 'KILLED') AND i.closed_ms < @endedBeforeMs
         AND c.closed_ms < @endedBeforeMs AND p.attention IS NULL
         AND coalesce(i.filled_base, '0') NOT GLOB '*[1-9]*'
         AND NOT EXISTS (SELECT 1 FROM fill AS f WHERE f.intent_id = i.id)
         AND i.id < (SELECT max(id) FROM intent)
       ORDER BY i.id`,
    )
    .all(limits);
  return { journalIds: oldJournal(db, limits), intents, cycles: emptyCycles(db, limits, intents) };
}

function emptyCycles(
  db: Database,
  limits: CleanLimits,
  intents: readonly CleanableIntent[],
): CleanableCycle[] {
  const cleanable = new Set(intents.map(({ id }) => id));
  const intentsOf = intentsOfAbandoned(db);
  return db
    .prepare<[CleanLimits], Omit<CleanableCycle, 'intentIds'>>(
      `SELECT id, symbol, number, closed_ms AS closedMs FROM cycle AS c
       WHERE state = 'abandoned' AND closed_ms < @endedBeforeMs
         AND profit NOT GLOB '*[1-9]*'
         AND (SELECT attention FROM pair AS p WHERE p.symbol = c.symbol) IS NULL
         AND NOT EXISTS (SELECT 1 FROM fill AS f WHERE f.cycle_id = c.id)
         AND NOT EXISTS (SELECT 1 FROM dust AS d WHERE d.cycle_id = c.id)
         AND number < (SELECT max(number) FROM cycle AS n WHERE n.symbol = c.symbol)
         AND id < (SELECT max(id) FROM cycle)
       ORDER BY id`,
    )
    .all(limits)
    .map((cycle) => ({ ...cycle, intentIds: intentsOf.get(cycle.id) ?? [] }))
    .filter(({ intentIds }) => intentIds.every((id) => cleanable.has(id)));
}

/** By cycle. One look at all orders: they have no index by cycle, which every new order would have to write. */
function intentsOfAbandoned(db: Database): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  const rows = db
    .prepare<[], { readonly id: number; readonly cycleId: number }>(
      `SELECT i.id, i.cycle_id AS cycleId FROM intent AS i JOIN cycle AS c ON c.id = i.cycle_id
       WHERE c.state = 'abandoned' ORDER BY i.id`,
    )
    .iterate();
  for (const { id, cycleId } of rows) {
    const ids = found.get(cycleId);
    if (ids) ids.push(id);
    else found.set(cycleId, [id]);
  }
  return found;
}

/** The story of a running cycle stays whole, however old it is. */
const oldJournal = (db: Database, limits: CleanLimits): number[] =>
  db
    .prepare<[CleanLimits], number>(
      `SELECT id FROM journal AS j
       WHERE epoch_ms < @journalBeforeMs AND id < (SELECT max(id) FROM journal)
         AND NOT EXISTS (SELECT 1 FROM cycle AS c
                         WHERE c.symbol = j.symbol AND c.closed_ms IS NULL AND c.started_ms <= j.epoch_ms)
       ORDER BY id`,
    )
    .pluck()
    .all(limits);
