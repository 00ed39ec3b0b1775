import { baseQty, price } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import {
  adopted,
  eachOnce,
  type Intent,
  NOT_ITS_OWN,
  type ScanRecord,
  STOP_WAIT_MS,
  type StopEvent,
  stopTransition,
  type StopWord,
  surplus,
  transition,
  VANISHED,
} from '@mtrade/cycle';
import { idlePair, makeParams, ms, NOW, open, START_DRAFT } from './make.js';

const DEADLINE = ms(NOW + STOP_WAIT_MS);

/** A stop in `state`; `stopId` null as long as the exchange has not named it. */
function stop(state: Intent['state'], stopId: string | null = null, changes: Partial<Intent> = {}): Intent {
  const { intent } = open(idlePair(), START_DRAFT, makeParams({ stopLossPct: '5' }));
  return {
    ...intent,
    side: 'sell',
    purpose: 'stop-loss',
    baseAmount: baseQty('0.03'),
    quoteAmount: null,
    deadlineMs: DEADLINE,
    offsetErrorMs: 50,
    stop: { triggerPrice: price('95'), stopId },
    state,
    ...changes,
  };
}

const word = (changes: Partial<StopWord> = {}): StopWord => ({
  stopId: '7',
  createdMs: NOW,
  status: 'open',
  firedOrderId: null,
  reason: null,
  ...changes,
});
const see = (changes: Partial<StopWord> = {}): StopEvent => ({
  type: 'stop-seen',
  stop: word(changes),
  nowMs: NOW,
});
const scan = (startedAtMs: number, complete = true): ScanRecord => ({
  startedAtMs: ms(startedAtMs),
  complete,
  openRows: 0,
  finishedRows: 0,
  tradeRows: 0,
});
const find = (found: readonly StopWord[], startedAtMs: number = NOW, complete = true): StopEvent => ({
  type: 'stops-found',
  record: scan(startedAtMs, complete),
  found,
  nowMs: NOW,
});

describe('a stop lives on the exchange', () => {
  test('a refusal that proves nothing stays with it until it is found or proven absent, over a restart, and ends nothing', () => {
    const refuse: StopEvent = { type: 'stop-refused', label: 'INVALID_PARAM' };
    for (const state of ['SUBMITTED', 'UNKNOWN', 'QUARANTINED'] as const) {
      const refused = stopTransition(stop(state), refuse);
      expect(refused).toMatchObject({ state, finishAs: 'INVALID_PARAM', closedMs: null });
      expect(stopTransition(refused, refuse)).toBe(refused);
      const again = transition(refused, { type: 'restarted' });
      expect(again).toMatchObject({ state: 'UNKNOWN', finishAs: 'INVALID_PARAM' });
      expect(stopTransition(again, find([word()]))).toMatchObject({ state: 'LIVE', finishAs: null });
    }
    const twice = stop('QUARANTINED', null, { finishAs: 'duplicate' });
    for (const known of [twice, stop('LIVE', '7'), stop('UNKNOWN', '7'), stop('SETTLING', '7')])
      expect(stopTransition(known, refuse)).toBe(known);
  });

  test('the answer of the POST makes it LIVE, and so does a look that finds it', () => {
    expect(stopTransition(stop('SUBMITTED'), { type: 'stop-acked', stopId: '7' })).toMatchObject({
      state: 'LIVE',
      stop: { stopId: '7' },
    });
    expect(stopTransition(stop('UNKNOWN'), find([word()]))).toMatchObject({
      state: 'LIVE',
      stop: { stopId: '7' },
    });
    expect(stopTransition(stop('QUARANTINED'), find([word()])).state).toBe('LIVE');
  });

  test('LIVE stays LIVE over a restart, SETTLING keeps the order it has fired, SUBMITTED is looked up', () => {
    const restarted = (intent: Intent): Intent => transition(intent, { type: 'restarted' });
    expect(restarted(stop('LIVE', '7')).state).toBe('LIVE');
    expect(restarted(stop('SETTLING', '7', { exchangeOrderId: 'x9' })).state).toBe('SETTLING');
    expect(restarted(stop('SUBMITTED')).state).toBe('UNKNOWN');
  });

  test('X24, X27: fired on the way of a cancel is fired: its order is followed', () => {
    const fired = stopTransition(stop('LIVE', '7'), see({ status: 'fired', firedOrderId: 'x9' }));
    expect(fired).toMatchObject({ state: 'SETTLING', exchangeOrderId: 'x9' });
    expect(stopTransition(fired, see({ status: 'cancelled' }))).toBe(fired);
    expect(transition(fired, { type: 'lost' })).toBe(fired);
  });

  test('X25: an order that a failed or cancelled stop has placed counts all the same', () => {
    for (const status of ['failed', 'cancelled', 'expired'] as const)
      expect(stopTransition(stop('LIVE', '7'), see({ status, firedOrderId: 'x9' })).state).toBe('SETTLING');
  });

  test('X18, X25: cancelled, failed and expired end it with nothing sold, in the words of the exchange', () => {
    for (const status of ['failed', 'cancelled', 'expired'] as const)
      expect(stopTransition(stop('LIVE', '7'), see({ status, reason: 'why' }))).toMatchObject({
        state: 'KILLED',
        finishAs: `${status}: why`,
        closedMs: NOW,
      });
  });

  test('a look at another stop moves nothing', () => {
    const live = stop('LIVE', '7');
    expect(stopTransition(live, see({ stopId: '8', status: 'cancelled' }))).toBe(live);
  });
});

describe('an unknown outcome (no client id, no expiry)', () => {
  const after = DEADLINE + 51;

  test('two complete looks after a minute that find nothing make NEVER; one, or earlier ones, do not', () => {
    const unknown = stop('UNKNOWN');
    expect(stopTransition(unknown, find([], NOW + 30_000))).toBe(unknown);
    expect(stopTransition(unknown, find([], DEADLINE + 50))).toBe(unknown);
    const once = stopTransition(unknown, find([], after));
    expect(once).toMatchObject({ state: 'UNKNOWN', proof: [{ startedAtMs: after }] });
    expect(stopTransition(once, find([], after + 2_000, false)).state).toBe('UNKNOWN');
    expect(stopTransition(once, find([], after + 2_000))).toMatchObject({ state: 'NEVER' });
  });

  test('one that was named and is listed nowhere ended with nothing', () => {
    const once = stopTransition(stop('LIVE', '7'), find([], after));
    expect(stopTransition(once, find([], after + 2_000))).toMatchObject({
      state: 'KILLED',
      finishAs: VANISHED,
    });
  });

  test('of several the fired one counts, then the oldest; the others are surplus', () => {
    const [old, young] = [word({ stopId: '7' }), word({ stopId: '8', createdMs: ms(NOW + 1) })];
    expect(adopted([young, old])).toBe(old);
    expect(surplus([young, old])).toEqual([young]);
    const fired = word({ stopId: '9', createdMs: ms(NOW + 2), status: 'fired', firedOrderId: 'x' });
    expect(adopted([old, fired])).toBe(fired);
    expect(surplus([old, fired])).toEqual([old]);
    const gone = word({ stopId: '6', status: 'cancelled' });
    expect(adopted([gone, young])).toBe(young);
    expect(surplus([gone, young])).toEqual([]);
  });

  test('of two that have fired the older one is the intent’s, the other has sold beside it', () => {
    const fired = ['7', '8'].map((stopId) => word({ stopId, status: 'fired', firedOrderId: `x${stopId}` }));
    expect(stopTransition(stop('UNKNOWN'), find(fired))).toMatchObject({
      state: 'SETTLING',
      exchangeOrderId: 'x7',
    });
    expect(surplus(fired)).toEqual([fired[1]]);
  });

  test('one that stands in both lists is one, as what it has become; of others each keeps its row', () => {
    const was = word({ stopId: '7' });
    const fired = word({ stopId: '7', status: 'fired', firedOrderId: 'x7' });
    const unnamed = word({ stopId: '7', status: 'fired' });
    const other = word({ stopId: '8' });
    expect(eachOnce([was, other, fired])).toEqual([fired, other]);
    expect(eachOnce([fired, was])).toEqual([fired]);
    expect(eachOnce([fired, unnamed])).toEqual([fired]);
    expect(eachOnce([unnamed, fired])).toEqual([fired]);
    expect(eachOnce([word({ stopId: '7', status: 'cancelled' }), was])[0]?.status).toBe('cancelled');
  });

  test('one whose order has sold for others ends with nothing; in any other state that word means nothing', () => {
    const event: StopEvent = { type: 'not-its-own', nowMs: NOW };
    const settling = stop('SETTLING', '7', { exchangeOrderId: 'x7', filledBase: baseQty('0.03') });
    expect(stopTransition(settling, event)).toMatchObject({ state: 'KILLED', finishAs: NOT_ITS_OWN });
    expect(stopTransition(settling, event).filledBase?.toFixed()).toBe('0');
    for (const state of ['LIVE', 'UNKNOWN', 'SUBMITTED'] as const) {
      const before = stop(state, '7');
      expect(stopTransition(before, event)).toBe(before);
    }
  });
});
