import type { EpochMs } from '@mtrade/base';
import { baseQty, price, quoteAmount, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import {
  afterStopRefusal,
  decide,
  type DecisionContext,
  followPosition,
  type Intent,
  levels,
  MAX_STOP_REFUSALS,
  manualSell,
  type OrderDraft,
  type PairState,
  type Position,
  type Protection,
  protection,
  publicState,
  reset,
  settle,
  STOP_WAIT_MS,
} from '@mtrade/cycle';
import {
  draftOf,
  ended,
  idlePair,
  makeAccount,
  makeContext,
  makeFill,
  makeMarket,
  makeParams,
  makeRules,
  ms,
  NOW,
  open,
  reasonOf,
  START_DRAFT,
} from './make.js';

const PARAMS = makeParams({ stopLossPct: '5' });
const at = (bid: string, changes: Partial<DecisionContext> = {}) =>
  makeContext(makeMarket(bid, bid), changes);
const follow = (pair: PairState): PairState => followPosition(pair.position, pair, null, NOW).pair;

function draftIn(needed: Protection): OrderDraft {
  if (needed.type !== 'place' && needed.type !== 'exit') throw new Error(`no order: ${needed.type}`);
  return needed.draft;
}

/** 0.03 held at 100, and no stop. */
function bare(changes: Partial<Position> = {}): PairState {
  const begun = open(idlePair(), START_DRAFT, PARAMS);
  const fills = [makeFill('buy', '0.03', '100')];
  const { pair } = settle(follow(begun.pair), ended(begun.intent, 'FILLED', fills), fills, makeRules(), NOW);
  const followed = follow(pair);
  return { ...followed, position: { ...(followed.position as Position), ...changes } };
}

/** The same with its stop resting on the exchange. */
function covered(state: Intent['state'] = 'LIVE'): PairState {
  const needed = protection(bare(), at('100'));
  if (needed.type !== 'place') throw new Error(`no stop: ${needed.type}`);
  const { pair, intent } = open(bare(), needed.draft);
  const stop: Intent = { ...intent, state, stop: { triggerPrice: price('95'), stopId: '7' } };
  return follow({ ...pair, openIntents: [stop] });
}

describe('a position without a stop', () => {
  test('gets one for the whole volume at the stop price', () => {
    const needed = protection(bare(), at('100'));
    expect(needed).toMatchObject({
      type: 'place',
      draft: { side: 'sell', purpose: 'stop-loss', type: 'limit', timeInForce: 'ioc' },
    });
    const { baseAmount, limitPrice, stop } = draftIn(needed);
    const numbers = [baseAmount, stop?.triggerPrice ?? null, limitPrice].map((value) => value && text(value));
    // What it sells, from when on, and for how little: 5 % below its price at the lowest.
    expect(numbers).toEqual(['0.03', '95', '90.25']);
  });

  test.each<[string, Partial<PairState>]>([
    ['forbidden', { permitted: false }],
    ['paused', { paused: true }],
    ['under attention', { attention: 'look' }],
    ['backing off from something else', { failures: 3, retryAtMs: ms(NOW + 60_000) }],
  ])('also while the pair is %s: protecting is no new risk', (_, changes) => {
    expect(protection({ ...bare(), ...changes }, at('100', { sellWhenForbidden: false })).type).toBe('place');
  });

  test.each<[string, Partial<DecisionContext>, string]>([
    ['the engine is stopped', { trading: false }, 'engine_stopped'],
    ['the clock is uncertain', { clockCertain: false }, 'clock_uncertain'],
    ['the rules are unknown', { rules: null }, 'rules_unknown'],
    ['the pair is not sold', { rules: makeRules({ tradable: 'buy-only' }) }, 'not_tradable'],
    ['the budget is used up', { budget: { buy: false, sell: false } }, 'rate_limited'],
  ])('waits while %s', (_, changes, reason) => {
    expect(protection(bare(), at('100', changes))).toEqual({ type: 'wait', reason });
  });

  test('P31: waits while restored books take no order of the pair, and leaves an outdated one where it lies', () => {
    const attention = 'restored: these books end at some time';
    const waits = { type: 'wait', reason: 'restored_books' };
    expect(protection({ ...bare(), attention }, at('100'))).toEqual(waits);
    const outdated = covered().openIntents.map((stop) => ({ ...stop, limitPrice: price('1') }));
    expect(protection({ ...covered(), attention, openIntents: outdated }, at('100'))).toEqual(waits);
  });

  test('an old price or none keeps nobody from placing it: the exchange judges it', () => {
    for (const market of [
      makeMarket('90', '90', { ageMs: 60_000 }),
      makeMarket('90', '90', { bid: null, last: null }),
    ])
      expect(protection(bare(), makeContext(market)).type).toBe('place');
    expect(protection(bare(), at('100', { account: null })).type).toBe('place');
  });

  test('X26: where the price has passed the stop already, the position is sold at once', () => {
    expect(protection(bare(), at('95'))).toEqual({ type: 'roll-back', reason: 'trigger-passed' });
    expect(protection(bare(), at('95.01')).type).toBe('place');
    const exit = protection(bare({ rollback: 'trigger-passed' }), at('94'));
    expect(exit).toMatchObject({
      type: 'exit',
      draft: { side: 'sell', type: 'market', purpose: 'stop-loss' },
    });
    expect(draftIn(exit).stop).toBeUndefined();
  });

  test('after so many refusals in a row it is rolled back, and not earlier', () => {
    let position = bare().position as Position;
    const seen: string[] = [];
    let nowMs: EpochMs = NOW;
    for (let refusal = 0; refusal < MAX_STOP_REFUSALS; refusal += 1) {
      position = afterStopRefusal(position, 'BALANCE_NOT_ENOUGH', null, nowMs);
      seen.push(protection({ ...bare(), position }, at('100', { nowMs })).type);
      nowMs = position.retryAtMs;
    }
    expect(seen).toEqual(['wait', 'wait', 'wait', 'wait', 'roll-back']);
    // In all it has been tried for a quarter of a minute.
    expect(nowMs - NOW).toBe(31_000);
  });

  test.each(['TOO_MANY_REQUESTS', 'NOT_SENT', 'INVALID_KEY'])('%s says nothing about the stop', (label) => {
    const position = afterStopRefusal(bare().position as Position, label, 7_000, NOW);
    expect(position).toMatchObject({ refusals: 0, rollback: null, retryAtMs: NOW + 7_000 });
  });

  test.each(['TRADE_RESTRICTED', 'ORDER_BOOK_NOT_FOUND'])(
    'X13: by %s a sale would be refused as well: it is tried on every ten seconds, and never sold for that',
    (label) => {
      const position = afterStopRefusal(bare().position as Position, label, null, NOW);
      expect(position).toMatchObject({ refusals: 0, rollback: null, retryAtMs: NOW + 10_000 });
    },
  );

  test.each(['AUTO_TRIGGER_PRICE_LESS_LAST', 'AUTO_TRIGGER_PRICE_GREATE_LAST'])(
    'X26: %s is no refusal but a price',
    (label) => {
      expect(afterStopRefusal(bare().position as Position, label, null, NOW)).toMatchObject({
        rollback: 'trigger-passed',
        refusals: 0,
      });
    },
  );

  test('what is too small for the pair cannot be protected, and is said to be so', () => {
    // Worth 2.85 at the stop, and 2.70 at the least that it takes.
    const rules = makeRules({ minQuote: quoteAmount('2.8') });
    expect(protection(bare(), at('100', { rules }))).toEqual({ type: 'impossible' });
    expect(protection(bare({ rollback: 'refused' }), at('90', { rules }))).toEqual({ type: 'impossible' });
    // It may grow, for then it can be protected; one that could be is not bought further before it is.
    expect(draftOf(decide(bare(), at('96.3', { rules }))).purpose).toBe('average');
    expect(reasonOf(decide(bare(), at('96.3')))).toBe('unprotected');
  });
});

describe('a rolled back position', () => {
  const rolling = bare({ rollback: 'refused' });

  test('is sold as far as the account holds it', () => {
    const sold = (baseAvailable: string, settled: boolean): string => {
      const account = makeAccount({ baseAvailable: baseQty(baseAvailable), settled });
      const needed = protection(rolling, at('90', { account }));
      return needed.type === 'exit' ? text(needed.draft.baseAmount ?? price('0')) : needed.type;
    };
    expect(sold('0.02', true)).toBe('0.02');
    expect(sold('0.02', false)).toBe('0.03');
    expect(sold('0', true)).toBe('impossible');
  });

  test('rests between two tries and is not bought further', () => {
    const once = { ...rolling, failures: 1, retryAtMs: ms(NOW + 500) };
    expect(protection(once, at('90'))).toEqual({ type: 'wait', reason: 'backing_off' });
    const failed = { ...once, failures: 2 };
    const told = protection(failed, at('90'));
    expect(told).toMatchObject({
      type: 'attention',
      reason: expect.stringMatching(/that has failed, too/) as string,
    });
    const waiting = { ...failed, attention: told.type === 'attention' ? told.reason : null };
    expect(protection(waiting, at('90'))).toEqual({ type: 'wait', reason: 'backing_off' });
    expect(reasonOf(decide(rolling, at('96')))).toBe('rolling_back');
  });
});

describe('a stop on the exchange', () => {
  test('that is right is left alone, and keeps nobody from trading', () => {
    expect(protection(covered(), at('97'))).toEqual({ type: 'nothing' });
    expect(draftOf(decide(covered(), at('96.3'))).purpose).toBe('average');
    expect(draftOf(decide(covered(), at('101'))).purpose).toBe('take-profit');
    expect(draftOf(manualSell(covered(), at('97'))).purpose).toBe('manual-sell');
    expect(levels(covered().cycle, makeRules()).sellPrice).not.toBeNull();
  });

  test.each(['SUBMITTED', 'UNKNOWN', 'SETTLING', 'QUARANTINED'] as const)(
    'that is %s blocks its pair',
    (state) => {
      expect(protection(covered(state), at('97'))).toEqual({ type: 'nothing' });
      expect(reasonOf(decide(covered(state), at('96.3')))).toBe(
        state === 'SUBMITTED' || state === 'SETTLING' ? 'intent_open' : 'outcome_unknown',
      );
    },
  );

  test('is taken back when the position has grown, but not where no new one could be placed', () => {
    const grown = (pair: PairState): PairState => ({
      ...pair,
      cycle: { ...(pair.cycle as NonNullable<PairState['cycle']>), baseVolume: baseQty('0.06') },
    });
    expect(protection(grown(covered()), at('97'))).toMatchObject({ type: 'cancel', why: 'outdated' });
    expect(protection(grown(covered()), at('97', { trading: false }))).toEqual({
      type: 'wait',
      reason: 'engine_stopped',
    });
    const [stop] = covered().openIntents;
    const buying = {
      ...grown(covered()),
      openIntents: [stop, { ...stop, id: 9, side: 'buy' as const }],
    };
    expect(protection(buying, at('97'))).toEqual({ type: 'nothing' });
  });

  describe('that will expire', () => {
    const day = 86_400_000;
    const born = covered();
    const needed = (days: number, bid: string, changes: Partial<DecisionContext> = {}): string => {
      const [stop] = born.openIntents;
      const bornMs = (stop?.deadlineMs ?? 0) - STOP_WAIT_MS;
      const exchangeNowMs = ms(bornMs + days * day);
      const found = protection(born, at(bid, { exchangeNowMs, ...changes }));
      return found.type === 'cancel' ? found.why : found.type;
    };

    test('is left alone for 25 of its 30 days', () => {
      expect(needed(24.9, '99')).toBe('nothing');
    });

    test('is then replaced in a calm moment: the price stands half of the allowed loss above it, or further', () => {
      expect(needed(25, '97.38')).toBe('expiring');
      expect(needed(25, '97.37')).toBe('nothing');
      const market = makeMarket('99', '99', { ageMs: 60_000 });
      expect(needed(27, '99', { market })).toBe('nothing');
      expect(needed(27, '99', { market: makeMarket('99', '99', { isBelieved: false }) })).toBe('nothing');
    });

    test('is replaced two days before its end whatever the price, if anything may be sent', () => {
      expect(needed(28, '95.5')).toBe('expiring');
      expect(needed(28, '95.5', { budget: { buy: false, sell: false } })).toBe('wait');
    });

    test('is as old as the exchange’s clock says, whatever this host believes', () => {
      expect(needed(1, '99', { nowMs: ms(NOW + 29 * day) })).toBe('nothing');
      expect(needed(28, '99', { nowMs: NOW })).toBe('expiring');
    });
  });

  test('of an earlier version, which sells at the market, is replaced', () => {
    const pair = covered();
    const [stop] = pair.openIntents;
    if (stop === undefined) throw new Error('no stop');
    const old: Intent = { ...stop, type: 'market', limitPrice: null };
    expect(protection({ ...pair, openIntents: [old] }, at('97'))).toMatchObject({
      type: 'cancel',
      why: 'outdated',
    });
  });

  test('of a cycle that a reset has closed is taken back, also with the engine stopped, and blocks until then', () => {
    const { pair } = reset(covered(), NOW);
    expect(protection(pair, at('97', { trading: false }))).toMatchObject({
      type: 'cancel',
      why: 'cycle-over',
    });
    expect(reasonOf(decide({ ...pair, paused: false }, at('97')))).toBe('intent_open');
  });

  test('coins that it may have locked are no shortage: the sale takes it back first', () => {
    const account = makeAccount({ baseAvailable: baseQty('0') });
    expect(draftOf(decide(covered(), at('101', { account }))).purpose).toBe('take-profit');
    expect(decide(bare(), at('101', { account })).type).toBe('attention');
  });
});

test('a pair is active while its stop is placed and rests, and selling once it has fired', () => {
  expect(publicState(covered('SUBMITTED'))).toBe('active');
  expect(publicState(covered('LIVE'))).toBe('active');
  expect(publicState(covered('SETTLING'))).toBe('selling');
  expect(publicState(covered('UNKNOWN'))).toBe('unknown');
});

test('a pair without stop_loss_pct needs nothing, ever', () => {
  const begun = open(idlePair(), START_DRAFT);
  const fills = [makeFill('buy', '0.03', '100')];
  const { pair } = settle(begun.pair, ended(begun.intent, 'FILLED', fills), fills, makeRules(), NOW);
  expect(protection(follow(pair), at('10'))).toEqual({ type: 'nothing' });
});
