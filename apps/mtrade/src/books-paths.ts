import { join } from 'node:path';

/** Where the engine keeps its books. */
export const databasePath = (dataDir: string): string => join(dataDir, 'mtrade.db');

/** The books' own name of the account, whatever keys it has. */
export const ACCOUNT = 'main';
