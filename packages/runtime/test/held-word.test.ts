import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonoMs, MtradeError } from '@mtrade/base';
import type { ChangeSet } from '@mtrade/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { witnessOf } from '../src/lock/watch.js';
import { guardedStore } from '../src/workers/guarded-store.js';
import { heldWord } from '../src/workers/held-word.js';

const UNTIL = 3_000 as MonoMs;

let directory: string;
let files: readonly string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-held-'));
  files = ['a.lockdb', 'b.lockdb', 'visible'].map((name) => join(directory, name));
  for (const file of files)
    if (file.endsWith('visible')) mkdirSync(file);
    else writeFileSync(file, '');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const WAYS: Readonly<Record<string, (file: string) => void>> = {
  deleted: (file) => rmSync(file, { recursive: true }),
  'moved away': (file) => renameSync(file, `${file}.away`),
  'replaced by another': (file) => {
    rmSync(file, { recursive: true });
    // A number may be given again at once: a file of our own keeps the old one taken.
    writeFileSync(`${file}.between`, '');
    writeFileSync(file, '');
    rmSync(`${file}.between`);
  },
  'replaced by a rename': (file) => {
    writeFileSync(`${file}.other`, '');
    if (file.endsWith('visible')) renameSync(file, `${file}.away`);
    renameSync(`${file}.other`, file);
  },
  // Every look at it fails with ELOOP, as one does with EACCES, ESTALE or EIO.
  'not to be looked at any more': (file) => {
    rmSync(file, { recursive: true });
    symlinkSync(file, file);
  },
};

describe('a file that carries the lock', () => {
  for (const [way, lose] of Object.entries(WAYS))
    for (const index of [0, 1, 2])
      test(`no. ${index} ${way}: the order that is under way is withheld, and the loss is told (P40)`, async () => {
        const losses: MtradeError[] = [];
        const asked: number[] = [];
        const hear = (ticket: number): true => {
          asked.push(ticket);
          return true;
        };
        const word = heldWord(
          { now: hear, later: async (ticket) => hear(ticket) },
          files.map(witnessOf),
          (loss) => losses.push(loss),
        );
        expect([word.now(1), await word.later(1, UNTIL)]).toEqual([true, true]);

        const file = files[index];
        lose(file);

        expect([word.now(2), await word.later(2, UNTIL)]).toEqual([false, false]);
        const loss = { code: 'MTRADE_LOCK_LOST', exitCode: 75 };
        expect(losses).toMatchObject([loss, loss]);
        expect(losses[0]?.message).toContain(file);
        expect(asked).toEqual([1, 1]);
      });

  test('moved away while the word is waited for: a yes that comes then is a no, and the loss is told once (P40)', async () => {
    const losses: MtradeError[] = [];
    const said: ((word: boolean) => void)[] = [];
    const word = heldWord(
      { now: () => null, later: () => new Promise((resolve) => said.push(resolve)) },
      files.map(witnessOf),
      (loss) => losses.push(loss),
    );
    const waiting = word.later(1, UNTIL);
    expect([said.length, losses]).toEqual([1, []]);
    WAYS['moved away']?.(files[0]);
    said[0]?.(true);
    expect(await waiting).toBe(false);
    expect(losses).toMatchObject([{ code: 'MTRADE_LOCK_LOST', exitCode: 75 }]);
  });

  test('not to be looked at: the loss says why (P40)', () => {
    const losses: MtradeError[] = [];
    const word = heldWord(
      { now: () => true, later: () => Promise.resolve(true) },
      files.map(witnessOf),
      (loss) => losses.push(loss),
    );
    WAYS['not to be looked at any more']?.(files[1]);
    expect(word.now(1)).toBe(false);
    expect(losses[0]?.message).toMatch(/b\.lockdb cannot be looked at: ELOOP/);
  });

  test('in its place changes nothing of what the gate says', async () => {
    for (const says of [true, false]) {
      const word = heldWord(
        { now: () => (says ? null : says), later: () => Promise.resolve(says) },
        files.map(witnessOf),
        () => {
          throw new Error('nothing is lost');
        },
      );
      expect([word.now(1), await word.later(1, UNTIL)]).toEqual([says ? null : false, says]);
    }
  });

  test('deleted: no stop is committed any more, for a stop is handed over with no gate (P40)', () => {
    const committed: ChangeSet[] = [];
    const store = guardedStore(
      { commit: (change: ChangeSet) => void committed.push(change) } as never,
      files.map(witnessOf),
    ) as { commit: (change: object) => void };
    const stop = { newIntents: [{ stop: { triggerPrice: '1', stopId: null } }] };
    store.commit(stop);
    rmSync(files[0]);
    expect(() => store.commit(stop)).toThrow('no order may be sent any more');
    // What has happened is written down all the same, as long as the books are ours.
    store.commit({ journal: [] });
    expect(committed).toHaveLength(2);
  });
});
