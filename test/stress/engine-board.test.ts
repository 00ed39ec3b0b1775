import type { Board } from '@mtrade/board';
import { describe, expect, test } from 'vitest';
import { Threads } from './engine-threads.js';

const ETH = 'ETH/USDT';
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `C${i}/USDT`);
/** Longer than any test: only what crosses a trigger is looked at twice. */
const HOUR_MS = 3_600_000;

/** What must add up at any rest, whatever the threads did to each other. */
function expectConserved(board: Board): void {
  const c = board.counters.snapshot();
  expect(c.reactor_updates).toBe(
    c.reactor_unchanged + c.reactor_queued + c.reactor_debounced + c.urgent_full,
  );
  expect(c.reactor_queued).toBe(
    c.urgent_processed + (c.urgent_skipped - c.urgent_full) + board.urgent.depth(),
  );
  expect(c.cycler_iterations).toBe(c.cycler_processed + c.cycler_skipped);
  expect(c.errors).toBe(0);
}

const isServed = ({ counters, urgent }: Board): boolean =>
  urgent.depth() === 0 &&
  counters.read('urgent_processed') + counters.read('urgent_skipped') === counters.read('reactor_queued');

describe('a reactor thread and a cycler thread on one board', () => {
  test('scenario 35: a hundred ticks within the debounce window are one pass, and the rest is counted', async () => {
    const threads = new Threads([ETH]);
    // Not permitted, so that the round leaves the pair alone and every pass comes from a tick.
    const cycler = await threads.cycler({ permitted: false, debounceMs: HOUR_MS });
    threads.open();
    await cycler.ready;
    await threads.reactor(HOUR_MS).run('burst', { symbols: [ETH], times: 100, gapUs: 500 });
    await threads.until(() => isServed(threads.board));
    threads.end();
    await cycler.ended;

    const c = threads.board.counters.snapshot();
    expect(c.reactor_queued + c.reactor_debounced).toBe(100);
    // A second one only where a tick falls into the microsecond between the queue and the beginning of the pass.
    expect([1, 2]).toContain(c.urgent_processed);
    expect(c.cycler_processed).toBe(0);
    expectConserved(threads.board);
  });

  test('scenario 36: ten thousand identical ticks queue one entry', async () => {
    const threads = new Threads([ETH]);
    const cycler = await threads.cycler({ permitted: false, debounceMs: 1 });
    threads.open();
    await cycler.ready;
    await threads.reactor(0).run('burst', { symbols: [ETH], times: 10_000, step: 0 });
    await threads.until(() => isServed(threads.board));
    threads.end();
    await cycler.ended;

    const c = threads.board.counters.snapshot();
    expect([c.reactor_updates, c.reactor_unchanged, c.reactor_queued]).toEqual([10_000, 9_999, 1]);
    expectConserved(threads.board);
  });

  test('scenario 37: of 101 urgent pairs one hundred are kept and served once each; the overflow is counted', async () => {
    const threads = new Threads(many(101));
    await threads.reactor().run('burst', { symbols: many(101), times: 1 });
    expect(threads.board.urgent.depth()).toBe(100);
    expect(threads.board.counters.read('urgent_full')).toBe(1);

    const cycler = await threads.cycler({ permitted: false });
    threads.open();
    await threads.until(() => isServed(threads.board) || threads.board.urgent.depth() === 0);
    threads.end();
    const { view } = await cycler.ended;
    expect(threads.board.counters.read('urgent_processed')).toBe(100);
    expect(view.pairs.map((pair) => pair.decision_age_ms === null)).toEqual(
      many(101).map((_, index) => index === 100),
    );
    expectConserved(threads.board);
  });

  test('scenario 38: of twenty urgent pairs five are served before each pair in turn', async () => {
    const threads = new Threads(many(40));
    const cycler = await threads.cycler({ stepped: true, debounceMs: HOUR_MS });
    threads.open();
    await cycler.ready;
    await threads.reactor(HOUR_MS).run('burst', { symbols: many(40).slice(20), times: 3 });
    const { counters } = threads.board;
    for (let turn = 1; turn <= 4; turn += 1) {
      await cycler.turn(1);
      expect([counters.read('urgent_processed'), counters.read('cycler_processed')]).toEqual([
        5 * turn,
        turn,
      ]);
    }
    threads.end();
    await cycler.ended;
    expectConserved(threads.board);
  });

  test('scenario 38: while twenty pairs never stop moving, every other pair is decided within one round', async () => {
    const threads = new Threads(many(40));
    const cycler = await threads.cycler({ stepped: true, debounceMs: 1 });
    threads.open();
    await cycler.ready;
    const flooding = threads.reactor(0).run<number>('flood', { symbols: many(40).slice(0, 20) });
    await threads.until(() => threads.board.urgent.depth() > 10);
    await cycler.turn(40);
    threads.end();
    const ticks = await flooding;
    const { view } = await cycler.ended;

    expect(view.pairs.filter((pair) => pair.decision_age_ms === null)).toEqual([]);
    expect(threads.board.counters.read('reactor_updates')).toBe(ticks);
    expectConserved(threads.board);
  });

  test('a crossing in the middle of a commit is served right after it, in the same turn', async () => {
    const threads = new Threads([ETH]);
    const cycler = await threads.cycler({
      stepped: true,
      debounceMs: HOUR_MS,
      fillAt: '100',
      holdCommit: 'average',
    });
    const reactor = threads.reactor(HOUR_MS);
    threads.open();
    await cycler.ready;
    await reactor.run('burst', { symbols: [ETH], times: 1, from: 10_000 });
    await cycler.turn(1);
    await cycler.turn(1);
    expect(threads.orders).toEqual(['buy ETH/USDT']);
    const { latencies } = threads.board;

    // 96.00 crosses the buy level; while its order is being committed, 95.00 comes.
    await reactor.run('burst', { symbols: [ETH], times: 1, from: 9_600 });
    const before = latencies.snapshot('tick_to_decision').count;
    const during = reactor.run<boolean>('tickIntoCommit', { symbol: ETH, mantissa: 9_500 });
    await cycler.turn(1);
    expect(await during).toBe(true);
    expect(latencies.snapshot('tick_to_decision').count).toBe(before + 2);
    expect(threads.board.slots.takeDirty(0)).toBe(false);
    expect(threads.orders).toEqual(['buy ETH/USDT', 'buy ETH/USDT']);
    threads.end();
    await cycler.ended;
    expectConserved(threads.board);
  });
});

describe('two cyclers by mistake', () => {
  test('I11: over the same books at the same instant: never two orders; who has lost the lease or a claim ends', async () => {
    const ends = new Set<string | null>();
    let orders = 0;
    for (let round = 0; round < 12; round += 1) {
      const threads = new Threads([ETH]);
      await threads.reactor().run('burst', { symbols: [ETH], times: 1 });
      const cyclers = await Promise.all([
        threads.cycler({ turns: 20, debounceMs: 0, generation: 1 }),
        threads.cycler({ turns: 20, debounceMs: 0, generation: 2 }),
      ]);
      threads.open();
      for (const { error } of await Promise.all(cyclers.map((cycler) => cycler.ended))) ends.add(error);
      expect(threads.orders.length).toBeLessThanOrEqual(1);
      orders += threads.orders.length;
    }
    expect(orders).toBeGreaterThan(0);
    for (const end of ends) expect([null, 'MTRADE_LOCK_LOST', 'MTRADE_CONTRADICTION']).toContain(end);
  });
});
