import type { LadderParams } from '@mtrade/cycle';
import { decimal, price, quoteAmount } from '@mtrade/money';
import { ladderView } from '@mtrade/runtime';
import { expect, test } from 'vitest';
import { renderLadder } from '../src/render/ladder.js';

const params: LadderParams = {
  baseOrder: quoteAmount('3'),
  safetyOrders: 16,
  stepPct: decimal('3.65'),
  stepGrowthPct: decimal('0'),
  volumeMode: 'fixed',
  volumeScale: decimal('2'),
  takeProfitPct: decimal('0.6'),
  takeProfitDecayPct: decimal('0.02'),
  bookLevelStep: decimal('1'),
  reserve: quoteAmount('0'),
  stopLossPct: decimal('0'),
};

const view = (feePct: string, over: Partial<LadderParams> = {}, priceStep: string | null = null) =>
  ladderView('ETH/USDT', { ...params, ...over }, '100', {
    feeRate: decimal(feePct).div('100'),
    priceStep: priceStep === null ? null : price(priceStep),
  });

test('the object has the shape of the contract: drops positive, at least 12 significant digits', () => {
  const { json } = view('0.2');

  expect(json).toMatchObject({ schema: 1, symbol: 'ETH/USDT', price: '100', total_quote: '51' });
  expect(json.rows).toHaveLength(17);
  expect(Object.keys(json.rows[0] ?? {})).toEqual([
    'step',
    'level',
    'step_drop_pct',
    'drop_pct',
    'rate',
    'purchase',
    'invested',
    'breakeven',
    'breakeven_pct',
    'target_pct',
    'sell_price',
    'breakeven_after_fees',
    'sells_at',
    'waits_for_breakeven',
  ]);
  const [first, second] = json.rows;
  expect(first).toMatchObject({ drop_pct: '0', breakeven: '100', target_pct: '0.6', sell_price: '100.6' });
  expect(second).toMatchObject({ level: 2, step_drop_pct: '3.65', drop_pct: '3.65', rate: '96.35' });
  expect(Number(second?.breakeven)).toBeCloseTo(98.141075, 6);
  expect(second?.breakeven.replace('.', '').length).toBeGreaterThanOrEqual(12);
});

test('a fee of 0.2 % per side makes the fixed rows from 7 on wait for break-even (scenario 25)', () => {
  const { json, warnings } = view('0.2');

  expect(json.loss_rows).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  expect(warnings.join()).toContain('ETH/USDT: rows 7-16 wait for break-even');
  expect(view('0').json.loss_rows).toEqual([]);
});

test('the table shows where the engine sells: the target, or break-even after fees where that is higher', () => {
  const { json } = view('0.2');
  for (const row of json.rows) {
    const waits = json.loss_rows.includes(row.step);
    expect([row.step, row.waits_for_breakeven]).toEqual([row.step, waits]);
    expect([row.step, row.sells_at]).toEqual([row.step, waits ? row.breakeven_after_fees : row.sell_price]);
    expect([row.step, Number(row.sells_at) >= Number(row.breakeven_after_fees)]).toEqual([row.step, true]);
  }
  // 100 / 0.998 / 0.998, as docs/ladder.md has it; row 16 would sell at 66.14677 and waits for 66.03029 / 0.998 / 0.998.
  expect(json.rows[0]?.breakeven_after_fees).toMatch(/^100\.40120320/);
  const text = renderLadder(json, 'USDT');
  expect(text).toMatch(/^row level +drop % +price +buys for +invested +break-even +target % +sells at$/m);
  expect(text).toMatch(/^ {2}0 {5}1 {6}0 .* 100\.401203 .* {6}100\.6$/m);
  expect(text).toMatch(/^ 16 {4}17 .* 66\.2952053 .* 66\.2952053!$/m);
  expect(text).toContain('!  waits for break-even instead of its own target, and earns nothing');
  expect(view('0').json.rows[0]?.breakeven_after_fees).toBe('100');
});

test('where the price step of the pair is known, the table has the prices of the orders', () => {
  const { json } = view('0.2', { stopLossPct: decimal('30') }, '0.05');

  expect(json.price_step).toBe('0.05');
  expect(json.rows.map(({ sells_at: at }) => at).slice(0, 2)).toEqual(['100.6', '98.7']);
  expect(json.rows[16]?.sells_at).toBe('66.3');
  // The average cost has the fees of the buys in it: 100 / 0.998 x 0.7 = 70.14..., rounded down.
  expect(json.rows[0]?.stop_price).toBe('70.1');
});

test('the level of the order book stands in the table only where it says something', () => {
  const plain = renderLadder(view('0.2', { bookLevelStep: decimal('0') }).json, 'USDT');
  expect(plain).toMatch(/^row drop % +price/m);
});

test('the table fits 80 columns, even for the largest default ladder', () => {
  const text = renderLadder(view('0.2', { volumeMode: 'martingale' }).json, 'USDT');

  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain('whole ladder: 393213 USDT');
  expect(text.split('\n').filter((line) => /\d!$/.test(line)).length).toBeGreaterThan(0);
});
