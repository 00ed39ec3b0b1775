import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { decimal, price, roundHalfUp, scaled, text } from '@mtrade/money';
import type { Decimal } from '@mtrade/money';
import { buildLadder, ladderFromJson, ladderToJson, paramsFromJson, paramsToJson } from '../src/index.js';
import { makeParams } from './make.js';
import { WORKED_TABLES } from './worked-rows.js';

/** `value` with as many places as `printed` shows. */
const likePrinted = (value: Decimal, printed: string): string => {
  const places = printed.split('.')[1]?.length ?? 0;
  const isTie = value.minus(decimal(printed)).abs().times(decimal('2')).eq(scaled(1, places));
  // Some figures lie exactly between two printed ones; the table rounds those to even, and both are right.
  return isTie || roundHalfUp(value, places).eq(decimal(printed))
    ? printed
    : roundHalfUp(value, places).toFixed(places);
};

describe('scenario 13: worked rows', () => {
  for (const { name, volumeMode, volumeScale, rows } of WORKED_TABLES) {
    const ladder = buildLadder(makeParams({ volumeMode, volumeScale, bookLevelStep: '1' }), price('100'));

    test.each(rows)(`${name}, row %i, to every printed digit`, (...worked) => {
      const [step, level, dropPct, rate, purchase, invested, breakEven, breakEvenPct, targetPct, sellPrice] =
        worked;
      const row = ladder.rows[step];

      expect(row?.step).toBe(step);
      expect(row?.level).toBe(level);
      const printed = { dropPct, rate, purchase, invested, breakEven, breakEvenPct, targetPct, sellPrice };
      for (const [figure, expected] of Object.entries(printed))
        expect([figure, likePrinted(row?.[figure as keyof typeof printed], expected)]).toEqual([
          figure,
          expected,
        ]);
    });

    test(`${name} has no row more`, () => expect(ladder.rows).toHaveLength(rows.length));
  }

  test('second reference point: P0 100, start 10, R 3, growth 0.1, scale 2, row 3', () => {
    const params = makeParams({ baseOrder: '10', stepPct: '3', stepGrowthPct: '0.1', volumeScale: '2' });
    const row = buildLadder(params, price('100')).rows[3];

    expect(row?.rate.toFixed()).toBe('90.4');
    expect(row?.purchase.toFixed()).toBe('80');
    expect(row?.breakEven.toFixed(2)).toBe('92.69');
    expect(row?.breakEvenPct.toFixed(2)).toBe('2.54');
  });

  test('step drops are 0 for row 0 and k x growth + step for the others', () => {
    const drops = buildLadder(makeParams({ stepGrowthPct: '0.1' }), price('1'))
      .rows.slice(0, 4)
      .map((row) => text(row.stepDropPct));

    expect(drops).toEqual(['0', '3.75', '3.85', '3.95']);
  });

  test('scenario 12: every row derives from the executed average price', () => {
    const rates = buildLadder(makeParams(), price('100.4')).rows.map((row) => text(row.rate));

    expect(rates.slice(0, 3)).toEqual(['100.4', '96.7354', '93.0708']);
  });

  test.each([
    ['0', [1, 1, 1, 1]],
    ['0.26', [1, 1, 2, 2]],
    ['0.5', [1, 2, 2, 3]],
    ['2', [1, 3, 5, 7]],
  ])('book_level_step %s rounds half up, 1 is the best price', (bookLevelStep, levels) => {
    const ladder = buildLadder(makeParams({ bookLevelStep, safetyOrders: 3 }), price('1'));

    expect(ladder.rows.map((row) => row.level)).toEqual(levels);
  });

  test('scenario 14: a row at or below zero cannot even be built', () => {
    expect(() => buildLadder(makeParams({ stepPct: '6.25' }), price('100'))).toThrow(
      /row 16 .* at or below zero/,
    );
  });
});

const anyParams = fc
  .record({
    baseOrder: fc.integer({ min: 1, max: 1_000_000 }).map((n) => `${n / 1_000}`),
    safetyOrders: fc.integer({ min: 0, max: 16 }),
    stepPct: fc.integer({ min: 1, max: 400 }).map((n) => `${n / 100}`),
    stepGrowthPct: fc.integer({ min: 0, max: 20 }).map((n) => `${n / 100}`),
    volumeMode: fc.constantFrom('fixed', 'geometric', 'martingale'),
    volumeScale: fc.integer({ min: 50, max: 300 }).map((n) => `${n / 100}`),
    takeProfitPct: fc.integer({ min: 32, max: 500 }).map((n) => `${n / 100}`),
  })
  .map((changes) => makeParams(changes));
const anyPrice = fc
  .tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 0, max: 12 }))
  .map(([m, d]) =>
    price(
      d === 0
        ? String(m)
        : `${String(m)
            .padStart(d + 1, '0')
            .slice(0, -d)}.${String(m)
            .padStart(d + 1, '0')
            .slice(-d)}`,
    ),
  );

describe('any ladder', () => {
  test('a target of exactly zero in the last row is not below its break-even by a rounding', () => {
    const params = makeParams({
      baseOrder: '0.001',
      stepPct: '0.01',
      stepGrowthPct: '0.03',
      volumeMode: 'fixed',
      takeProfitPct: '0.32',
    });
    const last = buildLadder(params, price('410')).rows.at(-1);

    expect(last?.sellPrice.gte(last.breakEven)).toBe(true);
  });

  test('falls, costs more with every row, and sells above its break-even', () => {
    fc.assert(
      fc.property(anyParams, anyPrice, (params, start) => {
        fc.pre(
          params.safetyOrders *
            (Number(params.stepPct.toFixed()) + 10 * Number(params.stepGrowthPct.toFixed())) <
            99,
        );
        const { rows } = buildLadder(params, start);
        rows.forEach((row, k) => {
          const before = rows[k - 1];
          expect(row.sellPrice.gte(row.breakEven)).toBe(true);
          expect(row.breakEven.gte(row.rate)).toBe(true);
          if (!before) return;
          expect(row.rate.lt(before.rate)).toBe(true);
          expect(row.invested.gt(before.invested)).toBe(true);
          expect(row.coins.gt(before.coins)).toBe(true);
          expect(row.breakEven.lt(before.breakEven)).toBe(true);
          expect(row.sellPrice.lt(before.sellPrice)).toBe(true);
        });
      }),
      { numRuns: 150 },
    );
  });

  test('scenario 24: comes back from its stored text digit for digit, as do its parameters', () => {
    fc.assert(
      fc.property(anyParams, anyPrice, (params, start) => {
        fc.pre(
          params.safetyOrders *
            (Number(params.stepPct.toFixed()) + 10 * Number(params.stepGrowthPct.toFixed())) <
            99,
        );
        const json = ladderToJson(buildLadder(params, start.div(decimal('3')) as typeof start));
        const stored = JSON.parse(JSON.stringify(json)) as unknown;

        expect(ladderToJson(ladderFromJson(stored))).toEqual(json);
        expect(paramsToJson(paramsFromJson(JSON.parse(JSON.stringify(paramsToJson(params)))))).toEqual(
          paramsToJson(params),
        );
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    [null],
    [{}],
    [{ startPrice: '1', rows: 'none' }],
    [{ startPrice: 'NaN', rows: [] }],
    [{ startPrice: '1', rows: [{ step: 4 }] }],
  ])('a damaged stored ladder is refused: %j', (stored) => {
    expect(() => ladderFromJson(stored)).toThrow(/./);
  });
});
