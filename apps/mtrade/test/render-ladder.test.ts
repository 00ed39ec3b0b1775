import type { LadderParams } from '@mtrade/cycle';
import { decimal, quoteAmount } from '@mtrade/money';
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

const view = (feePct: string, over: Partial<LadderParams> = {}) =>
  ladderView('ETH/USDT', { ...params, ...over }, '100', decimal(feePct));

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
  ]);
  const [first, second] = json.rows;
  expect(first).toMatchObject({ drop_pct: '0', breakeven: '100', target_pct: '0.6', sell_price: '100.6' });
  expect(second).toMatchObject({ level: 2, step_drop_pct: '3.65', drop_pct: '3.65', rate: '96.35' });
  expect(Number(second?.breakeven)).toBeCloseTo(98.141075, 6);
  expect(second?.breakeven.replace('.', '').length).toBeGreaterThanOrEqual(12);
});

test('a fee of 0.2 % per side makes the fixed rows from 7 on lose money (scenario 25)', () => {
  const { json, warnings } = view('0.2');

  expect(json.loss_rows).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  expect(warnings.join()).toContain('ETH/USDT: rows 7-16 sell at a net loss');
  expect(view('0').json.loss_rows).toEqual([]);
});

test('the break-even of the table has the fees in it: a row that sells above it is none that loses', () => {
  const { json } = view('0.2');
  for (const row of json.rows)
    expect([row.step, Number(row.sell_price) < Number(row.breakeven_after_fees)]).toEqual([
      row.step,
      json.loss_rows.includes(row.step),
    ]);
  // 100 / 0.998 / 0.998, as docs/ladder.md has it.
  expect(json.rows[0]?.breakeven_after_fees).toMatch(/^100\.40120320/);
  expect(renderLadder(json, 'USDT')).toMatch(/^ {2}0 {3}1 {7}0 .* 100\.4012032 /m);
  expect(view('0').json.rows[0]?.breakeven_after_fees).toBe('100');
});

test('the table fits 80 columns, even for the largest default ladder', () => {
  const text = renderLadder(view('0.2', { volumeMode: 'martingale' }).json, 'USDT');

  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain('whole ladder: 393213 USDT');
  expect(text.split('\n').filter((line) => /\d!$/.test(line)).length).toBeGreaterThan(0);
});
