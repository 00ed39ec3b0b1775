import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import { judgeSteps, stepWords } from '@mtrade/cycle';
import { describe, expect, test } from 'vitest';
import { makeParams, makeRules } from './make.js';

const coarse = makeRules({ amountStep: baseQty('0.001'), minBase: baseQty('0.001'), minQuote: quoteAmount('1'), feeRate: decimal('0.002') }); // prettier-ignore

describe('rows that the amount step of a pair leaves without an order are named before anything is bought', () => {
  test('a step that is worth more than the purchase: the row cannot be bought', () => {
    const params = makeParams({ baseOrder: '10', safetyOrders: 3 });
    const report = judgeSteps(params, coarse, price('60000'));

    // Rows of 10, 20, 40 and 80 quote; one step is worth 60 at the start and 53 at row 3.
    expect(report.unbuyable).toEqual([0, 1, 2]);
    expect(stepWords(report, coarse, price('60000')).problems[0]).toMatch(
      /^rows 0-2 cannot be bought at a price of 60000: .* trades in steps of 0\.001 \w+, at least 0\.001 /,
    );
  });

  test('one step and a fee in coins: what was bought cannot be sold again, until a deeper row adds to it', () => {
    const report = judgeSteps(makeParams({ baseOrder: '70', safetyOrders: 2 }), coarse, price('60000'));

    expect(report).toMatchObject({ unbuyable: [], unsellable: [0] });
    expect(stepWords(report, coarse, price('60000')).problems).toEqual([
      expect.stringMatching(/^what is held after row 0 cannot be sold at a price of 60000/),
    ]);
  });

  test('rounded down it is worth less than the smallest order: the sale comes later than the table has it', () => {
    const rules = makeRules({ ...coarse, amountStep: baseQty('0.01'), minBase: baseQty('0.01'), minQuote: quoteAmount('3') }); // prettier-ignore
    const report = judgeSteps(makeParams({ baseOrder: '3', safetyOrders: 1 }), rules, price('100'));

    expect(report).toEqual({ unbuyable: [], unsellable: [], late: [0] });
    expect(stepWords(report, rules, price('100')).warnings[0]).toMatch(
      /^after row 0 the sale waits for a higher/,
    );
  });

  test('a fine step leaves nothing to say', () => {
    const rules = makeRules({ amountStep: baseQty('0.000001'), minBase: baseQty('0.000001'), minQuote: quoteAmount('1') }); // prettier-ignore
    const report = judgeSteps(makeParams(), rules, price('60000'));

    expect(report).toEqual({ unbuyable: [], unsellable: [], late: [] });
    expect(stepWords(report, rules, price('60000'))).toEqual({ problems: [], warnings: [] });
  });
});
