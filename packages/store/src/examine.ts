import { errorText } from '@mtrade/base';
import type { Database } from 'better-sqlite3';
import { createAudit } from './audit.js';
import type { Queries } from './queries.js';
import { schemaDamage } from './schema/intact.js';

/** Something in the books that must not be. Found by looking only; nothing is mended here. */
export interface BooksFault {
  readonly kind:
    | 'integrity'
    | 'schema'
    | 'unreadable'
    | 'sum'
    | 'two-cycles'
    | 'two-open-intents'
    | 'two-fills'
    | 'late-fill';
  readonly symbol: string | null;
  readonly detail: string;
}

/**
 * Everything that can be wrong inside the books, each finding by itself: what `load` and `audit` throw at the first
 * difference is collected here. The constraints of the schema should make most of it impossible; this looks whether
 * they are there and whether they have held, by queries that do not rely on them.
 */
export function examineBooks(db: Database, queries: Queries): readonly BooksFault[] {
  return [...integrityFaults(db), ...schemaFaults(db), ...sumFaults(db, queries), ...duplicateFaults(db)];
}

function integrityFaults(db: Database): BooksFault[] {
  const pages = db.pragma('integrity_check(20)') as { integrity_check: string }[];
  const links = db.pragma('foreign_key_check') as { table: string; parent: string }[];
  return [
    ...pages.map((row) => row.integrity_check).filter((word) => word !== 'ok'),
    ...links.slice(0, 20).map(({ table, parent }) => `a row of ${table} points to no row of ${parent}`),
  ].map((detail) => ({ kind: 'integrity', symbol: null, detail }));
}

/** An index or trigger that somebody dropped or changed. */
const schemaFaults = (db: Database): BooksFault[] =>
  schemaDamage(db).map((detail) => ({ kind: 'schema', symbol: null, detail }));

function sumFaults(db: Database, queries: Queries): BooksFault[] {
  const audit = createAudit(db);
  const faults: BooksFault[] = [];
  const judge = <T>(rows: readonly T[], symbolOf: (row: T) => string, check: (row: T) => void): void => {
    for (const row of rows) {
      try {
        check(row);
      } catch (error) {
        const symbol = symbolOf(row);
        const words = errorText(error).replace(/^contradiction: /, '');
        const detail = words.startsWith(symbol) ? words.slice(symbol.length).replace(/^[:, ]+/, '') : words;
        faults.push({ kind: 'sum', symbol, detail });
      }
    }
  };
  try {
    judge(queries.pairs(), (pair) => pair.symbol, audit.pair);
    const cycles = queries.closedCycles({ limit: Number.MAX_SAFE_INTEGER });
    judge(cycles, (cycle) => cycle.symbol, audit.closedCycle);
  } catch (error) {
    faults.push({
      kind: 'unreadable',
      symbol: null,
      detail: `a row cannot be read back: ${errorText(error)}`,
    });
  }
  return faults;
}

/** Each query answers one row per pair that breaks the promise. */
const DUPLICATES: readonly (readonly [kind: BooksFault['kind'], sql: string])[] = [
  [
    'two-cycles',
    `SELECT symbol, count(*) || ' running cycles: numbers ' || group_concat(number, ', ') AS detail
     FROM (SELECT symbol, number FROM cycle WHERE +closed_ms IS NULL ORDER BY id)
     GROUP BY symbol HAVING count(*) > 1`,
  ],
  [
    'two-open-intents',
    `SELECT symbol, count(*) || ' open ' || side || ' orders: ' || group_concat(client_order_id, ', ') AS detail
     FROM (SELECT symbol, side, client_order_id FROM intent WHERE +closed_ms IS NULL ORDER BY id)
     GROUP BY symbol, side HAVING count(*) > 1`,
  ],
  [
    'two-fills',
    `SELECT symbol, 'cycle ' || number || ', row ' || step || ' was bought ' || count(*) || ' times: '
              || group_concat(client_order_id, ', ') AS detail
     FROM (SELECT i.symbol, i.step, i.client_order_id, c.id AS cycle_id, c.number FROM intent AS i
           JOIN cycle AS c ON c.id = i.cycle_id
           WHERE i.side = 'buy' AND EXISTS (SELECT 1 FROM fill AS f WHERE f.intent_id = i.id) ORDER BY i.id)
     GROUP BY cycle_id, step HAVING count(*) > 1`,
  ],
  [
    'late-fill',
    `SELECT symbol, client_order_id || ' ended as ' || state || ' and has trades all the same' AS detail
     FROM intent AS i WHERE state IN ('REJECTED', 'NEVER', 'KILLED')
       AND EXISTS (SELECT 1 FROM fill AS f WHERE f.intent_id = i.id)`,
  ],
];

const duplicateFaults = (db: Database): BooksFault[] =>
  DUPLICATES.flatMap(([kind, sql]) =>
    db
      .prepare<[], { symbol: string; detail: string }>(sql)
      .all()
      .map((row) => ({ kind, ...row })),
  );
