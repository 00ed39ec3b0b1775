import { describe, expect, test } from 'vitest';
import type { Alert } from '../src/alerts/alert.js';
import { Conditions, type StandingRecord } from '../src/alerts/conditions.js';
import { statusWith } from './alerts-harness.js';

const LIMITS = { unknownAfterMs: 60_000, disconnectedAfterMs: 30_000 };
const MIB = 1_048_576;

/** Looks at the engine every second and notes what it would send. */
class Watch {
  readonly conditions: Conditions;
  nowMs = 1_700_000_000_000;
  readonly sent: Alert[] = [];

  constructor(standing: readonly StandingRecord[] = []) {
    this.conditions = new Conditions(LIMITS, standing);
  }

  see(status: ReturnType<typeof statusWith> | null, { seconds = 1, freeBytes = 1e12 } = {}): this {
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1_000;
      this.sent.push(...this.conditions.observe({ epochMs: this.nowMs, status, freeBytes }));
    }
    return this;
  }

  get words(): string[] {
    return this.sent.map(({ status, condition, symbol }) => `${status} ${condition} ${symbol ?? '-'}`);
  }
}

const fine = statusWith();
const attention = statusWith({ pair: { state: 'needs_attention', attention: 'coins are missing' } });
const unknown = statusWith({ pair: { state: 'unknown' } });

describe('one message when it begins, one when it is over', () => {
  test('a pair that needs attention, however long', () => {
    const watch = new Watch().see(fine).see(attention, { seconds: 3_600 }).see(fine, { seconds: 60 });
    expect(watch.words).toEqual(['raised pair.attention ETH/USDT', 'resolved pair.attention ETH/USDT']);
    expect(watch.sent[0]?.text).toContain('coins are missing');
    expect(watch.sent[1]?.id).toBe(watch.sent[0]?.id);
  });

  test('and the same again when it comes again', () => {
    expect(new Watch().see(attention).see(fine).see(attention).words).toEqual([
      'raised pair.attention ETH/USDT',
      'resolved pair.attention ETH/USDT',
      'raised pair.attention ETH/USDT',
    ]);
  });

  test('an order that stays unknown for ten minutes is told once, and not before its limit (scenario 6)', () => {
    const watch = new Watch().see(unknown, { seconds: 60 });
    expect(watch.words).toEqual([]);
    watch.see(unknown, { seconds: 540 });
    expect(watch.words).toEqual(['raised order.unknown ETH/USDT']);
    watch.see(fine);
    expect(watch.words.at(-1)).toBe('resolved order.unknown ETH/USDT');
  });

  test('one that is resolved in time is never told', () => {
    expect(new Watch().see(unknown, { seconds: 59 }).see(fine).see(unknown, { seconds: 59 }).words).toEqual(
      [],
    );
  });

  test.each([
    ['feed.disconnected', statusWith({ connected: false })],
    ['exchange.unreachable', statusWith({ pair: { waiting_for: 'account_unknown' } })],
    ['clock.uncertain', statusWith({ pair: { waiting_for: 'clock_uncertain' } })],
  ])('%s, after its limit', (condition, status) => {
    const watch = new Watch().see(status, { seconds: 30 });
    expect(watch.words).toEqual([]);
    expect(watch.see(status, { seconds: 100 }).see(fine).words).toEqual([
      `raised ${condition} -`,
      `resolved ${condition} -`,
    ]);
  });

  test.each([
    ['W03', 'pair.blind', { blind: 'its stream is silent, but its market moves' }],
    ['W17', 'price.unconfirmed', { waiting_for: 'price_unconfirmed' }],
  ] as const)('%s: %s of a pair, after its limit', (_, condition, pair) => {
    const watch = new Watch().see(statusWith({ pair }), { seconds: 30 });
    expect(watch.words).toEqual([]);
    watch.see(statusWith({ pair }), { seconds: 100 }).see(fine);
    expect(watch.words).toEqual([`raised ${condition} ETH/USDT`, `resolved ${condition} ETH/USDT`]);
  });

  test('without a connection every pair is blind, and one alert says it', () => {
    const status = statusWith({ connected: false, pair: { blind: 'its stream is silent' } });
    expect(new Watch().see(status, { seconds: 100 }).words).toEqual(['raised feed.disconnected -']);
  });

  test('X29: another engine on the account is told at once, once, until it is acknowledged', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const engine = { install_id: 'zzzz', first_seen: at, last_seen: at, what: 'bought 1 of ETH/USDT' };
    const status = statusWith({ reconciliation: { foreign_engines: [engine] } });
    const watch = new Watch().see(status).see(status, { seconds: 600 });
    expect(watch.words).toEqual(['raised account.foreign-engine zzzz']);
    watch.see(null).see(fine);
    expect(watch.words.at(-1)).toBe('resolved account.foreign-engine zzzz');
  });

  test('an account that cannot be compared is told after its limit; an orphan of a pair without books at once', () => {
    const failing = statusWith({ reconciliation: { result: 'incomplete', reason: 'own trades: timeout' } });
    const watch = new Watch().see(failing);
    expect(watch.words).toEqual([]);
    watch.see(failing, { seconds: 3_600 }).see(fine);
    expect(watch.words).toEqual(['raised account.not-reconciled -', 'resolved account.not-reconciled -']);

    const orphan = (symbol: string) => ({
      symbol,
      kind: 'orphan-order',
      reference: 'x1',
      client_order_id: 't-1',
      seen: '2026-01-01T00:00:00.000Z',
    });
    const status = statusWith({ reconciliation: { findings: [orphan('ETH/USDT'), orphan('GONE/USDT')] } });
    expect(new Watch().see(status).words).toEqual(['raised account.orphan GONE/USDT']);
  });

  test('a thread that keeps dying is one condition, over when it has been sound for a minute', () => {
    const watch = new Watch().see(fine);
    for (const restarts of [1, 2, 3]) watch.see(statusWith({ restarts }), { seconds: 30 });
    expect(watch.words).toEqual(['raised worker.restarted reactor']);
    watch.see(statusWith({ restarts: 3 }), { seconds: 60 });
    expect(watch.words.at(-1)).toBe('resolved worker.restarted reactor');
  });

  test('a disk that fills up, with a gap between too little and enough again', () => {
    const watch = new Watch().see(fine, { freeBytes: 63 * MIB }).see(fine, { freeBytes: 100 * MIB });
    expect(watch.words).toEqual(['raised disk.low -']);
    expect(watch.see(fine, { freeBytes: 200 * MIB }).words.at(-1)).toBe('resolved disk.low -');
  });

  test('what somebody else tells, and takes back', () => {
    const watch = new Watch();
    const { conditions } = watch;
    watch.sent.push(...conditions.raise('backup.failed', null, 'disk full', 1));
    watch.sent.push(...conditions.raise('backup.failed', null, 'disk full', 2));
    watch.see(fine);
    watch.sent.push(...conditions.resolve('backup.failed', null, 3));
    watch.sent.push(...conditions.resolve('backup.failed', null, 4));
    expect(watch.words).toEqual(['raised backup.failed -', 'resolved backup.failed -']);
  });
});

describe('over restarts', () => {
  test('what stands is not told again, and what is over is', () => {
    const before = new Watch().see(attention);
    before.conditions.raise('engine.fatal', null, 'disk', 1);
    const stored = JSON.parse(JSON.stringify(before.conditions.standing())) as StandingRecord[];

    const after = new Watch(stored).see(attention);
    expect(after.words).toEqual([]);
    after.sent.push(...after.conditions.resolve('engine.fatal', null, 2));
    after.see(fine);
    expect(after.words).toEqual(['resolved engine.fatal -', 'resolved pair.attention ETH/USDT']);
  });

  test('an engine that does not answer has resolved nothing', () => {
    expect(new Watch().see(attention).see(null, { seconds: 60 }).words).toEqual([
      'raised pair.attention ETH/USDT',
    ]);
  });
});
