import { describe, expect, test } from 'vitest';
import { baseQty, decimal, price, quoteAmount, text } from '@mtrade/money';
import { createLadderCheck, validateLadder } from '../src/index.js';
import { makeParams, makeRules } from './make.js';
import { WORKED_MARGINS } from './worked-rows.js';

const messages = (report: ReturnType<typeof validateLadder>) =>
  report.errors.map((error) => error.message).join('\n');

describe('scenario 25: fee-aware warning', () => {
  test.each(WORKED_MARGINS)(
    '$volumeMode $volumeScale at $feePct % waits for break-even in rows $waiting',
    (worked) => {
      const { volumeMode, volumeScale, feePct, margins, waiting } = worked;
      const report = validateLadder(makeParams({ volumeMode, volumeScale }), { feePct: decimal(feePct) });

      expect(report.errors).toEqual([]);
      expect([0, 5, 16].map((step) => report.netMarginsPct[step]?.toFixed(3))).toEqual(margins);
      expect(report.warnings.flatMap((warning) => warning.rows ?? [])).toEqual(waiting);
    },
  );

  test('names the rows the way people read them', () => {
    const report = validateLadder(makeParams({ volumeMode: 'fixed' }), { rules: makeRules() });

    expect(report.warnings[0]?.message).toBe(
      'rows 7-16 wait for break-even instead of their own target and earn nothing: the target does not cover a fee of 0.2 % on both sides',
    );
  });
});

test('one check for many pairs says of each what a check of its own would', () => {
  const check = createLadderCheck();
  const rules = [
    makeRules(),
    makeRules({ symbol: 'ETH/USDT', minQuote: quoteAmount('10') }),
    makeRules({ feeRate: decimal('0.01') }),
    makeRules({ minBase: baseQty('0.1') }),
    null,
  ];
  const params = [
    makeParams(),
    makeParams({ stopLossPct: '3' }),
    makeParams({ stepPct: '60' }),
    makeParams(),
  ];
  for (const one of params)
    for (const rule of rules)
      for (const atPrice of [null, price('100'), price('7')])
        expect(check(one, { rules: rule, atPrice })).toEqual(validateLadder(one, { rules: rule, atPrice }));
});

test('the defaults need 393,213 quote for a base order of 3', () => {
  expect(text(validateLadder(makeParams()).totalQuote)).toBe('393213');
});

describe('scenario 14 and 27: parameters that are refused', () => {
  test.each([
    ['a drop of exactly 100 %', { stepPct: '6.25' }, /row 16 lies 100 % or more below/],
    ['a drop far beyond', { stepPct: '60' }, /rows 2-16 lie 100 %/],
    ['a ladder that does not fall', { stepPct: '0' }, /rows 1-16 do not lie below/],
    ['a ladder that turns', { stepPct: '1', stepGrowthPct: '-0.5' }, /rows 2-16 do not lie below/],
    ['a base order of nothing', { baseOrder: '0' }, /base_order must be above 0/],
    ['a negative base order', { baseOrder: '-3' }, /base_order must be above 0/],
    ['a fraction of a safety order', { safetyOrders: 1.5 }, /safety_orders must be a whole number/],
    ['a negative scale', { volumeScale: '-2' }, /volume_scale must be above 0/],
    ['a negative reserve', { reserve: '-1' }, /reserve must not be negative/],
    ['a negative level step', { bookLevelStep: '-1' }, /book_level_step must not be negative/],
    ['a target below break-even', { takeProfitPct: '0.3' }, /row 16 would sell below its break-even/],
    ['a scale beyond all money', { volumeScale: '100' }, /needs more than 1000000000000000/],
  ])('%s', (_, changes, message) => {
    const report = validateLadder(makeParams(changes));

    expect(messages(report)).toMatch(message);
  });

  test('purchases below the pair minimum in quote, with the rows', () => {
    const report = validateLadder(makeParams(), { rules: makeRules({ minQuote: quoteAmount('10') }) });

    expect(report.errors[0]?.rows).toEqual([0, 1]);
    expect(messages(report)).toMatch(/minimum of 10 USDT/);
  });

  test('purchases below the pair minimum in base, where a price is known', () => {
    const rules = makeRules({ minBase: baseQty('0.1') });

    expect(validateLadder(makeParams(), { rules }).errors).toEqual([]);
    expect(validateLadder(makeParams(), { rules, atPrice: price('100') }).errors[0]?.rows).toEqual([0, 1]);
  });

  test('a target of exactly break-even is allowed, and warned about', () => {
    const report = validateLadder(makeParams({ takeProfitPct: '0.32' }), { feePct: decimal('0.1') });

    expect(report.errors).toEqual([]);
    expect(report.warnings[0]?.rows).toContain(16);
  });
});
