import type { EpochMs } from '@mtrade/base';
import type { Listing, StopEvidence } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { baseQty, price } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { type Comparison, compareRestored } from '../src/backups/compare-restored.js';

const ETH = 'ETH/USDT';
const BOOKS_MS = 1_700_000_000_000 as EpochMs;
const empty = { rows: [], missing: null };

const stop = (stopId: string, changes: Partial<StopEvidence> = {}): StopEvidence => ({
  stopId,
  symbol: ETH,
  triggerPrice: price('95'),
  amount: baseQty('0.1'),
  createdMs: BOOKS_MS,
  status: 'fired',
  firedOrderId: `x${stopId}`,
  reason: null,
  ...changes,
});

/** Restored books that hold a position, with stop 7, and an account with these stops. */
async function compared(
  stops: Listing<StopEvidence> | 'not asked',
  position: object | null = { state: 'active' },
): Promise<Comparison | undefined> {
  const attention = 'restored: these books end then';
  const results = await compareRestored([ETH], {
    store: {
      restored: () => ({ booksMs: BOOKS_MS, restoredMs: BOOKS_MS }),
      endRestored: () => undefined,
      knowsOrder: () => true,
      stopIntents: (_: string, key: object) => ('stopId' in key && key.stopId === '7' ? [{ id: 1 }] : []),
      commit: () => undefined,
      load: () => ({ pairs: [{ symbol: ETH, attention, position }] }),
      identity: { installId: 'abcd' },
    } as never,
    account: {
      measureClock: () => Promise.resolve(),
      openOrders: () => Promise.resolve(empty),
      finishedOrders: () => Promise.resolve(empty),
      trades: () => Promise.resolve(empty),
      stops: () => (stops === 'not asked' ? Promise.reject(new Error('asked')) : Promise.resolve(stops)),
    },
    log: silentLogger,
    nowMs: () => BOOKS_MS,
    retryMs: 0,
  });
  return results[ETH];
}

describe('restored books that hold a position with a stop (P31)', () => {
  test('a stop that they do not know has fired since: the position may be sold, and the pair waits for a human', async () => {
    expect(await compared({ rows: [stop('7'), stop('8')], missing: null })).toEqual({
      type: 'unknown-orders',
      clientOrderIds: ['stop 8'],
    });
  });

  test('their own stop, one that lies there, one that sold nothing and one of another pair say nothing', async () => {
    const rows = [
      stop('7'),
      stop('8', { status: 'open', firedOrderId: null }),
      stop('9', { status: 'cancelled', firedOrderId: null }),
      stop('10', { symbol: 'BTC/USDT' }),
    ];
    expect(await compared({ rows, missing: null })).toEqual({ type: 'clean' });
  });

  test('without the list of stops such a pair is not compared; one without a position is not asked for any', async () => {
    expect(await compared({ rows: [], missing: 'forbidden' })).toEqual({
      type: 'not-compared',
      reason: 'forbidden',
    });
    expect(await compared('not asked', null)).toEqual({ type: 'clean' });
  });
});
