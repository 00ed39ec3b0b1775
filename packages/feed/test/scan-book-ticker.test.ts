import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFrame, parseJsonFrame } from '../src/parse-frame.js';
import { scanBookTicker } from '../src/scan-book-ticker.js';

/** As the exchange writes it. */
const render = ({
  time = '1606293275',
  timeMs = '1606293275723',
  t = '1606293275123',
  u = '48733182',
  s = 'ETH_USDT',
  b = '19177.79',
  B = '0.0003',
  a = '19179.38',
  A = '0.09',
} = {}) =>
  `{"time":${time},"time_ms":${timeMs},"channel":"spot.book_ticker","event":"update","result":{"t":${t},"u":${u},"s":"${s}","b":"${b}","B":"${B}","a":"${a}","A":"${A}"}}`;

const whole = fc.oneof(
  fc.nat().map(String),
  fc.bigInt(0n, 10n ** 17n).map(String),
  fc.constantFrom('0', '00', '007', '-1', '1.5', '1e3', '', 'null', '"5"'),
);
const amount = fc.oneof(
  fc.tuple(fc.bigInt(0n, 10n ** 18n), fc.nat({ max: 12 })).map(([digits, decimals]) => {
    const text = digits.toString().padStart(decimals + 1, '0');
    return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  }),
  fc.constantFrom(
    '',
    '0',
    '0.0',
    '0.00',
    '.5',
    '5.',
    '1..2',
    '1.2.3',
    '1e5',
    '-1',
    '+1',
    '1.10',
    '100',
    '000.10',
    '9007199254740993',
    '١',
    ' 1',
    '1 ',
    '\\u0031',
    'NaN',
  ),
  fc.stringMatching(/^[0-9.]{0,45}$/),
);
const pair = fc.oneof(
  fc.stringMatching(/^[A-Z0-9]{1,6}_[A-Z0-9]{1,6}$/),
  fc.constantFrom(
    'BTC_USDT',
    'btc_usdt',
    'BTCUSDT',
    '_',
    'A_B_C',
    '',
    'BTC\\u005fUSDT',
    'Ä_B',
    `${'A'.repeat(20)}_${'B'.repeat(20)}`,
    `${'A'.repeat(21)}_B`,
  ),
);
/** Mostly right, so that a wrong field or byte is the only one of its frame. */
const mostly = <T>(right: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: other });
const goodWhole = fc.nat().map(String);
const goodAmount = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 0, max: 8 }))
  .map(([mantissa, decimals]) => (mantissa / 10 ** decimals).toFixed(decimals));
const fields = fc.record(
  {
    time: mostly(goodWhole, whole),
    timeMs: mostly(goodWhole, whole),
    t: mostly(goodWhole, whole),
    u: mostly(goodWhole, whole),
    s: mostly(fc.constantFrom('BTC_USDT', 'ETH_USDT'), pair),
    b: mostly(goodAmount, amount),
    B: mostly(goodAmount, amount),
    a: mostly(goodAmount, amount),
    A: mostly(goodAmount, amount),
  },
  { requiredKeys: [] },
);

/** A few bytes changed, cut out or put in anywhere. */
const wounds = mostly<[number, number, string][]>(
  fc.constant<[number, number, string][]>([]),
  fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 }), fc.constantFrom('set', 'cut', 'add')), {
    maxLength: 3,
  }),
);

function wound(frame: Buffer, list: readonly (readonly [number, number, string])[]): Buffer {
  return list.reduce((left, [at, byte, how]) => {
    const index = at % (left.length + 1);
    const rest = left.subarray(how === 'add' ? index : index + 1);
    return Buffer.concat([left.subarray(0, index), ...(how === 'cut' ? [] : [Buffer.from([byte])]), rest]);
  }, frame);
}

describe('the scanner of book tickers', () => {
  test('reads what the exchange writes, without JSON', () => {
    expect(scanBookTicker(Buffer.from(render()))).toEqual({
      type: 'book-ticker',
      symbol: 'ETH/USDT',
      bid: { mantissa: 1917779, decimals: 2 },
      ask: { mantissa: 1917938, decimals: 2 },
      exchangeMs: 1606293275123,
      sequence: 48733182,
    });
  });

  test('agrees with JSON on every frame, right or wrong', () => {
    let scanned = 0;
    let left = 0;
    fc.assert(
      fc.property(fields, wounds, (values, hurt) => {
        const frame = wound(Buffer.from(render(values)), hurt);
        const found = scanBookTicker(frame);
        if (found === null) left += 1;
        else scanned += 1;
        const asJson = parseJsonFrame(frame);
        // What the scanner has found is what `parseFrame` gives.
        expect(parseFrame(frame)).toEqual(asJson);
      }),
      { numRuns: 5_000, seed: 20_261_121 },
    );
    // Both ways must have been gone, or nothing was compared.
    expect(scanned).toBeGreaterThan(300);
    expect(left).toBeGreaterThan(300);
  });

  test('agrees on good frames of any prices and pairs, and leaves none of the usual ones to JSON', () => {
    const usual = fc.record({
      s: fc.stringMatching(/^[A-Z0-9]{2,6}_USDT$/),
      b: fc
        .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 0, max: 8 }))
        .map(([mantissa, decimals]) => (mantissa / 10 ** decimals).toFixed(decimals))
        .filter((text) => Number(text) > 0),
      u: fc.nat().map(String),
    });
    fc.assert(
      fc.property(usual, (values) => {
        const frame = Buffer.from(render({ ...values, a: values.b }));
        expect(scanBookTicker(frame)).not.toBeNull();
        expect(scanBookTicker(frame)).toEqual(parseJsonFrame(frame));
      }),
      { numRuns: 2_000, seed: 20_261_121 },
    );
  });

  test('pairs whose bytes have the same hash are told apart', () => {
    // 'Aa' and 'BB' have the same 31-based hash; with capitals and digits: 'AP' and 'B1'.
    for (const s of ['AP_USDT', 'B1_USDT', 'AP_USDT', 'B1_USDT'])
      expect(scanBookTicker(Buffer.from(render({ s })))).toMatchObject({ symbol: s.replace('_', '/') });
  });
});
