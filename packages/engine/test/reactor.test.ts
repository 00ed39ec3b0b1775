import { type Board, createBoard, emptyPriceCell } from '@mtrade/board';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PATIENT_WINDOWS, Reactor, type ScaledPrice, type Tick } from '../src/index.js';
import { ManualClock } from './manual-clock.js';

const SYMBOL = 'ETH/USDT';
const whole = (mantissa: number): ScaledPrice => ({ mantissa, decimals: 0 });

function world({ debounceMs = 100, symbols = [SYMBOL], urgentCapacity = 100 } = {}) {
  const clock = new ManualClock();
  const board = createBoard({ symbols, urgentCapacity });
  const reactor = new Reactor({ debounceMs, staleAfterMs: 5_000, maxJumpPct: 30 }, { board, clock });
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

  test('a pair that waits for its levels is looked at once a second, and for that nobody is woken', () => {
    const { board, tick, clock } = world();
    const move = (price: number): void => tick({ bid: whole(price), ask: whole(price + 1) });
    move(99);
    board.urgent.pop();
    board.slots.stamp(0, clock.mono);
    board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110, isPatient: true });
    const seen = board.cyclerWake.current();
    clock.advance(100 * PATIENT_WINDOWS - 1);
    move(98);
    expect(board.urgent.depth()).toBe(0);
    clock.advance(1);
    move(99);
    expect(board.urgent.depth()).toBe(1);
    expect(board.cyclerWake.current()).toBe(seen);

    // Whatever the window: what crosses is told at once.
    board.urgent.pop();
    board.slots.stamp(0, clock.mono);
    move(110);
    expect(board.urgent.depth()).toBe(1);
    expect(board.cyclerWake.current()).toBeGreaterThan(seen);
  });

  test('a pair that waits for more than its levels wakes a cycler at rest with any change of its price', () => {
    const { board, tick } = world();
    board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110, isPatient: false });
    board.cyclerWake.rest(-1, 0, () => true);
    const seen = board.cyclerWake.current();

    tick({ bid: whole(99), ask: whole(101) });

    expect(board.cyclerWake.current()).toBeGreaterThan(seen);
  });

  test('pairs that wake nobody leave room for those that do: the cycler is woken when the queue is half full', () => {
    const { board, clock, tick } = world();
    board.cyclerWake.rest(-1, 0, () => true);
    const seen = board.cyclerWake.current();
    for (const [pair, symbol] of board.symbols.entries()) {
      board.triggers.arm(pair, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110, isPatient: true });
      board.slots.stamp(pair, clock.mono - 100 * PATIENT_WINDOWS);
      tick({ symbol, bid: whole(99), ask: whole(101) });
      expect(board.cyclerWake.current() > seen).toBe(board.urgent.depth() >= board.urgent.capacity / 2);
      if (board.urgent.depth() >= board.urgent.capacity / 2) break;
    }
    expect(board.counters.read('urgent_full')).toBe(0);
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
    new Reactor({ debounceMs: 100, staleAfterMs: 5_000, maxJumpPct: 30 }, { board, clock }).onTick({
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

describe('a frame that was held up on its way', () => {
  const measured = ({ clock }: ReturnType<typeof world>, aheadMs = 0, errorMs = 20) => ({
    exchangeMinusMono: clock.wall + aheadMs - clock.mono,
    errorMs,
    measuredMono: clock.mono,
  });

  test('W04: is dropped and counted when it is older than the limit as it comes, by the exchange clock', () => {
    const at = world();
    at.board.clock.write(measured(at, 7_200_000));
    const stamp = at.clock.wall + 7_200_000;
    at.tick({ bid: whole(99), ask: whole(101), exchangeMs: stamp - 5_020 });
    expect(at.board.counters.read('reactor_late')).toBe(1);
    expect(at.board.counters.read('reactor_updates')).toBe(0);
    expect(cellOf(at.board).bidMantissa).toBe(-1);

    at.tick({ bid: whole(99), ask: whole(101), exchangeMs: stamp - 5_019 });
    expect(cellOf(at.board).bidMantissa).toBe(99);
  });

  test('before the clock is known only its arrival counts', () => {
    const { board, tick } = world();
    tick({ bid: whole(99), ask: whole(101), exchangeMs: 1_000 });
    expect(cellOf(board).bidMantissa).toBe(99);
  });

  test('a last trade or a deeper level does not make bid and ask younger', () => {
    const { board, tick, clock } = world();
    tick({ bid: whole(99), ask: whole(101), exchangeMs: clock.wall - 1_000 });
    tick({ last: whole(100) });
    tick({ asks: [whole(101)] });
    expect(cellOf(board)).toMatchObject({ exchangeMs: clock.wall - 1_000, levelExchangeMs: clock.wall });
  });

  test('an unchanged level is confirmed by its frame', () => {
    const { board, tick, clock } = world();
    tick({ asks: [whole(101)] });
    clock.advance(3_000);
    tick({ asks: [whole(101)] });
    expect(cellOf(board).levelReceivedMono).toBe(clock.mono);
  });
});

describe('a price asked for over REST', () => {
  test('W03: is taken, marked and counted; the stream takes over with its next newer frame', () => {
    const { board, tick, clock } = world();
    tick({ bid: whole(99), ask: whole(101) });
    clock.advance(6_000);
    tick({ bid: whole(98), ask: whole(100), isRest: true });
    expect(cellOf(board)).toMatchObject({ bidMantissa: 98, isRest: true });
    expect(board.counters.read('rest_prices')).toBe(1);
    clock.advance(10);
    tick({ bid: whole(97), ask: whole(99) });
    expect(cellOf(board)).toMatchObject({ bidMantissa: 97, isRest: false });
  });

  test('W05: of an answer and a frame that overtake each other the older one is dropped', () => {
    const { board, tick, clock } = world();
    tick({ bid: whole(99), ask: whole(101) });
    tick({ bid: whole(90), ask: whole(91), isRest: true, exchangeMs: clock.wall - 1 });
    expect(cellOf(board).bidMantissa).toBe(99);
    tick({ bid: whole(90), ask: whole(91), isRest: true, exchangeMs: clock.wall + 5 });
    tick({ bid: whole(99), ask: whole(101), exchangeMs: clock.wall + 4 });
    expect(cellOf(board).bidMantissa).toBe(90);
    expect(board.counters.read('reactor_stale')).toBe(2);
  });
});

describe('W17: a price that jumps out of the band', () => {
  const crossing = { bid: whole(40), ask: whole(41) };
  function armed() {
    const at = world();
    at.tick({ bid: whole(99), ask: whole(101) });
    at.board.urgent.pop();
    at.board.slots.stamp(0, at.clock.mono);
    at.board.triggers.arm(0, { buyAtOrBelow: 95, askLevel: 1, sellAtOrAbove: 110 });
    return at;
  }

  test('is shown under suspicion, counted, and not urgent', () => {
    const { board, tick, clock } = armed();
    tick(crossing);
    expect(cellOf(board)).toMatchObject({ bidMantissa: 40, suspectSinceMono: clock.mono });
    expect(board.counters.read('reactor_suspect')).toBe(1);
    expect(board.urgent.depth()).toBe(0);
  });

  test('is urgent at the moment of its confirmation, although the price has not changed', () => {
    const { board, tick } = armed();
    tick(crossing);
    tick({ last: whole(40) });
    expect(cellOf(board).suspectSinceMono).toBe(-1);
    expect(board.urgent.depth()).toBe(1);
  });

  test('a reactor that is born again keeps the suspicion', () => {
    const { board, tick, clock } = armed();
    tick(crossing);
    const since = clock.mono;
    const next = new Reactor({ debounceMs: 100, staleAfterMs: 5_000, maxJumpPct: 30 }, { board, clock });
    clock.advance(10);
    next.onTick({
      ...crossing,
      symbol: SYMBOL,
      last: null,
      asks: null,
      exchangeMs: clock.wall,
      receivedMono: clock.mono,
    });
    expect(cellOf(board).suspectSinceMono).toBe(since);
  });
});

test('W16: while nobody serves, a flood leaves the newest price of each pair and a bounded queue', () => {
  const symbols = Array.from({ length: 150 }, (_, i) => `C${i}/USDT`);
  const { board, tick, clock } = world({ symbols });
  for (let frame = 1; frame <= 200; frame += 1) {
    clock.advance(1);
    for (const symbol of symbols) tick({ symbol, bid: whole(10_000 + frame), ask: whole(10_001 + frame) });
  }

  const cell = emptyPriceCell();
  for (const pair of symbols.keys()) {
    board.prices.read(pair, cell);
    expect([cell.bidMantissa, cell.askMantissa]).toEqual([10_200, 10_201]);
  }
  expect(board.urgent.depth()).toBe(100);
  const c = board.counters.snapshot();
  expect(c.reactor_updates).toBe(30_000);
  expect(c.reactor_queued + c.reactor_debounced + c.urgent_full + c.reactor_unchanged).toBe(30_000);
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
