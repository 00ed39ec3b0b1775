import { expect, test } from 'vitest';
import { finalLine } from '../src/render/summary.js';
import type { StoredStatus } from '../src/stored-status.js';
import { pairSample, statusSample } from './status-sample.js';

const NOW = Date.parse('2026-01-01T01:02:03Z');
const last = statusSample({ pairs: [pairSample({ state: 'idle' }), pairSample({ state: 'idle' })] });

test('the last line tells the books as they were closed, not as they were last looked at', () => {
  const stored: StoredStatus = {
    ...statusSample({ pairs: [pairSample(), pairSample()], profit: { USDT: '13' } }),
    running: false,
    stored_at: '2026-01-01T01:02:03Z',
    stored_age_ms: 0,
  };

  expect(finalLine(last, stored, NOW)).toBe(
    'stopped. PAPER up 1h02m, pairs: 2 active; realized profit 13 USDT; errors 0',
  );
});

test('an amount in it has no more decimals than an exchange books; all of them are in the status', () => {
  const told = (value: string): string =>
    /realized profit (.*) USDT/.exec(
      finalLine(last, { ...statusSample({ profit: { USDT: value } }), stored_at: '', stored_age_ms: 0 } as StoredStatus, NOW), // prettier-ignore
    )?.[1] ?? '';
  expect(told('1.234567890123456789')).toBe('1.23456789');
  expect(told('-0.100000000000000001')).toBe('-0.1');
  expect(told('12')).toBe('12');
  // Never a zero that it is not.
  expect(told('0.000000000000000012')).toBe('1.2e-17');
});

test('without books it says nothing of pairs and profit, and that it does not', () => {
  const line = finalLine(last, null, NOW);
  expect(line).not.toMatch(/idle|realized profit|USDT/);
  expect(line).toContain('the books cannot be read just now');
  expect(line).toContain('mtrade status');
});
