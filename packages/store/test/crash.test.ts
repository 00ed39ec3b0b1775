import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@mtrade/base';
import { openStore } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../src/create.js';
import { migrate } from '../src/migrate.js';
import { MIGRATIONS } from '../src/schema/migrations.js';
import { newPath, NOW, open, withSql } from './books.js';

const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname;

/** Runs a script, kills it with SIGKILL `delayMs` after `until` was printed, and returns what it printed. */
async function runAndKill(
  script: string,
  args: readonly string[],
  until: string,
  delayMs: number,
): Promise<string> {
  const child = spawn(process.execPath, [fixture(script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(until)) resolve();
    });
    void closed.then(() => resolve());
  });
  await sleep(delayMs);
  child.kill('SIGKILL');
  await closed;
  return output;
}

describe('kill -9', () => {
  test('at any moment keeps every acknowledged commit, and the file sound (P15)', async () => {
    const path = newPath();
    let acknowledged = -1;
    for (const delayMs of [0, 3, 11, 27, 60, 110]) {
      const output = await runAndKill('writer.mjs', [path, '0'], `${acknowledged + 1}\n`, delayMs);
      acknowledged = Number(output.trim().split('\n').at(-1));
      withSql(path, (db) => {
        expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
        const lines = db
          .prepare<[], number>(`SELECT json_extract(details, '$.n') FROM journal ORDER BY id`)
          .pluck()
          .all();
        // The last commit may be durable without its word having come out; none is missing.
        expect(lines.length - 1).toBeGreaterThanOrEqual(acknowledged);
        expect(lines).toEqual(lines.map((_, n) => n));
        acknowledged = lines.length - 1;
      });
    }
    expect(acknowledged).toBeGreaterThan(10);
  }, 20_000);

  test('during the very first start leaves nothing that stops the second one', async () => {
    for (const delayMs of [0, 2, 4, 6, 9, 13, 20]) {
      const path = newPath();
      await runAndKill('writer.mjs', [path, '1'], 'opening', delayMs);
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      expect(size).not.toBe(0);
      const store = openStore(
        { path, mode: 'paper', exchange: 'gate', account: 'paper' },
        { clock: systemClock },
      );
      expect(store.load().pairs).toEqual([]);
      store.close();
    }
  }, 20_000);

  test('cannot meet a change of the journal mode: a new file is in WAL mode before it has its name', () => {
    const path = newPath();
    createDatabase({ path, mode: 'paper', exchange: 'gate', account: 'paper', createdMs: NOW });
    // Bytes 18 and 19 of the header: 2 = write-ahead log.
    expect([...readFileSync(path).subarray(18, 20)]).toEqual([2, 2]);
    expect(readdirSync(dirname(path))).toEqual(['mtrade.db']);
  });

  test('in the middle of a migration: the old version is there, and the next start does it again (P33)', async () => {
    const path = newPath();
    open(path).close();
    await runAndKill('slow-migration.mjs', [path], 'migrating', 120);
    withSql(path, (db) => {
      expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
      expect(db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'later'`).get()).toEqual({
        n: 0,
      });
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      migrate(db, [...MIGRATIONS, 'CREATE TABLE later (n INTEGER) STRICT']);
      expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length + 1);
    });
  }, 20_000);
});

test('a migration that fails changes nothing, its version number included', () => {
  const path = newPath();
  open(path).close();
  withSql(path, (db) => {
    expect(() => migrate(db, [...MIGRATIONS, 'CREATE TABLE later (n INTEGER) STRICT', 'no sql'])).toThrow(
      /syntax/,
    );
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    expect(db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'later'`).get()).toEqual({
      n: 0,
    });
  });
});
