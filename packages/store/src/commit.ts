import { MtradeError } from '@mtrade/base';
import type { Intent } from '@mtrade/cycle';
import type { ChangeSet, JournalEntry } from '@mtrade/engine';
import { text, ZERO } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { createComparisonWriter } from './comparison.js';
import type { Identity } from './identity.js';
import { createPairRows, type DustChange } from './pair-rows.js';
import { closedCycleToRow, cycleToRow, type CycleRow } from './rows/cycle-row.js';
import { type FillRow, fillToRow } from './rows/fill-row.js';
import { intentToRow } from './rows/intent-row.js';
import { positionToRow } from './rows/position-row.js';
import {
  CYCLE_COLUMNS,
  FILL_COLUMNS,
  insertByPlaceSql,
  insertSql,
  INTENT_COLUMNS,
  POSITION_COLUMNS,
  upsertSql,
} from './rows/sql.js';

export interface CommitDeps {
  readonly db: Database;
  readonly identity: Identity;
  readonly epoch: number;
  readonly nowMs: () => number;
}

/**
 * The write path: one ChangeSet in one IMMEDIATE transaction. Statements are prepared once.
 *
 * The order of writing lets every reference find its target and lets one change end an intent and begin the next one on
 * the same side: pair, ended cycle, running cycle, position, dust, moved intents, new intents, fills, findings, journal.
 */
export function createCommit({ db, identity, epoch, nowMs }: CommitDeps): (change: ChangeSet) => void {
  const { mode, exchange, account } = identity;
  const statements = prepare(db);
  const pairs = createPairRows(db);
  const writeComparison = createComparisonWriter(db);

  const moveIntent = (intent: Intent, from: Intent['state']): void => {
    if (statements.move.run({ ...intentToRow(intent), from }).changes === 1) return;
    const actual = statements.stateOf.get(intent.id) ?? 'missing';
    throw new MtradeError(
      'MTRADE_CONTRADICTION',
      `intent ${intent.id} (${intent.clientOrderId}) should move from ${from} to ${intent.state}, but it is ${actual}`,
      { promise: 'COMPARE_AND_SET', intentId: intent.id, from, actual },
    );
  };

  const writeJournal = (entry: JournalEntry): void => {
    statements.journal.run(entry.epochMs, entry.symbol, entry.event, JSON.stringify(entry.details));
  };

  const apply = db.transaction((change: ChangeSet): void => {
    // A replaced engine must not write anything, not only no intents.
    if (statements.epoch.get() !== epoch)
      throw new MtradeError(
        'MTRADE_LOCK_LOST',
        `another engine has taken over these books; this one (epoch ${epoch}) must not write any more`,
        { reason: 'a newer epoch holds the lease' },
      );
    if (change.trading !== undefined) statements.trading.run(change.trading ? 1 : 0);
    const dust = change.pair ? pairs.write(change.pair) : null;
    if (change.closedCycle) statements.cycle.run(closedCycleToRow(change.closedCycle));
    if (change.cycle) statements.cycle.run(cycleToRow(change.cycle));
    if (change.position) statements.position.run({ ...positionToRow(change.position), ...identity });
    if (dust) statements.dust.run({ ...dust, cycle_id: dustCycle(change, dust), epoch_ms: nowMs() });
    if (change.takenIn) for (const row of takenInRows(change.takenIn, nowMs())) statements.dust.run(row);
    for (const { intent, from } of change.intentMoves ?? []) moveIntent(intent, from);
    for (const intent of change.newIntents ?? [])
      statements.intent.run(Object.values(intentToRow(intent)), mode, exchange, account);
    for (const booked of change.fills ?? [])
      statements.fill.run({ ...fillToRow(booked), exchange: identity.exchange });
    writeComparison(change);
    for (const entry of change.journal ?? []) writeJournal(entry);
  });

  return (change) => {
    let isCommitted = false;
    try {
      apply.immediate(change);
      isCommitted = true;
    } finally {
      pairs.ended(isCommitted);
    }
  };
}

/** A cycle takes dust over when its start buy fills and leaves some when its sale ends; a reset forgets it (no cycle). */
const dustCycle = (change: ChangeSet, dust: DustChange): number | null =>
  (dust.base.startsWith('-') || dust.cost.startsWith('-') ? change.cycle : change.closedCycle)?.id ?? null;

/** As if they had come to the pair from nowhere and the cycle had taken them over: the pair's own dust stays as it is. */
const takenInRows = ({ symbol, cycleId, base, cost }: NonNullable<ChangeSet['takenIn']>, epochMs: number) => [
  { symbol, cycle_id: null, base: text(base), cost: text(cost), epoch_ms: epochMs },
  {
    symbol,
    cycle_id: cycleId,
    base: text(ZERO.minus(base)),
    cost: text(ZERO.minus(cost)),
    epoch_ms: epochMs,
  },
];

const MUTABLE_INTENT_COLUMNS = INTENT_COLUMNS.filter((column) => column !== 'id');

function prepare(db: Database) {
  return {
    epoch: db.prepare<[], number>('SELECT epoch FROM lease').pluck(),
    trading: db.prepare<[number]>('UPDATE engine SET trading = ?'),
    dust: db.prepare<[object]>(insertSql('dust', ['symbol', 'cycle_id', 'base', 'cost', 'epoch_ms'])),
    cycle: db.prepare<[CycleRow]>(upsertSql('cycle', 'id', CYCLE_COLUMNS)),
    position: db.prepare<[object]>(
      upsertSql('position', 'cycle_id', [...POSITION_COLUMNS, 'mode', 'exchange', 'account']),
    ),
    // Values by their place, in the order of the columns: an order waits for this row, and names cost a look-up each.
    intent: db.prepare<[readonly unknown[], string, string, string]>(
      insertByPlaceSql('intent', [...INTENT_COLUMNS, 'mode', 'exchange', 'account']),
    ),
    // Every column, so that a caller who changes what is frozen is refused and not ignored.
    move: db.prepare<[object]>(
      `UPDATE intent SET ${MUTABLE_INTENT_COLUMNS.map((c) => `${c} = @${c}`).join(', ')}
       WHERE id = @id AND state = @from`,
    ),
    stateOf: db.prepare<[number], string>('SELECT state FROM intent WHERE id = ?').pluck(),
    fill: db.prepare<[FillRow & { exchange: string }]>(insertSql('fill', [...FILL_COLUMNS, 'exchange'])),
    journal: db.prepare<[number, string | null, string, string]>(
      'INSERT INTO journal (epoch_ms, symbol, event, details) VALUES (?, ?, ?, ?)',
    ),
  };
}
