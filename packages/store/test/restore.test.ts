import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMtradeError, type MtradeError } from '@mtrade/base';
import { backupDatabase, openReader, openStore, restoreDatabase } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../src/schema/migrations.js';
import {
  clock,
  limit,
  newPath,
  NOW,
  open,
  SYMBOL,
  temporaryDirectory,
  thrownBy,
  Trader,
  withSql,
} from './books.js';

const IDENTITY = { mode: 'paper', exchange: 'gate', account: 'paper' } as const;
const LATER = NOW + 86_400_000;

/** Books with one cycle, a backup of them, and what was traded after it. */
async function tradedOn(): Promise<{ path: string; backup: string; nonces: string[] }> {
  const path = newPath();
  const store = open(path);
  const trader = new Trader(store);
  trader.startCycle();
  const backup = join(temporaryDirectory(), 'copy.db');
  await backupDatabase(path, backup);
  trader.sell('0.9');
  const nonces = [store.load().startNonce];
  store.close();
  return { path, backup, nonces };
}

const restore = (path: string, file: string, changes = {}) =>
  restoreDatabase({ path, file, ...IDENTITY, nowMs: LATER, ...changes });

const refusal = async (work: Promise<unknown>): Promise<MtradeError> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught as MtradeError,
  );
  if (error === null) throw new Error('nothing was refused');
  return error;
};

describe('a restore', () => {
  test('brings the backup back, keeps what was there, and marks every pair', async () => {
    const { path, backup } = await tradedOn();
    const image = readFileSync(path);

    const { aside, booksMs } = await restore(path, backup);

    const reader = openReader({ path });
    expect(reader?.age().changedMs).toBeLessThanOrEqual(booksMs);
    reader?.close();
    const store = open(path);
    expect(store.queries.intents()).toHaveLength(1);
    expect(store.load().pairs[0]?.attention).toMatch(/^restored:/);
    expect(store.restored()).toEqual({ booksMs, restoredMs: LATER });
    expect(booksMs).toBeGreaterThanOrEqual(NOW);
    expect(booksMs).toBeLessThan(LATER);
    expect(readFileSync(aside ?? '').equals(image)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('lets no order out, buy or sale, until the pair is cleared', async () => {
    const { path, backup } = await tradedOn();
    await restore(path, backup);
    const trader = new Trader(open(path));
    const sale = trader.draft(limit('sell', 0, '0.9', '101'));

    const refused = thrownBy(() => trader.store.commit(sale.change));
    expect(isMtradeError(refused, 'MTRADE_COMMAND')).toBe(true);

    trader.pair = { ...trader.pair, attention: null };
    expect(() => trader.place(limit('sell', 0, '0.9', '101'))).not.toThrow();
  });

  test('goes on with a higher epoch and another nonce than any life before (P31)', async () => {
    const { path, backup, nonces } = await tradedOn();
    const before = withSql(path, (db) => db.prepare('SELECT epoch FROM lease').pluck().get() as number);

    await restore(path, backup);
    const store = open(path);

    expect(store.epoch).toBeGreaterThan(before);
    expect(nonces).not.toContain(store.load().startNonce);
  });

  test('folds the log of a killed engine into the books that it keeps', async () => {
    const { path, backup } = await tradedOn();
    const killed = open(path);
    new Trader(killed).sell('0.01');
    // What a SIGKILL leaves: the log is still there.
    const saved = [path, `${path}-wal`].map((file) => [file, readFileSync(file)] as const);
    killed.close();
    for (const [file, bytes] of saved) writeFileSync(file, bytes);

    const { aside } = await restore(path, backup);

    expect(withSql(aside ?? '', (db) => db.prepare('SELECT count(*) FROM intent').pluck().get())).toBe(3);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test('replaces a damaged file, and one that is missing', async () => {
    const { path, backup } = await tradedOn();
    writeFileSync(path, 'no database at all');
    expect((await restore(path, backup)).aside).not.toBeNull();
    const empty = newPath();
    expect((await restore(empty, backup)).aside).toBeNull();
    expect(open(empty).queries.intents()).toHaveLength(1);
  });

  test('refuses a damaged or newer backup and touches nothing', async () => {
    const { path, backup } = await tradedOn();
    const before = readFileSync(path);
    const newer = join(temporaryDirectory(), 'newer.db');
    await backupDatabase(path, newer);
    withSql(newer, (db) => db.pragma(`user_version = ${MIGRATIONS.length + 1}`));
    const bytes = readFileSync(backup);
    for (let page = 2; page < 12; page += 1) bytes.fill(0xff, page * 4_096 + 8, page * 4_096 + 300);
    writeFileSync(backup, bytes);

    const broken = await refusal(restore(path, backup));
    expect(broken.code).toBe('MTRADE_DATABASE');
    expect(broken.message).toMatch(`the backup ${backup} is damaged: `);
    expect(broken.message).toContain(`${path} is as it was`);
    expect(broken.message).not.toContain('.restoring');
    const refused = await refusal(restore(path, newer));
    expect(refused.code).toBe('MTRADE_DATABASE');
    expect(refused.message).toMatch(/newer mtrade/);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(['mtrade.db']);
  });

  test('refuses books of another mode, account or installation, unless forced', async () => {
    const { path, backup } = await tradedOn();
    expect((await refusal(restore(path, backup, { mode: 'live' }))).code).toBe('MTRADE_CONFIG');
    expect((await refusal(restore(path, backup, { account: 'other' }))).code).toBe('MTRADE_CONFIG');
    const foreign = newPath();
    open(foreign).close();
    const refused = await refusal(restore(foreign, backup));
    expect(refused.message).toMatch(/another installation/);

    await restore(foreign, backup, { force: true });
    expect(open(foreign).queries.intents()).toHaveLength(1);
  });

  test('that was interrupted stops every start until it is repeated', async () => {
    const { path, backup } = await tradedOn();
    await restore(path, backup);
    renameSync(path, `${path}.restoring`);

    const refused = thrownBy(() => openStore({ path, ...IDENTITY }, { clock })) as MtradeError;
    expect(refused.message).toMatch(/interrupted/);
    expect(existsSync(path)).toBe(false);

    await restore(path, backup);
    expect(open(path).load().pairs[0]?.symbol).toBe(SYMBOL);
  });
});
