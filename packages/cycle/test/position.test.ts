import { price, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import {
  followPosition,
  type Intent,
  isOpenPosition,
  OPEN_POSITION_STATES,
  type PairState,
  paramsFromJson,
  paramsToJson,
  POSITION_STATES,
  POSITION_TRANSITIONS,
  reset,
  settle,
  type Settlement,
  stopTerms,
  unprotectedMs,
} from '@mtrade/cycle';
import {
  activePair,
  ended,
  idlePair,
  makeFill,
  makeParams,
  makeRules,
  ms,
  NOW,
  open,
  START_DRAFT,
} from './make.js';

const PARAMS = makeParams({ stopLossPct: '5' });

/** The pair as the books keep it: every step is followed by its position. */
const follow = (pair: PairState, closed: Parameters<typeof followPosition>[2] = null): PairState =>
  followPosition(pair.position, pair, closed, NOW).pair;

function begun(): { pair: PairState; intent: Intent } {
  const { pair, intent } = open(idlePair(), START_DRAFT, PARAMS);
  return { pair: follow(pair), intent };
}

const book = (pair: PairState, intent: Intent, at: string | null): Settlement => {
  const fills = at === null ? [] : [makeFill(intent.side, '0.03', at)];
  return settle(pair, ended(intent, at === null ? 'KILLED' : 'FILLED', fills), fills, makeRules(), NOW);
};

function held(): PairState {
  const { pair, intent } = begun();
  return follow(book(pair, intent, '100').pair);
}

describe('a position follows its cycle and its orders', () => {
  test('pending_entry, from the commit of the start buy on', () => {
    expect(begun().pair.position).toMatchObject({ state: 'pending_entry', cycleId: 101, openedMs: NOW });
  });

  test('entry_placed, when the exchange has the order, and no earlier', () => {
    const { pair, intent } = begun();
    const known = (changes: Partial<Intent>): PairState =>
      follow({ ...pair, openIntents: [{ ...intent, ...changes }] });
    expect(known({ state: 'UNKNOWN' }).position?.state).toBe('pending_entry');
    const placed = known({ state: 'ACKED', exchangeOrderId: 'x' });
    expect(placed.position?.state).toBe('entry_placed');
    // A restart forgets what was heard, not that it was placed.
    const again = follow({
      ...placed,
      openIntents: [{ ...intent, state: 'UNKNOWN', exchangeOrderId: null }],
    });
    expect(again.position?.state).toBe('entry_placed');
  });

  test('pending_sl with the fills, also when they are the first that is heard; the clock of the alarm runs', () => {
    expect(held().position).toMatchObject({ state: 'pending_sl', unprotectedSinceMs: NOW });
    expect(unprotectedMs(held().position, ms(NOW + 4_000))).toBe(4_000);
    expect(unprotectedMs(held().position, ms(NOW - 4_000))).toBe(0);
  });

  const stopOf = (pair: PairState, changes: Partial<Intent> = {}): PairState => {
    const terms = stopTerms(pair.cycle as never, makeRules());
    const { pair: next, intent } = open(pair, {
      ...START_DRAFT,
      side: 'sell',
      purpose: 'stop-loss',
      baseAmount: terms?.amount ?? null,
      quoteAmount: null,
      stop: { triggerPrice: terms?.triggerPrice ?? price('1'), stopId: null },
    });
    return follow({
      ...next,
      openIntents: next.openIntents.map((one) => (one.id === intent.id ? { ...one, ...changes } : one)),
    });
  };

  test('active once a stop for the whole volume lies on the exchange, and only then', () => {
    expect(stopOf(held()).position?.state).toBe('pending_sl');
    expect(stopOf(held(), { state: 'UNKNOWN' }).position?.state).toBe('pending_sl');
    const active = stopOf(held(), { state: 'LIVE' });
    expect(active.position).toMatchObject({ state: 'active', unprotectedSinceMs: null });
    expect(unprotectedMs(active.position, ms(NOW + 60_000))).toBeNull();
  });

  test('pending_sl again when the volume has grown, when the stop is gone and when it has fired', () => {
    const active = stopOf(held(), { state: 'LIVE' });
    const grown = {
      ...active,
      cycle: { ...(active.cycle as never as object), baseVolume: price('7') } as never,
    };
    expect(follow(grown).position?.state).toBe('pending_sl');
    expect(follow({ ...active, openIntents: [] }).position?.state).toBe('pending_sl');
    const [stop] = active.openIntents;
    const fired = { ...active, openIntents: [{ ...stop, state: 'SETTLING' as const }] };
    expect(follow(fired).position?.state).toBe('pending_sl');
  });

  test('the ways out: failed, closed, rolled_back', () => {
    const { pair, intent } = begun();
    const nothing = book(pair, intent, null);
    const end = (after: PairState, closed: Parameters<typeof followPosition>[2]) =>
      followPosition(pair.position, after, closed, NOW).position;
    expect(end(nothing.pair, nothing.closed)).toMatchObject({ state: 'failed', closedMs: NOW });

    const given = reset(held(), NOW);
    expect(end(given.pair, given.closed)).toMatchObject({ state: 'closed', closedMs: NOW });

    const selling = held();
    const rolling: PairState = {
      ...selling,
      position: { ...(selling.position as NonNullable<PairState['position']>), rollback: 'refused' },
    };
    const exit = open(rolling, { ...START_DRAFT, side: 'sell', purpose: 'stop-loss' });
    const sold = book(exit.pair, exit.intent, '90');
    expect(end(sold.pair, sold.closed)).toMatchObject({ state: 'rolled_back', rollback: 'refused' });
    expect(follow(sold.pair, sold.closed).position).toBeNull();
  });

  test('a cycle without stop_loss_pct has none', () => {
    expect(follow(activePair()).position).toBeNull();
  });
});

test('open is what has not ended: one list', () => {
  const ends = POSITION_STATES.filter((state) => POSITION_TRANSITIONS[state].length === 0);
  expect(ends).toEqual(['failed', 'rolled_back', 'closed']);
  expect(POSITION_STATES.filter(isOpenPosition)).toEqual([...OPEN_POSITION_STATES]);
});

describe('the stop price', () => {
  test('is the average cost less the percentage, rounded down to the grid; it follows the averaging buys', () => {
    const cycle = held().cycle as NonNullable<PairState['cycle']>;
    const rules = makeRules();
    // 3.00 paid for 0.03: 100 each, 5 % below is 95.
    expect(text(stopTerms(cycle, rules)?.triggerPrice ?? price('0'))).toBe('95');
    const averaged = { ...cycle, invested: price('9'), baseVolume: price('0.0922') } as never;
    // 9 / 0.0922 = 97.613..., 5 % below is 92.732...
    expect(text(stopTerms(averaged, rules)?.triggerPrice ?? price('0'))).toBe('92.73');
    expect(text(stopTerms(averaged, rules)?.amount ?? price('0'))).toBe('0.0922');
  });

  test('there is none where the pair takes no such order', () => {
    const cycle = held().cycle as NonNullable<PairState['cycle']>;
    expect(stopTerms(cycle, makeRules({ minQuote: price('2.9') as never }))).toBeNull();
    expect(stopTerms({ ...cycle, invested: price('0') as never }, makeRules())).toBeNull();
  });
});

test('the parameters of a cycle without a stop are written as before there were any', () => {
  expect(Object.keys(paramsToJson(makeParams()))).not.toContain('stopLossPct');
  expect(paramsFromJson(paramsToJson(makeParams()))).toEqual(makeParams());
  expect(paramsFromJson(paramsToJson(PARAMS))).toEqual(PARAMS);
});
