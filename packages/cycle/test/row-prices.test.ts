import { expect, test } from 'vitest';
import { type BaseQty, decimal, ONE, price, text, ZERO } from '@mtrade/money';
import {
  buildLadder,
  type Cycle,
  levels,
  type LadderParams,
  rowPrices,
  saleTerms,
  stopTerms,
  storedLevels,
  validateLadder,
} from '../src/index.js';
import { activePair, cycleOf, makeParams, makeRules } from './make.js';

const START = price('100');

/** A cycle that stands on `step`, every row bought at exactly its price, the fee of each buy taken in coins. */
function boughtDownTo(step: number, params: LadderParams, rules = makeRules()): Cycle {
  const ladder = buildLadder(params, START);
  const row = ladder.rows[step];
  if (row === undefined) throw new Error(`no row ${step}`);
  return {
    ...cycleOf(activePair()),
    params,
    ladder,
    step,
    invested: row.invested,
    proceeds: ZERO as Cycle['proceeds'],
    baseVolume: row.coins.times(ONE.minus(rules.feeRate)) as BaseQty,
    lastBuyPrice: row.rate,
  };
}

const TABLES: readonly (readonly [string, LadderParams])[] = [
  ['fixed', makeParams({ volumeMode: 'fixed', stopLossPct: '30' })],
  ['geometric', makeParams({ stopLossPct: '12' })],
  ['a target of nothing', makeParams({ takeProfitPct: '0.32', stopLossPct: '3' })],
];

test.each(TABLES)('the table shows the prices that the engine uses, for every row: %s', (_, params) => {
  const rules = makeRules();
  const { rows } = buildLadder(params, START);
  const shown = rows.map((row) => {
    const { sale, stop } = rowPrices(row, params, rules);
    return [row.step, text(sale), stop && text(stop)];
  });
  const used = rows.map(({ step }) => {
    const cycle = boughtDownTo(step, params);
    const stop = stopTerms(cycle, rules);
    return [step, text(saleTerms(cycle, rules).limit), stop && text(stop.triggerPrice)];
  });

  expect(shown).toEqual(used);
});

test('no row sells below break-even after fees: one whose target does not cover them waits for break-even', () => {
  const params = makeParams({ volumeMode: 'fixed' });
  const { feeRate } = makeRules();
  const { rows } = buildLadder(params, START);
  const { breakEvenRows } = validateLadder(params, { feePct: decimal('0.2') });

  expect(breakEvenRows).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  for (const row of rows) {
    const { step } = row;
    const { breakEven, sale, waitsForBreakEven } = rowPrices(row, params, { feeRate });
    expect([step, waitsForBreakEven]).toEqual([step, breakEvenRows.includes(step)]);
    expect([step, text(sale)]).toEqual([step, text(waitsForBreakEven ? breakEven : row.sellPrice)]);
    // What the sale brings after its fee, for coins that each buy's fee has made fewer: at least what was paid.
    const kept = ONE.minus(feeRate);
    const brought = row.coins.times(kept).times(sale).times(kept);
    expect([step, brought.minus(row.invested).gte('-0.0000000001')]).toEqual([step, true]);
  }
  // 66.03029 on average and 66.14677 as its own target; break-even after fees is above both.
  const last = rows.at(-1);
  expect(last && rowPrices(last, params, { feeRate }).sale.toFixed(4)).toBe('66.2952');
});

test('without a fee every row has its own target, also one of exactly nothing', () => {
  const params = makeParams({ takeProfitPct: '0.32' });
  for (const row of buildLadder(params, price('7')).rows) {
    const { sale, waitsForBreakEven } = rowPrices(row, params, { feeRate: ZERO });
    expect([row.step, waitsForBreakEven, text(sale)]).toEqual([row.step, false, text(row.sellPrice)]);
  }
});

test('the levels of the books alone are those of the engine at the same fee, before the price grid', () => {
  const rules = makeRules();
  for (const step of [0, 9, 16]) {
    const cycle = boughtDownTo(step, makeParams({ volumeMode: 'fixed' }));
    expect(storedLevels(cycle, rules.feeRate)).toEqual({ ...levels(cycle, rules), sellLimit: null });
  }
});
