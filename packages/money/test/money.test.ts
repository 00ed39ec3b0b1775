import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import {
  baseQty,
  ceilToStep,
  compact,
  type Decimal,
  decimal,
  floorToStep,
  integer,
  max,
  min,
  price,
  qtyFor,
  quotient,
  quoteAmount,
  roundHalfUp,
  roundUp,
  scaled,
  sum,
  text,
  toDouble,
  truncate,
  valueOf,
  ZERO,
} from '../src/index.js';

const plain = fc.stringMatching(/^-?[0-9]{1,30}(\.[0-9]{1,40})?$/);
/** A positive decimal and a step of the kinds that exchanges use. */
const positive = fc
  .tuple(fc.bigInt(1n, 10n ** 24n), fc.integer({ min: 0, max: 18 }))
  .map(([m, d]) => decimal(String(m)).times(scaled(1, d)));
const step = fc
  .tuple(fc.constantFrom(1, 5, 25), fc.integer({ min: 0, max: 12 }))
  .map(([m, d]) => scaled(m, d));

const isMultiple = (value: Decimal, of: Decimal): boolean => value.div(of).round(0).times(of).eq(value);

describe('decimal text', () => {
  test('goes in and out without losing a digit', () => {
    fc.assert(
      fc.property(plain, (written) => {
        expect(decimal(text(decimal(written))).eq(decimal(written))).toBe(true);
        expect(text(decimal(written))).not.toMatch(/e/i);
      }),
    );
  });

  test('is never exponential, however small or large', () => {
    expect(text(decimal('0.0000000000000000000000000000000000000001'))).toBe(`0.${'0'.repeat(39)}1`);
    expect(text(decimal('123456789012345678901234567890'))).toBe('123456789012345678901234567890');
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '1e-7',
    'NaN',
    'Infinity',
    '.5',
    '5.',
    '1,5',
    '0x1',
    '--1',
    '+1',
    '1'.repeat(31),
    `0.${'1'.repeat(41)}`,
  ])('scenario 27: %j is refused, not guessed', (written) => {
    expect(() => decimal(written)).toThrow(/not a plain decimal/);
  });

  test('a JavaScript number cannot slip in', () => {
    expect(() => decimal('1').plus(0.1)).toThrow(/./);
    expect(() => integer(0.5)).toThrow(/not a safe integer/);
    expect(() => integer(2 ** 53)).toThrow(/not a safe integer/);
  });
});

describe('decimals that are kept', () => {
  // That they take less memory, no test can see: a row of `npm run bench -- idle` does.
  test('are the same to the last digit, and as good to count with', () => {
    fc.assert(
      fc.property(plain, plain, (written, other) => {
        const value = decimal(written);
        const kept = compact(decimal(written));
        expect(text(kept)).toBe(text(value));
        expect(kept).toEqual(value);
        expect(text(kept.plus(decimal(other)))).toBe(text(value.plus(decimal(other))));
        expect(text(kept.times(decimal(other)))).toBe(text(value.times(decimal(other))));
      }),
    );
  });
});

describe('steps', () => {
  test('floor and ceiling are the nearest multiples around the value (X07)', () => {
    fc.assert(
      fc.property(positive, step, (value, size) => {
        const down = floorToStep(value, size);
        const up = ceilToStep(value, size);
        expect(down.lte(value) && value.minus(down).lt(size)).toBe(true);
        expect(up.gte(value) && up.minus(value).lt(size)).toBe(true);
        expect(isMultiple(down, size) && isMultiple(up, size)).toBe(true);
      }),
    );
  });

  test('a value on the grid stays where it is', () => {
    expect(text(floorToStep(decimal('0.3'), decimal('0.1')))).toBe('0.3');
    expect(text(ceilToStep(decimal('0.3'), decimal('0.1')))).toBe('0.3');
    expect(text(floorToStep(decimal('0.05'), decimal('0.1')))).toBe('0');
    expect(text(ceilToStep(decimal('0.05'), decimal('0.1')))).toBe('0.1');
  });

  test('a step that divides nothing evenly does not round a hair upwards', () => {
    const third = decimal('0.3333333333333333333333333333333333333333');

    expect(floorToStep(decimal('1'), third).lte(decimal('1'))).toBe(true);
    expect(ceilToStep(decimal('1'), third).gte(decimal('1'))).toBe(true);
  });

  test('a budget is never exceeded', () => {
    fc.assert(
      fc.property(positive, positive, step, (budget, at, size) => {
        const bought = qtyFor(budget as never, at as never, size as never);
        expect(valueOf(at as never, bought).lte(budget)).toBe(true);
      }),
    );
  });
});

describe('quotient', () => {
  test('is the division of the decimal library, digit for digit', () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        fc.pre(!decimal(b).eq(ZERO));
        expect(text(quotient(decimal(a), decimal(b)))).toBe(text(decimal(a).div(decimal(b))));
      }),
      { numRuns: 500 },
    );
  });

  test('by zero is an error, never infinity', () => {
    expect(() => quotient(decimal('1'), decimal('0'))).toThrow(/division by zero/);
  });
});

describe('rounding and sums', () => {
  test('each rounding goes the way its name says', () => {
    const ways = [roundHalfUp, roundUp, truncate].map((round) => text(round(decimal('1.245'), 2)));

    expect(ways).toEqual(['1.25', '1.25', '1.24']);
    expect(text(roundUp(decimal('1.2401'), 2))).toBe('1.25');
    expect(text(roundHalfUp(decimal('1.2449'), 2))).toBe('1.24');
  });

  test('scenario 26: a sum is exact, where floats are not', () => {
    expect(text(sum([decimal('0.1'), decimal('0.2')]))).toBe('0.3');
    expect(text(sum(Array.from({ length: 1_000 }, () => decimal('0.001'))))).toBe('1');
    expect(sum([])).toBe(ZERO);
  });

  test('scaled is mantissa x 10^-decimals, exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 20 }), (mantissa, decimals) => {
        expect(
          scaled(mantissa, decimals)
            .times(decimal(`1${'0'.repeat(decimals)}`))
            .eq(integer(mantissa)),
        ).toBe(true);
      }),
    );
  });

  test('minimum, maximum and the nearest double', () => {
    expect(text(max(price('1'), price('2')))).toBe('2');
    expect(text(min(baseQty('1'), baseQty('2')))).toBe('1');
    expect(toDouble(quoteAmount('0.1'))).toBe(0.1);
  });
});
