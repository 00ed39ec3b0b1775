import { describe, expect, test } from 'vitest';
import { duration, fit, fitDecimal } from '../src/render/columns.js';
import { renderStatus, stateLabel } from '../src/render/status.js';
import { pairSample, statusSample } from './status-sample.js';

const NOW = Date.parse('2026-01-01T01:02:03Z');
const options = { columns: 80, color: false, nowMs: NOW };

describe('the status for a person', () => {
  test('fits 80 columns, whatever the pairs and prices are called', () => {
    const text = renderStatus(
      statusSample({
        mode: 'live',
        trading: false,
        pairs: [
          pairSample({ symbol: '1000000MOGUSDT/USDT', last_price: '0.000000012345678901234', step: 100 }),
          pairSample({
            state: 'needs_attention',
            attention: 'the account holds less than the ledger says '.repeat(5),
          }),
          pairSample({
            last_price: '123456789.123456789',
            invested: '393213.123456',
            realized_profit: '-1234.56789',
          }),
          pairSample({ paused: true, last_price: null, next_buy_price: null, sell_price: null }),
        ],
        feed: { connected: false, reconnects: 9, malformed_frames: 0, reason: 'a long reason '.repeat(20) },
      }),
      options,
    );

    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/^[\n -~]*$/);
  });

  test('says what is asked for most: mode, pid, uptime, trading, counters, profit', () => {
    const text = renderStatus(statusSample(), options);

    expect(text).toContain('PAPER: no real money');
    expect(text).toContain('pid 4194303  up 1h02m');
    expect(text).toContain('trading on');
    expect(text).toMatch(/cycler_iterations\s+98765432/);
    expect(text).toMatch(/errors\s+0/);
    expect(text).toContain('12.5 USDT');
    expect(text).toContain('p50 480 us, p99 2.1 ms');
  });

  test('X29: another engine on the account is said on top, with what ends it', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const engine = { install_id: 'zzzz', first_seen: at, last_seen: at, what: 'bought 1 of ETH/USDT' };
    const reconciliation = {
      last_at: at,
      result: 'complete',
      reason: null,
      foreign_engines: [engine],
      unknown_stops: [],
      findings: [],
    } as const;
    const lines = renderStatus(statusSample({ reconciliation }), options).split('\n');
    expect(lines.slice(1, 4).join(' ')).toMatch(/NOT BUYING.*zzzz.*mtrade trading on/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('P31: stops that the books do not know are named with what to do, those beside a position first', () => {
    const stop = { stop_id: '7', stop_price: '95', amount: '0.1' };
    const shown = (may_sell_ours: boolean): string =>
      renderStatus(
        statusSample({
          reconciliation: {
            last_at: null,
            result: 'complete',
            reason: null,
            foreign_engines: [],
            unknown_stops: [
              { ...stop, symbol: 'ETH/USDT', may_sell_ours },
              { ...stop, symbol: 'BTC/USDT', may_sell_ours: false },
            ],
            findings: [],
          },
        }),
        options,
      );
    expect(shown(false).replace(/\s+/g, ' ')).toContain(
      ' unknown stops: 2 that these books do not know: ETH/USDT 0.1 at 95, BTC/USDT 0.1 at 95; cancel at the exchange those that you have not placed yourself ',
    );
    expect(shown(true).replace(/\s+/g, ' ')).toContain(
      '! unknown stops: 2 that these books do not know: ETH/USDT 0.1 at 95 (may sell the position), BTC/USDT 0.1 at 95; cancel',
    );
    expect(renderStatus(statusSample({}), options)).not.toContain('unknown stops');
  });

  test('no mode can be taken for another (C10)', () => {
    const first = (mode: string) => renderStatus(statusSample({ mode }), options).split('\n')[0];

    expect(first('live')).toContain('LIVE: REAL MONEY');
    expect(first('paper')).not.toContain('LIVE');
    expect(first('testnet')).toContain('TESTNET: no real money');
  });

  test('what wants a human comes first, with its reason', () => {
    const text = renderStatus(
      statusSample({
        pairs: [
          pairSample({ symbol: 'AAA/USDT', state: 'idle' }),
          pairSample({ symbol: 'BBB/USDT', state: 'active' }),
          pairSample({ symbol: 'CCC/USDT', state: 'needs_attention', attention: 'look\u001b[2J here' }),
        ],
      }),
      options,
    );

    expect(text.indexOf('CCC')).toBeLessThan(text.indexOf('BBB'));
    expect(text.indexOf('BBB')).toBeLessThan(text.indexOf('AAA'));
    expect(text).toContain('! CCC/USDT: look here');
  });

  test('says why pairs do nothing: the normal waiting counted, each other reason with its pairs', () => {
    const text = renderStatus(
      statusSample({
        pairs: [
          pairSample({ symbol: 'BTC/USDT', waiting_for: 'bid_below_required' }),
          pairSample({ symbol: 'ETH/USDT', waiting_for: 'price_above_row' }),
          pairSample({ symbol: 'XRP/USDT', waiting_for: 'intent_open' }),
          pairSample({ symbol: 'SOL/USDT', waiting_for: 'insufficient_quote' }),
          pairSample({ symbol: 'DOT/USDT', waiting_for: 'insufficient_quote' }),
          pairSample({ symbol: 'EOS/USDT', waiting_for: 'not_configured' }),
        ],
      }),
      options,
    );

    expect(text).toContain('waiting: 2 for their price, 1 for the outcome of an order\n');
    expect(text).toContain('waiting: not enough quote: SOL/USDT, DOT/USDT\n');
    expect(text).toContain(
      'waiting: no longer in the configuration, not managed (put it back if it holds\n         coins): EOS/USDT\n',
    );
  });

  test('a forbidden pair that holds coins says that it waits for its sale, and at which price', () => {
    const only = { trade: false, waiting_for: 'only_sells' } as const;
    const pairs = [
      pairSample({ symbol: 'BTC/USDT', ...only, sell_limit: '66.1' }),
      pairSample({ symbol: 'ETH/USDT', ...only, sell_limit: null, sell_price: '2333.61' }),
    ];

    for (const shown of [pairs, pairs.slice(0, 1)])
      expect(renderStatus(statusSample({ pairs: shown }), options).replaceAll(/\s+/g, ' ')).toContain(
        `waiting: not permitted to buy (mtrade permit PAIR on), waits for its sale: BTC/USDT at 66.1${shown.length > 1 ? ', ETH/USDT at 2333.61' : ' '}`,
      );
  });

  test('a reason that holds every pair is told without their names', () => {
    const pairs = Array.from({ length: 16 }, (_, i) =>
      pairSample({ symbol: `C${i}/USDT`, waiting_for: 'account_unknown' }),
    );

    expect(renderStatus(statusSample({ pairs }), options)).toContain('waiting: account unknown: all (16)\n');
  });

  test('what wants a human is told in full, over as many lines as it needs', () => {
    const attention = `the account holds less than the ledger says, ${'much '.repeat(40)}less at the end`;

    const text = renderStatus(statusSample({ pairs: [pairSample({ attention })] }), options);

    expect(text.replace(/\s+/g, ' ')).toContain(attention);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('colours only when they are wanted', () => {
    expect(renderStatus(statusSample(), { ...options, color: true })).toContain('\u001b[');
    expect(renderStatus(statusSample(), options)).not.toContain('\u001b');
  });

  test.each([
    [{ state: 'idle', trade: false }, 'forbidden'],
    [{ state: 'idle', paused: true }, 'paused'],
    [{ state: 'active', paused: true }, 'active/p'],
    [{ state: 'active', trade: false }, 'active/f'],
    [{ state: 'unknown', trade: false }, 'UNKNOWN'],
  ])('%o reads %s', (over, label) => {
    expect(stateLabel(pairSample(over))).toBe(label);
  });
});

describe('columns', () => {
  test('decimals are cut to fit, whole parts never', () => {
    expect(fitDecimal('0.000000012345', 10)).toBe('1.2345e-8');
    // A fee of that size was shown as 0.000000.
    expect(fitDecimal('0.000000092', 8)).toBe('9.2e-8');
    expect(fitDecimal('-0.000000092345', 8)).toBe('-9.23e-8');
    expect(fitDecimal('0.0000394', 8)).toBe('3.94e-5');
    expect(fitDecimal('0.0012345678', 6)).toBe('0.0012');
    expect(fitDecimal('0.123456', 6)).toBe('0.1234');
    expect(fitDecimal('0.0000000', 4)).toBe('0.00');
    expect(fitDecimal('12345.6', 5)).toBe('12345');
    expect(fitDecimal('1234.56', 5)).toBe('1234');
    expect(fitDecimal('1234567', 5)).toBe('1.2e6');
    expect(fitDecimal('123456789012.5', 8)).toBe('1.234e11');
    expect(fitDecimal('-1000000000000', 8)).toBe('-1e12');
    expect(fitDecimal(null, 5)).toBe('-');
  });

  test('texts are cut with a mark', () => {
    expect(fit('abcdef', 4)).toBe('abc~');
    expect(fit('ab', 4, 'right')).toBe('  ab');
  });

  test.each([
    [59_000, '59s'],
    [61_000, '1m01s'],
    [3_723_000, '1h02m'],
    [90_000_000, '1d01h'],
    [-5, '0s'],
  ])('%d ms are %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
