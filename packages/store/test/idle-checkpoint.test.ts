import { copyFileSync, readFileSync, statSync } from 'node:fs';
import type { Clock, MonoMs } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { openStore } from '@mtrade/store';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdleCheckpoint, type IdleCheckpoint } from '../src/idle-checkpoint.js';
import { clock, newPath, NOW, open, withSql } from './books.js';

let path: string;
let nowMono: number;
let store: ReturnType<typeof openStore>;
let lines: number;

const restingClock: Clock = { epochMs: clock.epochMs, monoMs: () => nowMono as MonoMs };
const start = () =>
  openStore(
    { path, mode: 'paper', exchange: 'gate', account: 'paper', growWal: true },
    { clock: restingClock },
  );

beforeEach(() => {
  path = newPath();
  nowMono = 0;
  lines = 0;
  store = start();
});
afterEach(() => store.close());

function commit(times: number): void {
  for (let time = 0; time < times; time += 1) {
    lines += 1;
    store.commit({ journal: [{ epochMs: NOW, symbol: null, event: 'line', details: { n: lines } }] });
  }
}

const waitMs = (ms: number): void => {
  nowMono += ms;
  store.rest();
};

/** How many times the log has been begun anew: a number in its header. */
const logsBegun = (): number => readFileSync(`${path}-wal`).readUInt32BE(12);

/** What the database file has by itself. */
function linesInFile(): number {
  copyFileSync(path, `${path}.alone`);
  return withSql(`${path}.alone`, (db) =>
    db.prepare<[], number>(`SELECT count(*) FROM journal WHERE event = 'line'`).pluck().get(),
  ) as number;
}

describe('the log of the database', () => {
  test('is copied into it and begun anew while nothing is committed: no order waits for that', () => {
    const size = statSync(`${path}-wal`).size;
    const begun = logsBegun();
    commit(70);
    waitMs(1_500);
    expect([linesInFile(), logsBegun()]).toEqual([70, begun + 1]);

    commit(70);
    waitMs(1_500);
    expect([linesInFile(), logsBegun()]).toEqual([140, begun + 2]);
    // The blocks that it has stay its own.
    expect(statSync(`${path}-wal`).size).toBe(size);
    expect(store.load().trading).toBe(true);
  });

  test('is left alone after a few commits, and between commits that follow each other', () => {
    const begun = logsBegun();
    commit(10);
    waitMs(60_000);
    for (let order = 0; order < 30; order += 1) {
      commit(4);
      waitMs(500);
    }
    expect([linesInFile(), logsBegun()]).toEqual([0, begun]);
  });

  test('waits for whoever reads, without harm', () => {
    store.commit({ trading: false });
    withSql(path, (db) => {
      db.exec('BEGIN');
      db.prepare('SELECT * FROM journal').all();
      commit(70);
      waitMs(1_500);
      commit(70);
      db.exec('COMMIT');
    });
    waitMs(1_500);
    expect(linesInFile()).toBe(140);
    expect(store.load().trading).toBe(false);
  });

  test('is not begun anew by an engine that was replaced: the switch of its successor stays', () => {
    commit(70);
    const successor = open(path);
    successor.commit({ trading: false });
    const begun = logsBegun();
    waitMs(1_500);
    expect(logsBegun()).toBe(begun);
    expect(successor.load().trading).toBe(false);
  });
});

describe('what goes wrong while nothing is committed', () => {
  const CHECKPOINT = 'wal_checkpoint(PASSIVE)';
  let warnings: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[];

  beforeEach(() => void (warnings = []));

  /** The real connection, but for what happens when the log is copied. */
  function resting(db: Database, onCheckpoint: () => void): IdleCheckpoint {
    const pragma = (source: string, options?: { simple?: boolean }): unknown => {
      if (source === CHECKPOINT) onCheckpoint();
      return db.pragma(source, options ?? {});
    };
    const stub = new Proxy(db, {
      get: (target, name) => {
        if (name === 'pragma') return pragma;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    db.pragma('busy_timeout = 2000');
    const log = {
      ...silentLogger,
      warn: (fields: Readonly<Record<string, unknown>>, message: string): void =>
        void warnings.push({ fields, message }),
    };
    return createIdleCheckpoint(stub, { epoch: store.epoch, clock: restingClock, log });
  }

  function restAfterCommits(checkpoint: IdleCheckpoint): void {
    for (let time = 0; time < 60; time += 1) checkpoint.committed();
    nowMono += 1_500;
    checkpoint.rest();
  }

  const busyTimeout = (db: Database): unknown => db.pragma('busy_timeout', { simple: true });
  const failure = (code: string): Error => Object.assign(new Error('no'), { code });

  test.each([
    'SQLITE_READONLY',
    'SQLITE_PERM',
    'SQLITE_CANTOPEN',
    'SQLITE_NOMEM',
    'SQLITE_FULL',
    'SQLITE_BUSY',
  ])('%s is told and tried again: it would not have ended the engine in a commit either', (code) => {
    withSql(path, (db) => {
      let tries = 0;
      const checkpoint = resting(db, () => {
        tries += 1;
        if (tries === 1) throw failure(code);
      });
      restAfterCommits(checkpoint);
      expect(warnings).toEqual([
        { fields: { reason: expect.any(String) }, message: expect.stringContaining('tried again') },
      ]);
      expect(busyTimeout(db)).toBe(2_000);
      commit(1);
      restAfterCommits(checkpoint);
      expect([tries, warnings.length, linesInFile()]).toEqual([2, 1, 1]);
    });
  });

  test.each(['SQLITE_IOERR_FSYNC', 'SQLITE_IOERR_WRITE', 'SQLITE_CORRUPT'])(
    '%s ends the engine: nobody knows what the disk has',
    (code) => {
      withSql(path, (db) => {
        const checkpoint = resting(db, () => {
          throw failure(code);
        });
        expect(() => restAfterCommits(checkpoint)).toThrow(/the disk failed|is damaged/);
        expect([warnings, busyTimeout(db)]).toEqual([[], 2_000]);
      });
    },
  );

  test('a foreign program that writes is not waited for; a commit waits for it as before', () => {
    withSql(path, (db) => {
      const waits: unknown[] = [];
      const checkpoint = resting(db, () => waits.push(busyTimeout(db)));
      const begun = logsBegun();
      commit(1);
      withSql(path, (foreign) => {
        foreign.exec('BEGIN IMMEDIATE');
        restAfterCommits(checkpoint);
        expect([logsBegun(), foreign.inTransaction]).toEqual([begun, true]);
        foreign.exec('ROLLBACK');
      });
      expect([waits, busyTimeout(db)]).toEqual([[0], 2_000]);
      expect(warnings[0]?.fields['reason']).toMatch(/another program/);
      restAfterCommits(checkpoint);
      expect([logsBegun(), warnings.length, busyTimeout(db)]).toEqual([begun + 1, 1, 2_000]);
    });
  });

  test.each([
    [50, 0],
    [51, 1],
  ])('that took %d ms is told %d times', (tookMs, times) => {
    withSql(path, (db) => {
      restAfterCommits(resting(db, () => void (nowMono += tookMs)));
      expect(warnings.map(({ fields }) => fields)).toEqual(Array.from({ length: times }, () => ({ tookMs })));
    });
  });
});
