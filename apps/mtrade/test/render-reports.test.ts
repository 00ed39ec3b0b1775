import type { HistoryAnswers } from '@mtrade/runtime';
import { describe, expect, test } from 'vitest';
import { amountText } from '../src/render/columns.js';
import { renderProfit } from '../src/render/profit.js';
import { renderCycles, renderTrades } from '../src/render/reports.js';

type Profit = HistoryAnswers['profit'];
type Sums = Profit['sums'][number];
type Cycle = HistoryAnswers['cycles']['cycles'][number];

const none = { base: '0', cost: '0' };
const cycle = (changes: Partial<Cycle> = {}): Cycle => ({
  id: 1,
  symbol: 'ETH/USDT',
  cycle: 3,
  outcome: 'closed',
  ended_by: 'target',
  ended_text: 'sold at target',
  rollback: null,
  step: 2,
  start_price: '100',
  base_left: '0',
  bought: '70',
  sold: '71.5',
  quote_fees: '0.0715',
  taken_over: none,
  left_over: none,
  let_go: none,
  taken_in: none,
  invested: '70',
  proceeds: '71.4285',
  profit: '1.4285',
  fees: { USDT: '0.0715' },
  other_fees: {},
  started_ms: 0,
  closed_ms: Date.UTC(2026, 10, 21, 10, 2, 3),
  ...changes,
});
const sums = (changes: Partial<Sums> = {}): Sums => ({
  quote: 'USDT',
  cycles: 2,
  resets: 0,
  bought: '140',
  sold: '143',
  quote_fees: '0.143',
  unsold: '0',
  kept: '0',
  let_go: '0',
  let_go_coins: {},
  taken_in: '0',
  profit: '2.857',
  fees: { USDT: '0.143' },
  other_fees: {},
  ...changes,
});
const profit = (one: Sums, changes: Partial<Profit> = {}): Profit => ({
  schema: 1,
  by: 'pair',
  time_zone: 'UTC',
  rows: [{ pair: 'ETH/USDT', ...one }],
  totals: { [one.quote]: one.profit },
  sums: [one],
  running: [],
  ...changes,
});
const told = (answer: Profit, upToNow = true): string[] =>
  renderProfit(answer, { upToNow }).split('\n').slice(3, -1);
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('profit', () => {
  test('its columns stand in 80 characters, with the formula that they follow', () => {
    const text = renderProfit(profit(sums({ bought: '1234567.890123456', unsold: '-0.000000000012' })), { upToNow: true }); // prettier-ignore
    expect(text.split('\n').slice(0, 2)).toEqual([
      '           quote cycles      bought        sold      fees    unsold     profit',
      'ETH/USDT   USDT       2 1234567.890         143     0.143  -1.2e-11      2.857',
    ]);
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text).toContain('\nprofit = sold - bought - fees + unsold, exactly; --json has all digits\n');
  });

  test('the total has no more decimals than an exchange books', () => {
    expect(told(profit(sums({ profit: '2.857123456789012345' })))[0]).toBe(
      'total 2.85712345 USDT after fees',
    );
  });

  test('coins that a reset took out of the books are named with their cost, and so is what was kept', () => {
    const lines = told(
      profit(sums({ resets: 2, unsold: '20.7', kept: '0.7', let_go: '20', let_go_coins: { ETH: '0.2' } })),
    ).join('\n');
    expect(lines).toContain(
      "unsold 0.7 USDT: coins too few to be sold; they wait for their pair's next cycle",
    );
    expect(lines.replaceAll('\n ', '')).toContain(
      'unsold 20 USDT: 0.2 ETH left the books with 2 resets and stayed on the account',
    );
    expect(widest(lines)).toBeLessThanOrEqual(80);
  });

  test('fees in a third coin and coins that nobody had booked are told besides', () => {
    const lines = told(profit(sums({ other_fees: { GT: '0.01' }, taken_in: '5', unsold: '-5' }))).join('\n');
    expect(lines).toContain('fees of 0.01 GT besides, in no figure above');
    expect(lines).toContain('unsold -5 USDT: coins that were sold without being in the books');
  });

  test('what still runs is told as not counted yet, and not in a span that has an end', () => {
    const running = [{ quote: 'USDT', cycles: 1, bought: '10', sold: '0', quote_fees: '0', taken_over: '0', taken_in: '0', invested: '10', proceeds: '0' }]; // prettier-ignore
    const answer = profit(sums(), { running });
    expect(told(answer).at(-1)).toBe('not counted yet: 1 running cycle, bought 10 USDT, sold 0 USDT');
    expect(told(answer, false).join('')).not.toContain('running');
    expect(renderProfit({ ...answer, rows: [], sums: [] }, { upToNow: true })).toBe(
      'no cycle has ended\nnot counted yet: 1 running cycle, bought 10 USDT, sold 0 USDT\n',
    );
  });
});

describe('cycles', () => {
  const rendered = (...cycles: Cycle[]): string => renderCycles({ schema: 1, cycles, next: null });

  test('each says how it ended, in 80 characters', () => {
    const text = rendered(
      cycle(),
      cycle({ ended_by: 'stop', ended_text: 'stopped out', profit: '-3.5000000000000000001' }),
    );
    expect(text).toBe(
      [
        'ended (UTC) pair       cycle row how           bought     sold    fees    profit',
        '11-21 10:02 ETH/USDT       3   2 at target         70     71.5  0.0715    1.4285',
        '11-21 10:02 ETH/USDT       3   2 stopped out       70     71.5  0.0715 -3.500000',
        'profit = sold - bought - fees + unsold, exactly; --json has all digits',
        '',
      ].join('\n'),
    );
    expect(widest(text)).toBe(80);
  });

  test('a row whose coins were not all sold says below it what they cost, so that it adds up', () => {
    const text = rendered(
      cycle({ bought: '2.979612', sold: '2.970962', quote_fees: '0', profit: '0.0070811', left_over: { base: '0.00025', cost: '0.0165' }, taken_over: { base: '0.0001', cost: '0.0007689' } }), // prettier-ignore
      cycle({ taken_in: { base: '0.1', cost: '5' } }),
    );
    expect(text.split('\n').slice(1, 6)).toEqual([
      '11-21 10:02 ETH/USDT       3   2 at target   2.979612 2.970962       0 0.0070811',
      "    unsold 0.0165 USDT: 0.00025 ETH too few to be sold, left to the pair's next",
      '    cycle',
      '    unsold -0.0007689 USDT: 0.0001 ETH taken over from earlier cycles',
      '11-21 10:02 ETH/USDT       3   2 at target         70     71.5  0.0715    1.4285',
    ]);
    expect(text).toContain('    unsold -5 USDT: 0.1 ETH sold without being in the books');
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  test('a reset says below it which coins left the books and what they had cost; a roll-back says why', () => {
    const text = rendered(
      cycle({ outcome: 'reset', ended_by: 'reset', ended_text: 'reset', let_go: { base: '0.0123', cost: '35.123456789012345' } }), // prettier-ignore
      cycle({ ended_by: 'rollback', ended_text: 'rolled back', rollback: 'refused' }),
    );
    expect(text.split('\n')[2]).toBe('    unsold 35.12345678 USDT: 0.0123 ETH left the books with a reset');
    expect(text.split('\n')[4]).toBe(
      '    the exchange took no protective stop, so it was sold at the market',
    );
  });
});

test('without any history each report is a sentence and no empty table', () => {
  expect(renderTrades({ schema: 1, trades: [], next: null })).toBe('no trades\n');
  expect(renderCycles({ schema: 1, cycles: [], next: null })).toBe('no cycle has ended\n');
  const empty = profit(sums(), { rows: [], sums: [], totals: {} });
  expect(renderProfit(empty, { upToNow: true })).toBe('no cycle has ended\n');
});

test.each([
  ['1.234567890123', '1.23456789'],
  ['100', '100'],
  ['100.000000000001', '100'],
  ['-0.5000', '-0.5'],
  ['0', '0'],
  ['0.000000000012', '1.2e-11'],
])('an amount in a sentence: %s is told as %s', (exact, shown) => {
  expect(amountText(exact)).toBe(shown);
});
