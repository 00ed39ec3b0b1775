import { V1 } from './v1.js';
import { V2 } from './v2.js';

/** Append only. A released migration is never edited; index + 1 is PRAGMA user_version. */
export const MIGRATIONS: readonly string[] = [V1, V2];

/** PRAGMA application_id, "mTrd": tells our database from any other SQLite file. */
export const APPLICATION_ID = 0x6d_54_72_64;
