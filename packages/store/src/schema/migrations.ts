import { V1 } from './v1.js';
import { V2 } from './v2.js';
import { V3 } from './v3.js';
import { V4 } from './v4.js';
import { V5 } from './v5.js';
import { V6 } from './v6.js';

/** Append only. A released migration is never edited; index + 1 is PRAGMA user_version. */
export const MIGRATIONS: readonly string[] = [V1, V2, V3, V4, V5, V6];

/** The version that has stops and positions; older books are read as if they had none. */
export const WITH_STOPS = 3;

/** Columns that came in later: version, and what stands for them in older books. */
export const LATER_COLUMNS: Readonly<Record<string, readonly [version: number, instead: string]>> = {
  trigger_price: [WITH_STOPS, 'NULL'],
  stop_id: [WITH_STOPS, 'NULL'],
  sell_until_ms: [5, 'NULL'],
  stop_outs: [5, '0'],
  last_exit: [5, 'NULL'],
};

/** PRAGMA application_id, "mTrd": tells our database from any other SQLite file. */
export const APPLICATION_ID = 0x6d_54_72_64;
