import { describe, expect, test } from 'vitest';
import { Conditions } from '../src/alerts/conditions.js';
import { stopAlerts } from '../src/alerts/stop-alerts.js';
import { statusWith } from './alerts-harness.js';

describe('scenario 56: what happens to stops is told, and told to be over', () => {
  test('a position that is sold for want of a stop, until it is sold', () => {
    const details = { reason: 'trigger-passed', words: 'the price had passed its stop' };
    expect(stopAlerts('position.roll-back', details)).toEqual([
      ['position.rolled-back', 'the position is sold at the market: the price had passed its stop'],
    ]);
    expect(stopAlerts('position.rolled-back', {})).toContainEqual(['position.rolled-back', null]);
    expect(stopAlerts('position.closed', {})).toContainEqual(['position.rolled-back', null]);
  });

  test('a surplus stop, until a look has shown that it is gone', () => {
    expect(stopAlerts('stop.duplicate', { stopId: '77' })).toEqual([
      ['stop.duplicate', 'a second stop (77) lies on the exchange and is being cancelled'],
    ]);
    expect(stopAlerts('stop.duplicate-gone', { stopId: '77' })).toEqual([['stop.duplicate', null]]);
    // One that has sold is gone, and somebody has to look all the same.
    expect(stopAlerts('stop.duplicate-fired', { stopId: '77' })).toEqual([]);
  });

  test('a lost one, until the next one lies there', () => {
    expect(stopAlerts('stop.lost', { reason: 'expired' })[0]?.[1]).toMatch(/was lost \(expired\)/);
    expect(stopAlerts('position.protected', {})).toEqual([['stop.lost', null]]);
  });
});

test('a stop that the books do not know is an alert while it may sell coins of a position', () => {
  const conditions = new Conditions({ unknownAfterMs: 60_000, disconnectedAfterMs: 30_000 });
  const see = (mayBeOurs: boolean | null) => {
    const stop = { symbol: 'ETH/USDT', stop_id: '55', stop_price: '80', amount: '7' };
    const reconciliation = {
      last_at: null,
      result: 'complete' as const,
      reason: null,
      foreign_engines: [],
      findings: [],
      unknown_stops: mayBeOurs === null ? [] : [{ ...stop, may_sell_ours: mayBeOurs }],
    };
    const status = { ...statusWith(), reconciliation };
    const alerts = conditions.observe({ epochMs: 1, status, freeBytes: 1e12 });
    return alerts.map((alert) => `${alert.status} ${alert.condition}: ${alert.text}`);
  };
  expect(see(false)).toEqual([]);
  expect(see(true)).toEqual([
    expect.stringMatching(/^raised stop.unknown: a stop that these books do not know \(55\) sells 7 at 80/),
  ]);
  expect(see(true)).toEqual([]);
  expect(see(null)).toEqual([expect.stringMatching(/^resolved stop.unknown/)]);
});
