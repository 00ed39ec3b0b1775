import { copyFileSync, readFileSync, statSync } from 'node:fs';
import type { Clock, MonoMs } from '@mtrade/base';
import { openStore } from '@mtrade/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
