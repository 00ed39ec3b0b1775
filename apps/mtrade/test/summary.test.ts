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

test('without books it counts no pairs', () => {
  expect(finalLine(last, null, NOW)).not.toContain('idle');
});
