import { scaled, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { parseScaledPrice } from '../src/scaled-price.js';

describe('a price', () => {
  test.each([
    ['19177.79', 1917779, 2],
    ['8.8648', 88648, 4],
    ['0.0018678000', 18678, 7],
    ['100', 100, 0],
    ['100.00', 100, 0],
    ['1000', 1000, 0],
    ['0.1', 1, 1],
    ['0.00000000012', 12, 11],
    ['9007199254740991', 9007199254740991, 0],
    ['70775.200000000000000000', 707752, 1],
  ])('%s is %i x 10^-%i exactly', (given, mantissa, decimals) => {
    expect(parseScaledPrice(given)).toEqual({ mantissa, decimals });
    expect(text(scaled(mantissa, decimals))).toBe(given.includes('.') ? given.replace(/\.?0+$/, '') : given);
  });

  test.each([
    '',
    'NaN',
    'Infinity',
    '1e999',
    '1e2',
    '-1',
    '+1',
    '.5',
    '5.',
    '.',
    '1.2.3',
    '1,5',
    ' 1',
    '1 ',
    '0',
    '0.000',
    '0x10',
    '9007199254740993',
    '1234567890.1234567',
    '1'.repeat(41),
    '٣',
    1.5,
    7,
    null,
    undefined,
    ['1'],
  ])('%j is refused, not guessed (W11, W17)', (given) => {
    expect(parseScaledPrice(given)).toBeNull();
  });
});
