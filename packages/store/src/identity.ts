import { MtradeError } from '@mtrade/base';
import type { Database } from 'better-sqlite3';

/** Whose books these are. Written once, when the file is made. */
export interface Identity {
  readonly mode: 'paper' | 'testnet' | 'live';
  readonly exchange: string;
  /** Name of the account at the exchange, never a key: one pair of books belongs to one account. */
  readonly account: string;
}

export interface StoredIdentity extends Identity {
  readonly installId: string;
  readonly createdMs: number;
}

export const readIdentity = (db: Database): StoredIdentity | undefined =>
  db
    .prepare<[], StoredIdentity>(
      'SELECT mode, exchange, account, install_id AS installId, created_ms AS createdMs FROM meta',
    )
    .get();

export function writeIdentity(
  db: Database,
  identity: Identity & { installId: string; createdMs: number },
): void {
  db.prepare(
    `INSERT INTO meta (id, install_id, mode, exchange, account, created_ms)
     VALUES (1, @installId, @mode, @exchange, @account, @createdMs)`,
  ).run(identity);
  db.prepare('INSERT INTO engine (id, trading) VALUES (1, 1)').run();
}

/** Paper books never see a live order and the other way round; nor do two accounts share one ledger (C10). */
export function requireSame(stored: StoredIdentity, wanted: Identity, path: string): void {
  const keys = { mode: 'mode', exchange: 'exchange.id', account: 'account' } as const;
  for (const name of ['mode', 'exchange', 'account'] as const)
    if (stored[name] !== wanted[name])
      throw new MtradeError(
        'MTRADE_CONFIG',
        `${path} holds the books of ${keys[name]} "${stored[name]}", the configuration says "${wanted[name]}". ` +
          `Use another data_dir for it; books are never converted.`,
        { key: keys[name], file: path },
      );
}
