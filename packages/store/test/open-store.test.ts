import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MtradeError } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { openStore } from '@mtrade/store';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { growWal } from '../src/grow-wal.js';
import { requireSqlite } from '../src/connection.js';
import { clock, newPath, NOW, open, temporaryDirectory, thrownBy, Trader, withSql } from './books.js';

const refusal = (path: string, changes = {}): MtradeError =>
  thrownBy(() => open(path, changes)) as MtradeError;

describe('durability', () => {
  test('every open has WAL, full sync and the safety settings, the second one too (fact J)', () => {
    const path = newPath();
    const wanted = {
      journal_mode: 'wal',
      synchronous: 2,
      foreign_keys: 1,
      busy_timeout: 2_000,
      trusted_schema: 0,
      cell_size_check: 1,
      mmap_size: 0,
    };
    for (const round of [1, 2, 3]) {
      const store = open(path);
      expect([round, store.facts().pragmas]).toEqual([round, wanted]);
      store.close();
    }
  });

  test('a SQLite with the WAL corruption bug is refused (fact Q)', () => {
    for (const version of ['3.51.2', '3.7.17', '3.50.99', '2.99.99'])
      expect(() => requireSqlite(version, 'x.db')).toThrow(/3\.51\.3 or newer/);
    for (const version of ['3.51.3', '3.53.2', '4.0.0', '3.100.0'])
      expect(() => requireSqlite(version, 'x.db')).not.toThrow();
  });

  test('the file and its log are for their owner only', () => {
    const path = newPath();
    open(path);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a WAL grown ahead has room for all commits, and nothing of it reaches the books, nor a copy made at that moment', () => {
    const path = newPath();
    const wal = (): number => statSync(`${path}-wal`).size;
    const store = open(path, { growWal: true });
    const grown = wal();
    expect(grown).toBeGreaterThan(1_000 * 4_096);
    expect(statSync(path).size).toBeLessThan(grown / 4);

    const trader = new Trader(store);
    trader.startCycle();
    expect(wal()).toBe(grown);

    // What a power cut leaves: the files as they lie there. The grown part must not be read as commits.
    const copy = newPath();
    for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
    expect(open(copy).queries.intents()).toEqual(store.queries.intents());
    withSql(copy, (db) => {
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'wal_growth'").all()).toEqual([]);
    });
    expect(store.facts().pragmas['synchronous']).toBe(2);
  });

  test('P25: a disk without room for the grown WAL is no reason not to open the books', () => {
    const path = newPath();
    open(path).close();
    const db = new SqliteDatabase(path);
    db.pragma('journal_mode = WAL');
    const pages = db.pragma('page_count', { simple: true }) as number;
    // SQLite's own bound stands for the disk's: both come as SQLITE_FULL.
    db.pragma(`max_page_count = ${pages + 2}`);
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (_: unknown, message: string) => void warnings.push(message) };
    const before = db.pragma('cache_size', { simple: true });
    growWal(db, log);
    expect(warnings).toEqual(['the WAL could not be grown ahead; commits will be slower']);
    expect(db.inTransaction).toBe(false);
    expect(db.pragma('cache_size', { simple: true })).toBe(before);
    db.close();
  });

  test('what was committed is there after a restart, thirty days later (scenario 46)', () => {
    const path = newPath();
    const first = open(path);
    const trader = new Trader(first);
    trader.startCycle();
    first.close();

    const late = { ...clock, epochMs: () => (NOW + 30 * 86_400_000) as typeof NOW };
    const second = openStore({ path, mode: 'paper', exchange: 'gate', account: 'paper' }, { clock: late });
    const [pair] = second.load().pairs;
    second.close();

    expect(pair).toEqual(trader.pair);
  });
});

describe('a start takes the books over', () => {
  test('epoch and nonce are new at every open, the install id is for ever', () => {
    const path = newPath();
    const [a, b] = [open(path), open(path)].map((store) => store.load());

    expect(b?.epoch).toBe((a?.epoch ?? 0) + 1);
    expect(b?.startNonce).not.toBe(a?.startNonce);
    expect(b?.installId).toBe(a?.installId);
    expect(a?.installId).toMatch(/^[0-9a-z]{4}$/);
  });

  test('with a seed the ids repeat themselves', () => {
    const ids = [newPath(), newPath()].map((path) => {
      const { installId, startNonce } = open(path, { installIdSeed: 'seed' }).load();
      return [installId, startNonce];
    });
    expect(ids[0]).toEqual(ids[1]);
  });

  test('the lease names the process', () => {
    const path = newPath();
    open(path, { process: { pid: 77, bootId: 'boot', processStart: '123' } });
    const lease = withSql(path, (db) => db.prepare('SELECT pid, boot_id, process_start FROM lease').get());
    expect(lease).toEqual({ pid: 77, boot_id: 'boot', process_start: '123' });
  });
});

const firstTrigger = (db: Parameters<Parameters<typeof withSql>[1]>[0]): string =>
  db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().get() as string;

describe('refused, untouched and never created anew (scenario 45, P29)', () => {
  /** Closed books with a few cycles in them. */
  function soundBooks(): string {
    const path = newPath();
    const store = open(path);
    const trader = new Trader(store);
    trader.startCycle();
    store.close();
    return path;
  }

  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['garbage', (path) => writeFileSync(path, 'this is no database'.repeat(500))],
    ['an empty file', (path) => truncateSync(path, 0)],
    ['half a page', (path) => truncateSync(path, 2_000)],
    ['half the file', (path) => truncateSync(path, Math.floor(statSync(path).size / 8_192) * 4_096)],
    ['a damaged header', (path) => overwrite(path, 5, Buffer.from('xxxx'))],
    [
      'another letter in the condition of the index that allows one open order',
      (path) => {
        const image = readFileSync(path);
        overwrite(path, image.indexOf('SUBMITTED', image.indexOf('UNIQUE INDEX')), Buffer.from('SUBMITTEE'));
      },
    ],
    [
      'a trigger that somebody has dropped',
      (path) => withSql(path, (db) => db.exec('DROP TRIGGER ' + firstTrigger(db))),
    ],
    ['a damaged page', (path) => overwrite(path, 4_096 * 3, Buffer.alloc(512, 0xff))],
  ];

  test.each(damages)('%s', (_, damage) => {
    const path = soundBooks();
    damage(path);
    const before = readFileSync(path);

    const error = refusal(path);

    expect(error).toMatchObject({ code: 'MTRADE_DATABASE', exitCode: 74 });
    expect(error.message).toContain(path);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(['mtrade.db']);
  });

  test('a flipped bit: refused with a clear error, or the sums of the money are what they were', () => {
    const path = soundBooks();
    const sound = readFileSync(path);
    const expected = moneyIn(path);
    const outcomes = new Set<string>();
    const wrong: unknown[] = [];
    for (let round = 0; round < 60; round += 1) {
      const offset = (round * 7_919 + 13) % sound.length;
      const image = Buffer.from(sound);
      image[offset] = (image[offset] ?? 0) ^ (1 << (round % 8));
      writeFileSync(path, image);
      const outcome = outcomeOf(() => moneyIn(path));
      const isRefusal = outcome instanceof MtradeError && outcome.message.includes(path);
      const isSame = JSON.stringify(outcome) === JSON.stringify(expected);
      if (!isRefusal && !isSame) wrong.push([`bit ${round % 8} of byte ${offset}`, outcome]);
      outcomes.add(isRefusal ? 'refused' : 'loaded');
      for (const file of [`${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    }
    expect(wrong).toEqual([]);
    expect([...outcomes].sort()).toEqual(['loaded', 'refused']);
  });

  test('a database that is missing while its write-ahead log is there', () => {
    const path = newPath();
    writeFileSync(`${path}-wal`, 'committed rows');
    expect(refusal(path)).toMatchObject({ code: 'MTRADE_DATABASE' });
    expect(existsSync(path)).toBe(false);
  });

  test('a newer schema, naming both versions (P32)', () => {
    const path = soundBooks();
    withSql(path, (db) => db.pragma('user_version = 99'));
    const error = refusal(path);
    expect(error).toMatchObject({ code: 'MTRADE_DATABASE', exitCode: 74 });
    expect(error.message).toMatch(/newer mtrade \(schema 99, this version knows \d+\)/);
  });

  test("somebody else's SQLite file", () => {
    const path = newPath();
    withSql(path, (db) => db.exec('CREATE TABLE notes (text TEXT)'));
    expect(refusal(path)).toMatchObject({ code: 'MTRADE_DATABASE' });
    expect(withSql(path, (db) => db.prepare('SELECT count(*) AS n FROM notes').get())).toEqual({ n: 0 });
  });

  test.each([
    ['mode', { mode: 'live' }],
    ['exchange.id', { exchange: 'binance' }],
    ['account', { account: 'other' }],
  ])('books of another %s (C10)', (key, changes) => {
    const path = soundBooks();
    const error = refusal(path, changes);
    expect(error).toMatchObject({ code: 'MTRADE_CONFIG', exitCode: 78, facts: { key } });
    expect(error.message).toContain(path);
  });

  test('a directory that does not exist: named, and not created', () => {
    const path = join(temporaryDirectory(), 'missing', 'mtrade.db');
    const error = refusal(path);
    expect(error).toBeInstanceOf(MtradeError);
    expect(error.message).toContain(path);
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('a half-made draft of a killed first start is no obstacle', () => {
    const path = newPath();
    writeFileSync(`${path}.new`, 'half');
    open(path);
    expect(readdirSync(dirname(path)).sort()).toEqual(['mtrade.db', 'mtrade.db-shm', 'mtrade.db-wal']);
  });
});

/** Everything that stands for money in what is loaded, as text. */
function moneyIn(path: string): string[] {
  const store = openStore({ path, mode: 'paper', exchange: 'gate', account: 'paper' }, { clock });
  try {
    return store
      .load()
      .pairs.flatMap(({ cycle, dust, realizedProfit }) =>
        [cycle?.baseVolume, cycle?.invested, cycle?.proceeds, dust.base, dust.cost, realizedProfit].map(
          String,
        ),
      );
  } finally {
    store.close();
  }
}

function outcomeOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

function overwrite(path: string, offset: number, bytes: Buffer): void {
  const image = readFileSync(path);
  bytes.copy(image, offset);
  writeFileSync(path, image);
}

test('a foreign program that keeps the file locked is named as busy, and nothing is written (P28)', () => {
  const path = newPath();
  const store = open(path);
  const trader = new Trader(store);
  const foreign = new SqliteDatabase(path);
  foreign.exec('BEGIN IMMEDIATE');

  const error = thrownBy(() => trader.place()) as MtradeError;
  foreign.close();

  expect(error).toMatchObject({ code: 'MTRADE_DATABASE', facts: { busy: true } });
  expect(store.queries.intents()).toEqual([]);
});
