import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isMtradeError } from '@mtrade/base';
import type { PairState } from '@mtrade/cycle';
import {
  backupDatabase,
  backupName,
  listBackups,
  openReader,
  pruneBackups,
  type Reader,
} from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { migrate } from '../src/migrate.js';
import { MIGRATIONS } from '../src/schema/migrations.js';
import { limit, newPath, NOW, open, SYMBOL, temporaryDirectory, Trader, withSql } from './books.js';

const look = <T>(path: string, action: (reader: Reader) => T): T => {
  const reader = openReader({ path }) as Reader;
  try {
    return action(reader);
  } finally {
    reader.close();
  }
};
const orderIds = (path: string): string[] =>
  look(path, (reader) => reader.intents().map((intent) => intent.clientOrderId));

/** A book that takes many steps to copy, so that commits fall between them. */
const thicken = (path: string): void =>
  withSql(path, (db) => {
    const insert = db.prepare(`INSERT INTO journal (epoch_ms, event, details) VALUES (1, 'padding', ?)`);
    db.transaction(() => {
      for (let row = 0; row < 3_000; row += 1)
        insert.run(JSON.stringify({ text: randomBytes(2_000).toString('hex') }));
    })();
  });

describe('a backup', () => {
  test('holds one moment of the books while an engine commits, and does not hold it up', async () => {
    const path = newPath();
    const store = open(path);
    const trader = new Trader(store);
    trader.startCycle();
    thicken(path);
    const target = join(temporaryDirectory(), 'deep', 'copy.db');

    const before = orderIds(path);
    const copying = backupDatabase(path, target);
    trader.place(limit('sell', 0, '0.9', '101'));
    const { pages } = await copying;

    expect(pages).toBeGreaterThan(2_000);
    expect(orderIds(target)).toEqual(before);
    expect(orderIds(path)).toHaveLength(before.length + 1);
  });

  test('is for its owner alone, one plain file, and leaves nothing else behind', async () => {
    const path = newPath();
    open(path);
    const directory = temporaryDirectory();
    const target = join(directory, 'copy.db');

    await backupDatabase(path, target);

    expect(readdirSync(directory)).toEqual(['copy.db']);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(withSql(target, (db) => db.pragma('journal_mode', { simple: true }))).toBe('delete');
  });

  test('of books that nobody has open changes nothing beside them', async () => {
    const path = newPath();
    const store = open(path);
    new Trader(store).startCycle();
    store.close();
    const before = readFileSync(path);

    await backupDatabase(path, join(temporaryDirectory(), 'copy.db'));

    expect(readdirSync(dirname(path))).toEqual(['mtrade.db']);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('of damaged books fails and keeps the older backup', async () => {
    const path = newPath();
    const store = open(path);
    new Trader(store).startCycle();
    const target = join(temporaryDirectory(), 'copy.db');
    await backupDatabase(path, target);
    store.close();
    const good = readFileSync(target);
    const bytes = readFileSync(path);
    for (let page = 2; page < 12; page += 1) bytes.fill(0xff, page * 4_096 + 8, page * 4_096 + 300);
    writeFileSync(path, bytes);

    const refused = await backupDatabase(path, target).catch((error: unknown) => error);

    expect(isMtradeError(refused, 'MTRADE_DATABASE')).toBe(true);
    expect(readFileSync(target).equals(good)).toBe(true);
    expect(readdirSync(dirname(target))).toEqual(['copy.db']);
  });

  test('never writes over the books themselves, nor over a database in use', async () => {
    const path = newPath();
    open(path);
    const other = newPath();
    open(other);

    for (const target of [path, other]) {
      const refused = await backupDatabase(path, target).catch((error: unknown) => error);
      expect(isMtradeError(refused, 'MTRADE_USAGE')).toBe(true);
    }
  });

  test.each([
    ['nothing there', () => undefined, 'MTRADE_DATABASE'],
    ['an empty file', (path: string) => writeFileSync(path, ''), 'MTRADE_DATABASE'],
    ['a text', (path: string) => writeFileSync(path, 'hello '.repeat(1_000)), 'MTRADE_DATABASE'],
    [
      'a foreign database',
      (path: string) => withSql(path, (db) => db.exec('CREATE TABLE t (a)')),
      'MTRADE_DATABASE',
    ],
  ] as const)('is refused when the source is %s', async (_, prepare, code) => {
    const path = newPath();
    prepare(path);
    const directory = temporaryDirectory();

    const refused = await backupDatabase(path, join(directory, 'copy.db')).catch((error: unknown) => error);

    expect(isMtradeError(refused, code)).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('retention', () => {
  test('keeps the newest of each kind and never the ones of another kind or name', () => {
    const directory = temporaryDirectory();
    const names = [1, 2, 3, 4].flatMap((hour) => [
      backupName(NOW + hour * 3_600_000, 'auto'),
      backupName(NOW + hour * 3_600_000, 'manual'),
    ]);
    for (const name of [...names, 'notes.txt', 'mtrade-copy.db']) writeFileSync(join(directory, name), '');

    pruneBackups(directory, 'auto', 2, NOW);

    const left = listBackups(directory);
    expect(left.filter(({ kind }) => kind === 'auto').map(({ takenMs }) => takenMs)).toEqual([
      NOW + 4 * 3_600_000,
      NOW + 3 * 3_600_000,
    ]);
    expect(left.filter(({ kind }) => kind === 'manual')).toHaveLength(4);
    expect(existsSync(join(directory, 'notes.txt')) && existsSync(join(directory, 'mtrade-copy.db'))).toBe(
      true,
    );
  });

  test('drops half-made copies of a process that died, not those that are being made', () => {
    const directory = temporaryDirectory();
    const [old, young] = ['.mtrade-a.db.1.draft', '.mtrade-b.db.2.draft'].map((name) =>
      join(directory, name),
    );
    for (const path of [old, young]) writeFileSync(path, '');
    utimesSync(old, 1, 1);

    pruneBackups(directory, 'auto', 1, Date.now());

    expect(readdirSync(directory)).toEqual(['.mtrade-b.db.2.draft']);
  });
});

describe('before a migration', () => {
  /** Books as an older version of the schema left them. */
  function oldBooks(version = 1): string {
    const path = newPath();
    const store = open(path);
    new Trader(store).startCycle();
    store.close();
    withSql(`${path}.old`, (db) => {
      db.exec(`ATTACH '${path}' AS today`);
      migrate(db, MIGRATIONS.slice(0, version));
      const triggers = db
        .prepare<[], { name: string; sql: string }>(
          `SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'`,
        )
        .all();
      for (const { name } of triggers) db.exec(`DROP TRIGGER main.${name}`);
      const tables = db
        .prepare<[], string>(
          `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
        )
        .pluck()
        .all();
      db.pragma('foreign_keys = OFF');
      for (const table of tables) {
        const columns = (db.pragma(`main.table_info(${table})`) as { name: string }[]).map(
          ({ name }) => name,
        );
        db.exec(`INSERT INTO main.${table} SELECT ${columns.join(', ')} FROM today.${table}`);
      }
      for (const { sql } of triggers) db.exec(sql);
      db.pragma('main.journal_mode = WAL');
    });
    renameSync(`${path}.old`, path);
    return path;
  }

  test('the books are copied, and the copy is what the older version had', () => {
    const path = oldBooks();

    const store = open(path);

    const [copy, ...others] = listBackups(join(dirname(path), 'backups'));
    expect(others).toEqual([]);
    expect(copy?.kind).toBe('migration');
    expect(statSync(copy?.path ?? '').mode & 0o777).toBe(0o600);
    expect(withSql(copy?.path ?? '', (db) => db.pragma('user_version', { simple: true }))).toBe(1);
    expect(store.facts().schema).toBe(MIGRATIONS.length);
    expect(store.load().pairs[0]?.symbol).toBe(SYMBOL);
  });

  test('books that are up to date are not copied', () => {
    const path = newPath();
    open(path).close();
    open(path);

    expect(existsSync(join(dirname(path), 'backups'))).toBe(false);
  });

  test('a copy that cannot be made stops the migration', () => {
    const path = oldBooks();
    writeFileSync(join(dirname(path), 'backups'), 'in the way');

    expect(() => open(path)).toThrow(/backing up/);

    expect(withSql(path, (db) => db.pragma('user_version', { simple: true }))).toBe(1);
  });

  test.each([1, 2, 5])(
    'books of version %d can be read without an engine, and are brought up to date',
    (version) => {
      const path = oldBooks(version);
      expect(orderIds(path)).toHaveLength(1);
      const before = withSql(path, (db) => db.prepare('SELECT params FROM cycle').pluck().get());

      const store = open(path);

      expect(orderIds(path)).toHaveLength(1);
      const [pair] = store.load().pairs;
      expect(pair).toMatchObject({ position: null, cycle: { phase: 'active' } });
      // The text of the parameters is frozen: a cycle of before there were stops is written as it was.
      store.commit({ cycle: { ...(pair?.cycle as NonNullable<PairState['cycle']>), symbol: SYMBOL } });
      expect(withSql(path, (db) => db.prepare('SELECT params FROM cycle').pluck().get())).toBe(before);
      expect(look(path, (reader) => reader.examine())).toEqual([]);
    },
  );
});
