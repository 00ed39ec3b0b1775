import { describe, expect, test } from 'vitest';
import { baseQty, quoteAmount, text } from '@mtrade/money';
import {
  armTriggers,
  clearAttention,
  cycleStartState,
  decide,
  type Intent,
  levels,
  manualSell,
  NOTHING_ARMED,
  pause,
  type PairState,
  publicState,
  raiseAttention,
  reset,
  resume,
  setPermission,
  settleLate,
} from '../src/index.js';
import {
  activePair,
  closedOf,
  cycleOf,
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
  trade,
} from './make.js';

const MARKET = makeMarket('99.99', '100');
const withOpen = (pair: PairState, market = makeMarket('90', '90.01')): { pair: PairState; intent: Intent } =>
  open(pair, draftOf(decide(pair, makeContext(market))));

describe('pause, resume, permission', () => {
  test('scenario 30: resume starts at most one cycle', () => {
    const paused = pause(idlePair());
    const resumed = resume(paused);
    const first = open(resumed, draftOf(decide(resumed, makeContext(MARKET)))).pair;

    expect(reasonOf(decide(paused, makeContext(MARKET)))).toBe('paused');
    expect(reasonOf(decide(first, makeContext(MARKET)))).toBe('intent_open');
  });

  test('scenario 31: permission is a flag of its own', () => {
    expect(setPermission(pause(idlePair()), false)).toMatchObject({ permitted: false, paused: true });
    expect(setPermission(idlePair({ permitted: false }), true).permitted).toBe(true);
  });

  test('resume clears what asked for attention; a shortage that persists is raised anew', () => {
    const pair = resume(raiseAttention(activePair(), 'look'));
    const account = makeAccount({ baseTotal: baseQty('0') });

    expect(pair.attention).toBeNull();
    expect(decide(pair, makeContext(MARKET, { account })).type).toBe('attention');
    expect(clearAttention(raiseAttention(pause(idlePair()), 'x'))).toMatchObject({
      attention: null,
      paused: true,
    });
  });
});

describe('reset', () => {
  test('closes the cycle in the books, pauses the pair and lists the coins', () => {
    const { pair, closed, coins } = reset(
      { ...activePair(), attention: 'short', failures: 3, retryAtMs: ms(NOW + 9) },
      NOW,
    );

    expect(pair).toMatchObject({ cycle: null, paused: true, attention: null, failures: 0, permitted: true });
    expect(closed).toMatchObject({ outcome: 'reset', closedMs: NOW });
    expect([text(coins.base), text(coins.cost)]).toEqual(['0.03', '3']);
    expect([text(closed?.profit as never), text(pair.realizedProfit)]).toEqual(['0', '0']);
  });

  test('lists the dust, too, and forgets it', () => {
    const { pair, closed, coins } = reset(
      idlePair({ dust: { base: baseQty('0.001'), cost: quoteAmount('0.1') } }),
      NOW,
    );

    expect(closed).toBeNull();
    expect([text(coins.base), text(coins.cost), text(pair.dust.base)]).toEqual(['0.001', '0.1', '0']);
  });

  test('keeps what a partial sale has earned beyond the whole cost', () => {
    const sale = draftOf(decide(activePair(), makeContext(makeMarket('500', '500.01'))));
    const part = trade(activePair(), sale, [makeFill('sell', '0.01', '500')]).pair;

    const { pair, coins } = reset(part, NOW);

    expect(text(pair.realizedProfit)).toBe('2');
    expect([text(coins.base), text(coins.cost)]).toEqual(['0.02', '0']);
  });

  test('scenario 29: a start buy that fills after the reset is booked on the closed cycle; nothing new starts', () => {
    const opened = open(idlePair(), START_DRAFT);
    const { pair: waiting, closed } = reset(opened.pair, NOW);
    expect(reasonOf(decide(resume(waiting), makeContext(MARKET)))).toBe('intent_open');
    expect([publicState(waiting), cycleStartState(waiting)]).toEqual(['buying', 1]);

    const fills = [makeFill('buy', '0.03', '100', '0.00006')];
    const late = settleLate(waiting, closed as never, ended(opened.intent, 'FILLED', fills), fills, NOW);

    expect(late.pair).toMatchObject({ cycle: null, paused: true, openIntents: [] });
    expect(late.closed).toMatchObject({ outcome: 'reset', id: opened.intent.cycleId });
    expect([text(closedOf(late).baseVolume), text(closedOf(late).invested)]).toEqual(['0.02994', '3']);
    expect([text(late.pair.realizedProfit), text(late.pair.dust.base)]).toEqual(['0', '0']);
    expect(late.notes.at(-1)?.event).toBe('cycle.late-fill');
    expect(reasonOf(decide(late.pair, makeContext(MARKET)))).toBe('paused');
  });

  test('a sale that fills after the reset earns what it earned', () => {
    const selling = withOpen(activePair(), makeMarket('101', '101.01'));
    const { pair, closed } = reset(selling.pair, NOW);
    const fills = [makeFill('sell', '0.03', '101')];

    const late = settleLate(pair, closed as never, ended(selling.intent, 'FILLED', fills), fills, NOW);

    expect([text(closedOf(late).profit), text(late.pair.realizedProfit)]).toEqual(['0.03', '0.03']);
  });

  test('a late order that traded nothing changes nothing, not even the back-off', () => {
    const opened = open(idlePair(), START_DRAFT);
    const { pair, closed } = reset(opened.pair, NOW);

    const late = settleLate(pair, closed as never, ended(opened.intent, 'NEVER'), [], NOW);

    expect(late.pair).toEqual({ ...pair, openIntents: [] });
    expect(late.closed).toBe(closed);
  });
});

describe('scenario 33: manual sale', () => {
  test('sells the whole position at once, at most 2 % below the bid', () => {
    const draft = draftOf(manualSell(activePair(), makeContext(makeMarket('90.55', '90.6'))));

    expect(draft).toMatchObject({ side: 'sell', purpose: 'manual-sell', type: 'limit', timeInForce: 'ioc' });
    expect([text(draft.baseAmount as never), text(draft.limitPrice as never)]).toEqual(['0.03', '88.73']);
  });

  test('closes the cycle with its real result, a loss included', () => {
    const draft = draftOf(manualSell(activePair(), makeContext(makeMarket('90', '90.01'))));
    const settlement = trade(activePair(), draft, [makeFill('sell', '0.03', '90')]);

    expect(closedOf(settlement).outcome).toBe('closed');
    expect(text(settlement.pair.realizedProfit)).toBe('-0.3');
  });

  test('scenario 34: with the automatic sale on its way there is no second one', () => {
    const { pair } = withOpen(activePair(), makeMarket('101', '101.01'));

    expect(reasonOf(manualSell(pair, makeContext(MARKET)))).toBe('intent_open');
  });

  test('is not stopped by a back-off or by attention, and sells what is there', () => {
    const pair = { ...activePair(), attention: 'short', retryAtMs: ms(NOW + 1) };
    const account = makeAccount({ baseTotal: baseQty('0.0201'), baseAvailable: baseQty('0.0201') });

    expect(text(draftOf(manualSell(pair, makeContext(MARKET, { account }))).baseAmount as never)).toBe(
      '0.0201',
    );
  });

  test('without a position there is nothing to sell; without a price or the minimum it waits', () => {
    expect(manualSell(idlePair(), makeContext(MARKET))).toBeNull();
    expect(reasonOf(manualSell(activePair(), makeContext(makeMarket('99', '100', { ageMs: 9_999 }))))).toBe(
      'price_stale',
    );
    expect(reasonOf(manualSell(activePair('0.005'), makeContext(MARKET)))).toBe('below_minimum');
  });
});

describe('public state', () => {
  const active = activePair();
  const selling = withOpen(active, makeMarket('101', '101.01'));

  test.each<[string, 0 | 1 | 2, PairState]>([
    ['idle', 0, idlePair()],
    ['buying', 1, open(idlePair(), START_DRAFT).pair],
    ['active', 2, active],
    ['averaging', 2, withOpen(active).pair],
    ['selling', 2, selling.pair],
    ['unknown', 2, { ...selling.pair, openIntents: [{ ...selling.intent, state: 'UNKNOWN' }] }],
    [
      'unknown',
      2,
      { ...selling.pair, attention: 'x', openIntents: [{ ...selling.intent, state: 'QUARANTINED' }] },
    ],
    ['needs_attention', 2, { ...active, attention: 'look' }],
  ])('%s, cycle_start_state %i', (state, startState, pair) => {
    expect([publicState(pair), cycleStartState(pair)]).toEqual([state, startState]);
  });
});

describe('triggers and levels', () => {
  const context = { ...makeContext(MARKET) };

  test('an active pair arms its next buy and its sale, rounded outward', () => {
    const armed = armTriggers(activePair(), context);

    expect(armed.askLevel).toBe(1);
    expect(armed.buyAtOrBelow).toBeCloseTo(96.35, 10);
    expect(armed.buyAtOrBelow).toBeGreaterThan(96.35);
    expect(armed.sellAtOrAbove).toBeCloseTo(100.6, 10);
    expect(armed.sellAtOrAbove).toBeLessThan(100.6);
  });

  test('the level of the book goes with the buy', () => {
    const pair = activePair('0.03', '100', makeParams({ bookLevelStep: '2' }));

    expect(armTriggers(pair, context).askLevel).toBe(3);
  });

  test.each<[string, PairState, object]>([
    ['idle', idlePair(), {}],
    ['an open intent', withOpen(activePair()).pair, {}],
    ['a stopped engine', activePair(), { trading: false }],
    ['a back-off', { ...activePair(), retryAtMs: ms(NOW + 1) }, {}],
    ['no rules', activePair(), { rules: null }],
    ['no account', activePair(), { account: null }],
  ])('%s arms nothing', (_, pair, changes) => {
    expect(armTriggers(pair, { ...context, ...changes })).toEqual(NOTHING_ARMED);
  });

  test.each<[string, PairState, object]>([
    ['no permission', { ...activePair(), permitted: false }, {}],
    ['attention', { ...activePair(), attention: 'look' }, {}],
    ['no money', activePair(), { account: makeAccount({ quoteAvailable: quoteAmount('5') }) }],
    ['a purchase below the minimum', activePair(), { rules: makeRules({ minQuote: quoteAmount('7') }) }],
  ])('%s arms the sale only', (_, pair, changes) => {
    const armed = armTriggers(pair, { ...context, ...changes });

    expect(armed.buyAtOrBelow).toBeNull();
    expect(armed.sellAtOrAbove).not.toBeNull();
  });

  test('the operator sees the levels that the rules compare with', () => {
    const pair = activePair('0.03', '100', makeParams(), '0.00003');
    const seen = levels(pair.cycle, makeRules());

    expect(seen.breakEven?.toFixed(6)).toBe('100.300702');
    expect(seen.sellPrice?.toFixed(6)).toBe('100.600000');
    expect(seen.nextBuyPrice?.toFixed(6)).toBe('96.350000');
    expect(levels(null, makeRules()).sellPrice).toBeNull();
    expect(levels(cycleOf(pair), null).sellPrice).toBeNull();
  });
});
