import { type Board, createBoard, emptyPriceCell } from '@mtrade/board';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reactor, type ScaledPrice, type Tick } from '../src/index.js';
import { ManualClock } from './manual-clock.js';

const SYMBOL = 'ETH/USDT';
const whole = (mantissa: number): ScaledPrice => ({ mantissa, decimals: 0 });

function world({ debounceMs = 100, symbols = [SYMBOL], urgentCapacity = 100 } = {}) {
  const clock = new ManualClock();
  const board = createBoard({ symbols, urgentCapacity });
  const reactor = new Reactor({ debounceMs }, { board, clock });
  const tick = (changes: Partial<Tick>): void =>
    reactor.onTick({
      symbol: SYMBOL,
      bid: null,
      ask: null,
      last: null,
      asks: null,
      exchangeMs: clock.wall,
      receivedMono: clock.mono,
      ...changes,
    });
  return { clock, board, reactor, tick };
}

function cellOf(board: Board) {
  const cell = emptyPriceCell();
  board.prices.read(0, cell);
  return cell;
}

describe('the price cell', () => {
  test('keeps the exact digits of every side that a frame names, and the others as they were', () => {
    const { board, tick } = world();
    tick({ bid: { mantissa: 1_234_567, decimals: 4 }, ask: { mantissa: 12_346, decimals: 2 } });
    tick({ last: whole(123) });
    tick({ bid: { mantissa: 123, decimals: 0 } });

    expect(cellOf(board)).toMatchObject({
      bidMantissa: 123,
      bidDecimals: 0,
      askMantissa: 12_346,
      askDecimals: 2,
      lastMantissa: 123,
      levelAskMantissa: -1,
    });
  });

  test('its age is that of bid and ask: a repeated book makes it young, a trade does not', () => {
    const { board, tick, clock } = world();
    tick({ bid: whole(99), ask: whole(101) });
    const first = clock.mono;
    clock.advance(1_000);
    tick({ last: whole(100) });
    expect(cellOf(board).receivedMono).toBe(first);
    tick({ bid: whole(99), ask: whole(101) });
    expect(cellOf(board).receivedMono).toBe(first + 1_000);
  });

  test('a frame of a pair that the board does not carry leaves no trace', () => {
    const { board, tick } = world();
    tick({ symbol: 'DOGE/USDT', bid: whole(1), ask: whole(2) });
    expect(board.counters.read('reactor_updates')).toBe(0);
    expect(board.urgent.depth()).toBe(0);
  });
});

describe('the urgent queue', () => {
  test('scenario 36: repeated identical ticks queue nothing', () => {
    const { board, tick } = world({ debounceMs: 0 });
    tick({ bid: whole(99), ask: whole(101) });
    board.urgent.pop();
    for (let i = 0; i < 50; i += 1) tick({ bid: whole(99), ask: whole(101) });

    expect(board.urgent.depth()).toBe(0);
    expect(board.counters.read('reactor_unchanged')).toBe(50);
    expect(board.counters.read('reactor_queued')).toBe(1);
  });

  test('W06: a price that comes in two frames is one entry', () => {
    const { board, tick } = world({ debounceMs: 0 });
    tick({ bid: whole(99), ask: whole(101) });
    tick({ bid: whole(98), ask: whole(101) });
    expect(board.urgent.depth()).toBe(1);
    expect(board.counters.read('reactor_debounced')).toBe(1);
  });

  test('a last trade wakes nobody', () => {
    const { board, tick } = world({ debounceMs: 0 });
    tick({ last: whole(100) });
    tick({ last: whole(101) });
    expect(board.urgent.depth()).toBe(0);
    expect(board.counters.read('reactor_unchanged')).toBe(2);
  });

  test('scenario 37: of 101 pairs one hundred are kept, one is counted, and nothing is there twice', () => {
    const symbols = Array.from({ length: 101 }, (_, i) => `C${i}/USDT`);
    const { board, tick } = world({ symbols });
    for (const symbol of symbols) tick({ symbol, bid: whole(1), ask: whole(2) });

    expect(board.urgent.depth()).toBe(100);
    expect(board.counters.read('urgent_full')).toBe(1);
    expect(board.counters.read('urgent_skipped')).toBe(1);
    const popped = Array.from({ length: 100 }, () => board.urgent.pop());
    expect(popped).toEqual([...symbols.keys()].slice(0, 100));
    expect(board.urgent.pop()).toBe(-1);
  });

  test('within the debounce window of a pass only a crossing gets through', () => {
    const { board, tick, clock } = world();
    tick({ bid: whole(99), ask: whole(101) });
    board.urgent.pop();
    board.slots.stamp(0, clock.mono);
    board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110 });
    clock.advance(99);
    tick({ bid: whole(98), ask: whole(100) });
    expect(board.urgent.depth()).toBe(0);
    tick({ bid: whole(94), ask: whole(95) });
    expect(board.urgent.depth()).toBe(1);
    expect(board.slots.takeDirty(0)).toBe(true);
    board.urgent.pop();
    clock.advance(1);
    tick({ bid: whole(98), ask: whole(100) });
    expect(board.urgent.depth()).toBe(1);
  });

  test.each([
    ['an ask at the buy level', { ask: whole(95) }, true],
    ['an ask above it', { ask: { mantissa: 95_000_001, decimals: 6 } }, false],
    ['a bid at the sell level', { bid: whole(110) }, true],
    ['a bid below it', { bid: { mantissa: 109_999_999, decimals: 6 } }, false],
  ])('%s: crossing = %s', (_, change, crossing) => {
    const { board, tick, clock } = world();
    board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110 });
    tick({ bid: whole(99), ask: whole(101) });
    board.urgent.pop();
    board.slots.stamp(0, clock.mono);
    tick(change);
    expect(board.urgent.depth()).toBe(crossing ? 1 : 0);
  });

  test('the level is armed while a price is on its way: the levels are read after the price is written', () => {
    const { board, clock } = world();
    // The cycler arms at the very moment at which the price becomes visible.
    const write = board.prices.write.bind(board.prices);
    board.prices.write = (pair, cell) => {
      write(pair, cell);
      board.triggers.arm(pair, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110 });
    };
    board.slots.stamp(0, clock.mono);
    new Reactor({ debounceMs: 100 }, { board, clock }).onTick({
      symbol: SYMBOL,
      bid: whole(93),
      ask: whole(94),
      last: null,
      asks: null,
      exchangeMs: clock.wall,
      receivedMono: clock.mono,
    });
    expect(board.urgent.depth()).toBe(1);
  });
});

describe('deeper levels of the book', () => {
  test('the ask at the armed level is kept, and it alone crosses', () => {
    const { board, tick, clock } = world();
    tick({ bid: whole(99), ask: whole(101) });
    board.urgent.pop();
    board.slots.stamp(0, clock.mono);
    board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 3, sellAtOrAbove: 110 });
    tick({ bid: whole(90), ask: whole(91) });
    tick({ asks: [whole(91), whole(92), whole(96)] });
    expect(cellOf(board)).toMatchObject({ askLevel: 3, levelAskMantissa: 96 });
    expect(board.urgent.depth()).toBe(0);
    tick({ asks: [whole(91), whole(92), whole(95)] });
    expect(board.urgent.depth()).toBe(1);
  });

  test('a book that does not reach the level has no price there', () => {
    const { board, tick } = world();
    board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 3, sellAtOrAbove: 110 });
    tick({ asks: [whole(91), whole(92), whole(94)] });
    tick({ asks: [whole(91), whole(92)] });
    expect(cellOf(board)).toMatchObject({ askLevel: 3, levelAskMantissa: -1 });
  });
});

test('I22: every update is counted exactly once more, whatever comes', () => {
  const symbols = Array.from({ length: 6 }, (_, i) => `C${i}/USDT`);
  const anyTick = fc.record({
    pair: fc.nat({ max: 6 }),
    bid: fc.option(fc.integer({ min: 95, max: 99 })),
    ask: fc.option(fc.integer({ min: 100, max: 104 })),
    last: fc.option(fc.integer({ min: 95, max: 104 })),
    level: fc.boolean(),
    waitMs: fc.constantFrom(0, 10, 200),
    pops: fc.nat({ max: 2 }),
    arms: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyTick, { maxLength: 120 }), (ticks) => {
      const { board, tick, clock } = world({ symbols, urgentCapacity: 3 });
      for (const { pair, bid, ask, last, level, waitMs, pops, arms } of ticks) {
        clock.advance(waitMs);
        if (arms && pair < 6)
          board.triggers.arm(pair, { buyAtOrBelow: 101, askLevel: level ? 2 : 1, sellAtOrAbove: 98 });
        tick({
          symbol: symbols[pair] ?? 'OTHER/USDT',
          bid: bid === null ? null : whole(bid),
          ask: ask === null ? null : whole(ask),
          last: last === null ? null : whole(last),
          asks: level ? [whole(100), whole(101)] : null,
        });
        for (let i = 0; i < pops; i += 1) {
          const popped = board.urgent.pop();
          if (popped >= 0) board.slots.stamp(popped, clock.mono);
        }
      }
      const c = board.counters.snapshot();
      expect(c.reactor_updates).toBe(
        c.reactor_unchanged + c.reactor_queued + c.reactor_debounced + c.urgent_full,
      );
      expect(c.urgent_skipped).toBe(c.urgent_full);
    }),
    { numRuns: 200, seed: 7 },
  );
});
