import { createRaceBooks, openClaimRacer, openEngineRacer, openFlawedBooks, type Store } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { clock, newPath, withSql } from './books.js';

const PAIRS = ['R0/USDT', 'R1/USDT'];
const AT = 1_700_000_000_000;
const nothing = (): void => undefined;

const opened = (store: Store): string[] => store.queries.intents().map(({ symbol }) => symbol);

/** Two racers for the first pair; the second one tries while the first is between its look and its commit. */
function interleave(sabotage = ''): { outcomes: readonly string[]; positions: readonly string[] } {
  const path = newPath();
  const store = createRaceBooks(path, PAIRS, clock);
  if (sabotage !== '') withSql(path, (db) => db.exec(sabotage));
  const [first, second] = [openClaimRacer({ path, racer: 0 }), openClaimRacer({ path, racer: 1 })];
  try {
    let inner = '';
    const outer = first.open('R0/USDT', AT, () => {
      inner = second.open('R0/USDT', AT, nothing);
    });
    return { outcomes: [inner, outer], positions: opened(store) };
  } finally {
    for (const one of [first, second, store]) one.close();
  }
}

describe('the real books in a race', () => {
  test('scenario 58: the unique index alone refuses the second start buy', () => {
    expect(interleave()).toEqual({ outcomes: ['opened', 'refused: index one_open'], positions: ['R0/USDT'] });
  });

  test('scenario 58: the race can fail: without that index, or with the old one, both buy', () => {
    const twice = { outcomes: ['opened', 'opened'], positions: ['R0/USDT', 'R0/USDT'] };
    expect(interleave('DROP INDEX one_open')).toEqual(twice);
    expect(
      interleave(
        `DROP INDEX one_open; CREATE UNIQUE INDEX one_open ON intent (symbol, side) WHERE state = 'ACKED'`,
      ),
    ).toEqual(twice);
  });

  test('an engine that has been overtaken between its look and its commit is fenced', () => {
    const path = newPath();
    const store = createRaceBooks(path, PAIRS, clock);
    const [first, second] = [
      openEngineRacer({ path, racer: 0 }, clock),
      openEngineRacer({ path, racer: 1 }, clock),
    ];
    let inner = '';
    const outer = first.open('R0/USDT', AT, () => {
      inner = second.open('R0/USDT', AT, nothing);
    });
    expect([inner, outer]).toEqual(['opened', 'refused: fenced by a newer engine']);
    expect(second.open('R0/USDT', AT, nothing)).toBe('seen');
    expect(opened(store)).toEqual(['R0/USDT']);
    for (const one of [first, second, store]) one.close();
  });
});

test('the flawed opener buys twice when a second signal comes while the first order is on its way', () => {
  let now = 0;
  const books = openFlawedBooks(newPath(), () => now);
  let inner = '';
  const outer = books.open('R0/USDT', 'first', () => {
    now += 40;
    inner = books.open('R0/USDT', 'second', nothing);
  });
  expect([inner, outer]).toEqual(['opened', 'too-late']);
  expect(books.inserts().get('R0/USDT')).toEqual([0, 40]);
  expect(books.open('R0/USDT', 'third', nothing)).toBe('seen');
  books.close();
});
