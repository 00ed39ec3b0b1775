import { answerFromBooks, type HistoryAnswers } from '@mtrade/runtime';
import { openReader } from '@mtrade/store';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Execution, say } from './exchange.js';
import { reportsAddUp } from './reports.js';
import { covered, held, wait } from './stop-world.js';
import { BTC, ETH, World } from './world.js';

const SYMBOLS = [ETH, BTC];
const MINUTE_MS = 60_000;

/** Any decision of the market and the operator; what the exchange takes as a fee, and in which coin. */
const step = fc.record({
  pair: fc.nat({ max: 1 }),
  at: fc.integer({ min: 88, max: 106 }),
  cents: fc.nat({ max: 99 }),
  share: fc.constantFrom('1', '1', '1', '0.37'),
  fee: fc.constantFrom('0', '0.001', '0.002', '0.0017', '-0.0005'),
  feeCoin: fc.constantFrom(undefined, undefined, undefined, 'USDT', 'GT'),
  trades: fc.integer({ min: 1, max: 3 }),
  command: fc.constantFrom(null, null, null, null, null, 'reset' as const, 'sell-now' as const),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(world: World, { pair, at, cents, share, fee, feeCoin, trades, command }: Step): void {
  const symbol = SYMBOLS[pair] ?? ETH;
  const price = `${at}.${String(cents).padStart(2, '0')}`;
  world.clock.advance(20_000);
  world.ready();
  if (command !== null) world.ask({ type: 'command', command: { name: command, symbol } });
  if (command === 'reset') world.command({ name: 'resume', symbol });
  const before = world.orders.length;
  world.pass(symbol, price, price);
  if (world.orders.length === before) return;
  const request = world.lastOrder;
  const execution: Execution = {
    at: request.price ?? price,
    share: request.timeInForce === 'fok' ? '1' : share,
    fee,
    trades,
    ...(feeCoin !== undefined && { feeCoin }),
  };
  world.trade(execution);
  world.settleAccount();
}

describe('how a cycle ended', () => {
  const endings = (world: World): unknown[] => {
    const reader = openReader({ path: world.path });
    if (reader === null) throw new Error('no books');
    const { cycles } = answerFromBooks(reader, { about: 'cycles', filter: {} }) as HistoryAnswers['cycles'];
    reader.close();
    return cycles.map((one) => [one.outcome, one.ended_by, one.ended_text, one.rollback]);
  };

  test('at its target and by hand', () => {
    const world = new World().ready();
    world.activate();
    world.pass(ETH, '102', '102');
    world.trade({ at: '102' });
    world.settleAccount();
    world.activate();
    world.command({ name: 'sell-now', symbol: ETH });
    world.trade({ at: '99' });
    expect(endings(world)).toEqual([
      ['closed', 'hand', 'sold by hand', null],
      ['closed', 'target', 'sold at target', null],
    ]);
  });

  test('by its stop at the exchange', () => {
    const { world, stops } = covered();
    stops.fire('94.9');
    wait(world, stops, 11_000, '94.9');
    expect(endings(world)).toEqual([['closed', 'stop', 'stopped out', null]]);
  });

  test('by hand while a stop lay at the exchange', () => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    stops.answer();
    world.pass(ETH, '99', '99');
    world.trade({ at: '99', fee: '0' });
    expect(endings(world)).toEqual([['closed', 'hand', 'sold by hand', null]]);
  });

  test('by the engine, because the price had passed its stop', () => {
    const { world, stops } = held();
    stops.refuse('AUTO_TRIGGER_PRICE_LESS_LAST');
    world.turn();
    world.trade({ at: '94', fee: '0' });
    expect(endings(world)).toEqual([['closed', 'rollback', 'rolled back', 'trigger-passed']]);
  });

  test('by a reset: the coins that left the books are named with their cost, also those of a late fill', () => {
    const world = new World().ready();
    world.activate();
    world.command({ name: 'reset', symbol: ETH });
    world.command({ name: 'resume', symbol: ETH });
    world.settleAccount();
    world.pass(ETH, '100', '100');
    world.command({ name: 'reset', symbol: ETH });
    world.trade({ at: '100', fee: '0' });
    const { rows = [] } = reportsAddUp(world.path) ?? {};
    expect(endings(world).map((one) => (one as unknown[])[1])).toEqual(['reset', 'reset']);
    expect(rows).toMatchObject([{ resets: 2, bought: '20', let_go: '20', let_go_coins: { ETH: '0.2' }, profit: '0' }]); // prettier-ignore
  });

  test('by nothing: a start buy that was not filled has bought nothing, and is no cycle in the profit', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'BALANCE_NOT_ENOUGH'));
    expect(endings(world)).toEqual([['abandoned', 'nothing', 'nothing bought', null]]);
    expect(reportsAddUp(world.path)?.rows).toEqual([]);
  });
});

describe('the reports add up with the trades to the last digit', () => {
  test(
    'over random cycles with fees in each coin, dust, partial fills, sales by hand and resets',
    () => {
      const seen = { cycles: 0, resets: 0, kept: 0, letGo: 0, other: 0, fees: 0, taken: 0 };
      fc.assert(
        fc.property(fc.array(step, { minLength: 30, maxLength: 90, size: 'max' }), (steps) => {
          const world = new World({ symbols: SYMBOLS, balances: { USDT: '5000', GT: '100' } }).ready();
          for (const one of steps) take(world, one);
          world.store.audit();
          const report = reportsAddUp(world.path);
          for (const sums of report?.sums ?? []) {
            seen.cycles += sums.cycles;
            seen.resets += sums.resets;
            seen.kept += Number(sums.kept !== '0');
            seen.letGo += Number(sums.let_go !== '0');
            seen.other += Object.keys(sums.other_fees).length;
            seen.fees += Number(sums.quote_fees !== '0');
          }
          seen.taken += Number((report?.running ?? []).some(({ taken_over: dust }) => dust !== '0'));
          world.dispose();
        }),
        { numRuns: 8, seed: 20_261_121, interruptAfterTimeLimit: MINUTE_MS / 2 },
      );
      // The lives must have gone to the places that matter, or this proves nothing.
      expect(seen.cycles).toBeGreaterThan(50);
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1);
    },
    MINUTE_MS,
  );
});
