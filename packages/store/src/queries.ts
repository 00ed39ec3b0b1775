import { MtradeError } from '@mtrade/base';
import type { Cycle, Intent, PairState, Position } from '@mtrade/cycle';
import { OPEN_INTENT_STATES, OPEN_POSITION_STATES } from '@mtrade/cycle';
import type { ClosedIntent, IntentKey, JournalEntry, StopKey } from '@mtrade/engine';
import { text } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { epoch } from './rows/columns.js';
import {
  closedCycleFromRow,
  cycleFromRow,
  type CycleRow,
  type PairClosedCycle,
  type PairCycle,
} from './rows/cycle-row.js';
import { type BookedFill, fillFromRow, type FillRow } from './rows/fill-row.js';
import { intentFromRow, type IntentRow } from './rows/intent-row.js';
import { pairFromRow, type PairRow } from './rows/pair-row.js';
import { type PairPosition, positionFromRow, type PositionRow } from './rows/position-row.js';
import { schemaVersion } from './migrate.js';
import {
  CYCLE_COLUMNS,
  FILL_COLUMNS,
  INTENT_COLUMNS,
  JOURNAL_COLUMNS,
  PAIR_COLUMNS,
  POSITION_COLUMNS,
} from './rows/sql.js';
import { LATER_COLUMNS, WITH_STOPS } from './schema/migrations.js';

/** What a look at history is limited to. Every bound may be missing; `limit` defaults to 100 and the newest come first. */
export interface HistoryFilter {
  readonly symbol?: string;
  /** Unix ms, inclusive. */
  readonly sinceMs?: number;
  /** Unix ms, exclusive. */
  readonly untilMs?: number;
  readonly limit?: number;
}

export interface FillFilter extends HistoryFilter {
  readonly cycleId?: number;
}

export interface IntentFilter extends HistoryFilter {
  readonly openOnly?: boolean;
}

export interface JournalFilter extends HistoryFilter {
  /** An event, or its first words: `order` finds `order.intent` and `order.filled`. */
  readonly event?: string;
  /** Only lines after this one: to follow the journal. */
  readonly afterId?: number;
}

export interface JournalLine extends JournalEntry {
  readonly id: number;
}

/** Everything that can be asked of the books. The writer and the reader answer with the same code. */
export interface Queries {
  readonly pairs: () => readonly PairState[];
  readonly trading: () => boolean;
  readonly cycle: (id: number) => PairCycle | PairClosedCycle | null;
  readonly closedCycles: (filter?: HistoryFilter) => readonly PairClosedCycle[];
  readonly intents: (filter?: IntentFilter) => readonly Intent[];
  /** An intent that has ended, with its trades; null when it is open or not there. */
  readonly closedIntent: (key: IntentKey) => ClosedIntent | null;
  /** Positions that want a protective stop, open and ended. */
  readonly positions: (filter?: HistoryFilter) => readonly PairPosition[];
  /** Stops of a pair, open and ended, by the exchange's id of one or by their price. */
  readonly stopIntents: (symbol: string, key: StopKey) => readonly Intent[];
  readonly fills: (filter?: FillFilter) => readonly BookedFill[];
  readonly journal: (filter?: JournalFilter) => readonly JournalLine[];
}

const OPEN = OPEN_INTENT_STATES.map((state) => `'${state}'`).join(', ');
const OPEN_POSITIONS = OPEN_POSITION_STATES.map((state) => `'${state}'`).join(', ');
const DEFAULT_LIMIT = 100;

export function createQueries(db: Database): Queries {
  const version = schemaVersion(db);
  const hasStops = version >= WITH_STOPS;
  const [pairColumns, positionColumns, intentColumns] = [PAIR_COLUMNS, POSITION_COLUMNS, INTENT_COLUMNS].map(
    (columns) => columns.map((column) => columnIn(version, column)),
  ) as [string[], string[], string[]];
  const selectAll = <Row>(table: string, columns: readonly string[], tail: string): (() => Row[]) => {
    const statement = db.prepare<[], Row>(`SELECT ${columns.join(', ')} FROM ${table} ${tail}`);
    return () => statement.all();
  };
  const pairRows = selectAll<PairRow>('pair', pairColumns, 'ORDER BY rowid');
  const openCycleRows = selectAll<CycleRow>('cycle', CYCLE_COLUMNS, `WHERE state IN ('buying', 'active')`);
  const openIntentRows = selectAll<IntentRow>(
    'intent',
    intentColumns,
    `WHERE state IN (${OPEN}) ORDER BY id`,
  );
  const cycleRow = db.prepare<[number], CycleRow>(
    `SELECT ${CYCLE_COLUMNS.join(', ')} FROM cycle WHERE id = ?`,
  );
  const intentRow = (column: 'id' | 'client_order_id') =>
    db.prepare<[number | string], IntentRow>(
      `SELECT ${intentColumns.join(', ')} FROM intent WHERE ${column} = ? AND state NOT IN (${OPEN})`,
    );
  const endedById = intentRow('id');
  const endedByName = intentRow('client_order_id');
  const fillsOfIntent = db.prepare<[number, number], FillRow>(
    `SELECT ${FILL_COLUMNS.join(', ')} FROM fill WHERE cycle_id = ? AND intent_id = ?`,
  );
  const trading = db.prepare<[], number>('SELECT trading FROM engine').pluck();

  const openPositionRows = hasStops
    ? selectAll<PositionRow>('position', positionColumns, `WHERE state IN (${OPEN_POSITIONS})`)
    : () => [];
  const stopRows = (column: 'stop_id' | 'trigger_price') =>
    db.prepare<[string, string], IntentRow>(
      `SELECT ${intentColumns.join(', ')} FROM intent WHERE symbol = ? AND ${column} = ? AND trigger_price IS NOT NULL`,
    );
  const stops = hasStops ? { byId: stopRows('stop_id'), byPrice: stopRows('trigger_price') } : null;

  const pairs = (): PairState[] => {
    const cycles = new Map<string, Cycle>();
    for (const row of openCycleRows()) cycles.set(row.symbol, cycleFromRow(row));
    const positions = new Map<string, Position>();
    for (const row of openPositionRows()) positions.set(row.symbol, positionFromRow(row));
    const intents = new Map<string, Intent[]>();
    for (const row of openIntentRows()) {
      const list = intents.get(row.symbol) ?? [];
      list.push(intentFromRow(row));
      intents.set(row.symbol, list);
    }
    return pairRows().map((row) =>
      pairFromRow(
        row,
        cycles.get(row.symbol) ?? null,
        positions.get(row.symbol) ?? null,
        intents.get(row.symbol) ?? [],
      ),
    );
  };

  const history = <Row>(
    table: string,
    columns: readonly string[],
    time: string,
    order: string,
    filter: HistoryFilter,
    more: readonly Condition[],
  ): Row[] => {
    const conditions = [
      when(filter.symbol, 'symbol = ?'),
      when(filter.sinceMs, `${time} >= ?`),
      when(filter.untilMs, `${time} < ?`),
      ...more,
    ].filter((condition) => condition !== null);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
    return db
      .prepare<unknown[], Row>(
        `SELECT ${columns.join(', ')} FROM ${table} ${where} ORDER BY ${order} LIMIT ?`,
      )
      .all(...conditions.flatMap(([, values]) => values), limitOf(filter));
  };

  return {
    pairs,
    trading: () => trading.get() === 1,
    cycle: (id) => {
      const row = cycleRow.get(id);
      if (!row) return null;
      return row.closed_ms === null ? { ...cycleFromRow(row), symbol: row.symbol } : closedCycleFromRow(row);
    },
    closedIntent: (key) => {
      const row = 'id' in key ? endedById.get(key.id) : endedByName.get(key.clientOrderId);
      if (!row) return null;
      const fills = fillsOfIntent.all(row.cycle_id, row.id).map((fill) => fillFromRow(fill).fill);
      return { intent: intentFromRow(row), fills };
    },
    closedCycles: (filter = {}) =>
      history<CycleRow>('cycle', CYCLE_COLUMNS, 'closed_ms', 'closed_ms DESC, id DESC', filter, [
        ['closed_ms IS NOT NULL', []],
      ]).map(closedCycleFromRow),
    intents: (filter = {}) =>
      history<IntentRow>('intent', intentColumns, 'created_ms', 'id DESC', filter, [
        filter.openOnly === true ? [`state IN (${OPEN})`, []] : null,
      ]).map(intentFromRow),
    positions: (filter = {}) =>
      hasStops
        ? history<PositionRow>('position', positionColumns, 'opened_ms', 'cycle_id DESC', filter, []).map(
            (row) => ({ ...positionFromRow(row), symbol: row.symbol }),
          )
        : [],
    stopIntents: (symbol, key) => {
      const rows =
        'stopId' in key
          ? stops?.byId.all(symbol, key.stopId)
          : stops?.byPrice.all(symbol, text(key.triggerPrice));
      return (rows ?? []).map(intentFromRow);
    },
    fills: (filter = {}) =>
      history<FillRow>(
        'fill',
        FILL_COLUMNS,
        'epoch_ms',
        'epoch_ms DESC, intent_id DESC, trade_id DESC',
        filter,
        [when(filter.cycleId, 'cycle_id = ?')],
      ).map(fillFromRow),
    journal: (filter = {}) =>
      history<JournalRow>('journal', JOURNAL_COLUMNS, 'epoch_ms', 'id DESC', filter, [
        filter.event === undefined
          ? null
          : [
              `(event = ? OR substr(event, 1, length(?)) = ?)`,
              [filter.event, `${filter.event}.`, `${filter.event}.`],
            ],
        when(filter.afterId, 'id > ?'),
      ]).map(journalFromRow),
  };
}

/** Older books are read as if their later columns said nothing. */
function columnIn(version: number, column: string): string {
  const later = LATER_COLUMNS[column];
  return later === undefined || version >= later[0] ? column : `${later[1]} AS ${column}`;
}

type Condition = readonly [sql: string, values: readonly unknown[]] | null;

const when = (value: unknown, sql: string): Condition => (value === undefined ? null : [sql, [value]]);

function limitOf({ limit = DEFAULT_LIMIT }: HistoryFilter): number {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new MtradeError('MTRADE_USAGE', `limit must be a whole number above 0, not ${limit}`, {});
  return limit;
}

interface JournalRow {
  readonly id: number;
  readonly epoch_ms: number;
  readonly symbol: string | null;
  readonly event: string;
  readonly details: string;
}

const journalFromRow = (row: JournalRow): JournalLine => ({
  id: row.id,
  epochMs: epoch(row.epoch_ms),
  symbol: row.symbol,
  event: row.event,
  details: JSON.parse(row.details) as Record<string, unknown>,
});
