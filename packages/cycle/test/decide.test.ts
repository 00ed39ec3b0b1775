import { describe, expect, test } from 'vitest';
import { baseQty, decimal, price, quoteAmount, text } from '@mtrade/money';
import {
  decide,
  type DecisionContext,
  type PairState,
  priceRefusal,
  saleTerms,
  type WaitReason,
} from '../src/index.js';
import {
  activePair,
  cycleOf,
  draftOf,
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
const reason = (pair: PairState, context: DecisionContext) => reasonOf(decide(pair, context));

describe('start buy', () => {
  test('scenario 27: a market order with immediate-or-cancel, sized in quote', () => {
    expect(draftOf(decide(idlePair(), makeContext(MARKET)))).toEqual(START_DRAFT);
  });

  test('scenario 11: exactly the base order above the reserve is enough, one cent less is not', () => {
    const context = (available: string) =>
      makeContext(MARKET, {
        params: makeParams({ reserve: '50' }),
        account: makeAccount({ quoteAvailable: quoteAmount(available) }),
      });

    expect(decide(idlePair(), context('53')).type).toBe('place');
    expect(reason(idlePair(), context('52.99'))).toBe('insufficient_quote');
  });

  test.each([
    ['in quote', { minQuote: quoteAmount('3.01') }],
    ['in base', { minBase: baseQty('0.0301') }],
  ])('scenario 27: a base order below the pair minimum %s waits', (_, rules) => {
    expect(reason(idlePair(), makeContext(MARKET, { rules: makeRules(rules) }))).toBe('below_minimum');
  });

  test('scenario 30: paused starts nothing', () => {
    expect(reason(idlePair({ paused: true }), makeContext(MARKET))).toBe('paused');
  });
});

describe('scenario 10: what is not known is not done', () => {
  const cases: [WaitReason, Partial<DecisionContext>][] = [
    ['engine_stopped', { trading: false }],
    ['account_unknown', { account: null }],
    ['rules_unknown', { rules: null }],
    ['clock_uncertain', { clockCertain: false }],
    ['price_unknown', { market: makeMarket('1', '1', { bid: null, ask: null }) }],
    ['price_unknown', { market: makeMarket('99', '1', { ask: null }) }],
    ['price_unknown', { market: makeMarket('1', '100', { bid: null }) }],
    ['price_stale', { market: makeMarket('99', '100', { ageMs: 5_000 }) }],
    ['price_unconfirmed', { market: makeMarket('99', '100', { isBelieved: false }) }],
    ['price_stale', { market: makeMarket('99', '100', { ageMs: Number.NaN }) }],
    ['price_stale', { market: makeMarket('99', '100', { ageMs: Number.POSITIVE_INFINITY }) }],
    ['book_crossed', { market: makeMarket('100.01', '100') }],
  ];

  test.each(cases)('%s blocks the start buy (%#)', (expected, changes) => {
    expect(reason(idlePair(), makeContext(MARKET, changes))).toBe(expected);
  });

  test.each(cases)('%s blocks an active cycle (%#)', (expected, changes) => {
    expect(reason(activePair(), makeContext(MARKET, changes))).toBe(expected);
  });

  test('X13, X14: a pair that the exchange has closed for this side waits; what is held is sold while it may be', () => {
    const only = (tradable: 'buy-only' | 'sell-only' | 'none') => ({ rules: makeRules({ tradable }) });

    expect(reason(idlePair(), makeContext(MARKET, only('sell-only')))).toBe('not_tradable');
    expect(reason(activePair(), makeContext(makeMarket('101', '101.01'), only('buy-only')))).toBe(
      'not_tradable',
    );
    expect(decide(activePair(), makeContext(makeMarket('101', '101.01'), only('sell-only'))).type).toBe(
      'place',
    );
    expect(decide(activePair(), makeContext(makeMarket('95', '95.01'), only('buy-only'))).type).toBe('place');
    expect(reason(activePair(), makeContext(makeMarket('95', '95.01'), only('none')))).toBe('not_tradable');
  });

  test('the rate budget is asked per side', () => {
    const rising = makeMarket('101', '101.01');

    expect(reason(idlePair(), makeContext(MARKET, { budget: { buy: false, sell: true } }))).toBe(
      'rate_limited',
    );
    expect(reason(activePair(), makeContext(rising, { budget: { buy: true, sell: false } }))).toBe(
      'rate_limited',
    );
    expect(decide(activePair(), makeContext(rising, { budget: { buy: false, sell: true } })).type).toBe(
      'place',
    );
  });
});

describe('scenarios 2, 5, 34: one order at a time', () => {
  const idle = open(idlePair(), START_DRAFT);

  test.each([
    ['SUBMITTED', 'intent_open'],
    ['ACKED', 'intent_open'],
    ['SETTLING', 'intent_open'],
    ['UNKNOWN', 'outcome_unknown'],
    ['QUARANTINED', 'outcome_unknown'],
  ] as const)('%s blocks the pair: %s', (state, expected) => {
    const pair = { ...idle.pair, openIntents: [{ ...idle.intent, state }] };

    expect(reason(pair, makeContext(MARKET))).toBe(expected);
  });

  test('scenarios 8 and 19: nothing before the back-off is over', () => {
    const pair = idlePair({ retryAtMs: ms(NOW + 1) });

    expect(reason(pair, makeContext(MARKET))).toBe('backing_off');
    expect(decide(pair, makeContext(MARKET, { nowMs: ms(NOW + 1) })).type).toBe('place');
  });
});

describe('averaging buy', () => {
  const below = makeMarket('96.3', '96.34');

  test('is a fill-or-kill limit order at the highest price that is still right', () => {
    const draft = draftOf(decide(activePair(), makeContext(below)));

    // Row 1 lies at 96.35, and so does the bound of last buy less 3.65 %: strictly below it is 96.34.
    expect(draft).toMatchObject({
      side: 'buy',
      purpose: 'average',
      step: 1,
      type: 'limit',
      timeInForce: 'fok',
    });
    expect(text(draft.limitPrice as never)).toBe('96.34');
    expect(text(draft.baseAmount as never)).toBe('0.0622');
    expect(draft.quoteAmount).toBeNull();
  });

  test('where the pair forbids fill-or-kill it is immediate-or-cancel', () => {
    const context = makeContext(below, { rules: makeRules({ supportsFok: false }) });

    expect(draftOf(decide(activePair(), context)).timeInForce).toBe('ioc');
  });

  test('scenario 15: a last price below the row counts for nothing while the ask is above it', () => {
    const market = makeMarket('96.2', '96.36', { last: price('96') });

    expect(reason(activePair(), makeContext(market))).toBe('price_above_row');
  });

  test('an ask of exactly the row is not below last buy less the step', () => {
    expect(reason(activePair(), makeContext(makeMarket('96.3', '96.35')))).toBe('drop_insufficient');
  });

  test('scenario 16: after a buy below its row the next one keeps the step to it', () => {
    const pair = trade(activePair(), draftOf(decide(activePair(), makeContext(below))), [
      makeFill('buy', '0.06', '90'),
    ]).pair;

    // Row 2 lies at 92.7, but the last buy was at 90: 90 x (1 - 3.65 %) = 86.715.
    expect(reason(pair, makeContext(makeMarket('91', '92')))).toBe('drop_insufficient');
    expect(reason(pair, makeContext(makeMarket('86', '86.72')))).toBe('drop_insufficient');
    const draft = draftOf(decide(pair, makeContext(makeMarket('86', '86.71'))));
    expect([draft.step, text(draft.limitPrice as never)]).toEqual([2, '86.71']);
  });

  test('scenario 17: after a gap through three rows they are bought one by one', () => {
    let pair = activePair();
    const steps: number[] = [];
    for (const ask of ['85', '81', '77', '74']) {
      const draft = draftOf(decide(pair, makeContext(makeMarket('70', ask))));
      steps.push(draft.step);
      pair = trade(pair, draft, [makeFill('buy', text(draft.baseAmount as never), ask)]).pair;
    }

    expect(steps).toEqual([1, 2, 3, 4]);
  });

  test("the ask that counts is the one at the row's level of the book", () => {
    const pair = activePair('0.03', '100', makeParams({ bookLevelStep: '2' }));
    const at = (levelAsk: string | null, askLevel = 3) =>
      makeContext(makeMarket('90', '91', { levelAsk: levelAsk === null ? null : price(levelAsk), askLevel }));

    expect(reason(pair, at('96.36'))).toBe('price_above_row');
    expect(reason(pair, at(null))).toBe('price_unknown');
    expect(reason(pair, at('91', 5))).toBe('price_unknown');
    expect(draftOf(decide(pair, at('96.34'))).step).toBe(1);
  });

  test('a level of the book that is older than the limit counts as stale, however fresh the ticker is', () => {
    const pair = activePair('0.03', '100', makeParams({ bookLevelStep: '2' }));
    const aged = (levelAgeMs: number) =>
      makeContext(makeMarket('90', '91', { levelAsk: price('92'), askLevel: 3, levelAgeMs }));
    const draft = draftOf(decide(pair, aged(4_999)));

    expect(reason(pair, aged(5_000))).toBe('price_stale');
    expect(reason(pair, aged(Number.NaN))).toBe('price_stale');
    expect(priceRefusal(pair, aged(4_999), draft)).toBeNull();
    expect(priceRefusal(pair, aged(5_000), draft)).toBe('price_stale');
  });

  test('a deeper ask below the best one is a contradiction: the higher of the two counts', () => {
    const pair = activePair('0.03', '100', makeParams({ bookLevelStep: '2' }));
    const market = makeMarket('99', '100', { levelAsk: price('92'), askLevel: 3 });
    expect(reason(pair, makeContext(market))).toBe('price_above_row');
  });

  test('needs the money, the reserve left alone', () => {
    const pair = activePair('0.03', '100', makeParams({ reserve: '100' }));
    const context = (available: string) =>
      makeContext(below, { account: makeAccount({ quoteAvailable: quoteAmount(available) }) });

    expect(reason(pair, context('105.99'))).toBe('insufficient_quote');
    expect(decide(pair, context('106')).type).toBe('place');
  });

  test('scenario 27: a purchase below the pair minimum waits', () => {
    expect(
      reason(activePair(), makeContext(below, { rules: makeRules({ minQuote: quoteAmount('6.01') }) })),
    ).toBe('below_minimum');
    expect(reason(activePair(), makeContext(below, { rules: makeRules({ minBase: baseQty('0.07') }) }))).toBe(
      'below_minimum',
    );
  });

  test('scenario 27: a purchase of exactly the minimum is not lost to rounding', () => {
    const draft = draftOf(
      decide(activePair(), makeContext(below, { rules: makeRules({ minQuote: quoteAmount('6') }) })),
    );

    expect(text(draft.baseAmount as never)).toBe('0.0623');
  });

  test('the last row bought, the cycle waits for its sale', () => {
    const pair = activePair('0.03', '100', makeParams({ safetyOrders: 0 }));

    expect(reason(pair, makeContext(makeMarket('50', '50.01')))).toBe('bid_below_required');
  });

  test('scenario 24: a running cycle keeps the rows it began with', () => {
    const context = makeContext(below, { params: makeParams({ stepPct: '1', baseOrder: '50' }) });

    expect(text(draftOf(decide(activePair(), context)).baseAmount as never)).toBe('0.0622');
  });
});

describe('sale', () => {
  test('scenario 18: the bid counts, not the last price and not the ask', () => {
    const market = makeMarket('100.5', '100.7', { last: price('100.7') });

    expect(reason(activePair(), makeContext(market))).toBe('bid_below_required');
  });

  test('is the whole volume at the required price, fill or kill', () => {
    const draft = draftOf(decide(activePair(), makeContext(makeMarket('101', '101.01'))));

    expect(draft).toMatchObject({
      side: 'sell',
      purpose: 'take-profit',
      step: 0,
      type: 'limit',
      timeInForce: 'fok',
    });
    expect(text(draft.limitPrice as never)).toBe('100.6');
    expect(text(draft.baseAmount as never)).toBe('0.03');
  });

  test("a bid between two steps of the grid waits until the order's own price is reached", () => {
    const pair = activePair('0.03', '100.001');

    expect(reason(pair, makeContext(makeMarket('100.605', '100.62')))).toBe('bid_below_required');
    expect(text(draftOf(decide(pair, makeContext(makeMarket('100.61', '100.62')))).limitPrice as never)).toBe(
      '100.61',
    );
  });

  test('does not wait for a balance that may be older than the buy', () => {
    const account = makeAccount({ baseTotal: baseQty('0'), baseAvailable: baseQty('0'), settled: false });

    expect(draftOf(decide(activePair(), makeContext(makeMarket('101', '101.01'), { account }))).side).toBe(
      'sell',
    );
  });

  test("is never a loss: the fees of the real position raise the row's price", () => {
    // 0.1 % kept back in base on the buy and 0.2 % to come on the sale: 3 / (0.02 x 0.998) with a third of the coins gone.
    const pair = activePair('0.03', '100', makeParams(), '0.01');
    const terms = saleTerms(cycleOf(pair), makeRules());

    expect(terms.required.toFixed(4)).toBe('150.3006');
    expect(text(terms.limit)).toBe('150.31');
    expect(reason(pair, makeContext(makeMarket('150.3', '150.31')))).toBe('bid_below_required');
    expect(decide(pair, makeContext(makeMarket('150.31', '150.32'))).type).toBe('place');
  });

  test('scenario 20: never more than was received net of the fee', () => {
    const pair = activePair('5.353', '100', makeParams(), '0.005353');
    const draft = draftOf(decide(pair, makeContext(makeMarket('101', '101.01'))));

    expect(text(cycleOf(pair).baseVolume)).toBe('5.347647');
    expect(text(draft.baseAmount as never)).toBe('5.3476');
  });

  test('scenario 23: coins that the ledger does not hold are never sold', () => {
    const account = makeAccount({ baseTotal: baseQty('999'), baseAvailable: baseQty('999') });
    const draft = draftOf(decide(activePair(), makeContext(makeMarket('101', '101.01'), { account })));

    expect(text(draft.baseAmount as never)).toBe('0.03');
  });

  test('comes before a buy when both are possible', () => {
    // A tiny target and a book that fell after the decision was armed cannot do this; a wide grid can.
    const pair = activePair();
    const fallen = { ...pair, cycle: { ...cycleOf(pair), invested: quoteAmount('0.1') } };
    const cheap = { ...fallen, cycle: { ...fallen.cycle, ladder: lowTarget(fallen) } };

    expect(draftOf(decide(cheap, makeContext(makeMarket('95', '95.01')))).side).toBe('sell');
  });

  test('a value below the pair minimum waits for the price at which it is one', () => {
    const context = (bid: string, ask: string) =>
      makeContext(makeMarket(bid, ask), { rules: makeRules({ minQuote: quoteAmount('3.03') }) });

    expect(reason(activePair(), context('100.9', '100.91'))).toBe('below_minimum');
    expect(text(draftOf(decide(activePair(), context('101', '101.01'))).limitPrice as never)).toBe('101');
  });

  test('less than the smallest order cannot be sold and says so', () => {
    const context = makeContext(makeMarket('101', '101.01'), {
      rules: makeRules({ minBase: baseQty('0.04') }),
    });

    expect(reason(activePair(), context)).toBe('below_minimum');
  });

  test('a fee of 100 % is no reason for a division by zero, but for a stop', () => {
    const rules = makeRules({ feeRate: decimal('1') });

    expect(() => decide(activePair(), makeContext(makeMarket('101', '101.01'), { rules }))).toThrow(
      /without volume/,
    );
  });
});

function lowTarget(pair: PairState) {
  const ladder = cycleOf(pair).ladder;
  if (ladder === null) throw new Error('no ladder');
  return { ...ladder, rows: ladder.rows.map((row) => ({ ...row, sellPrice: price('50') })) };
}

describe('scenario 22: the account holds less than the books', () => {
  const half = makeAccount({ baseTotal: baseQty('0.015'), baseAvailable: baseQty('0.015') });

  test('asks for a human, and names both numbers', () => {
    const decision = decide(activePair(), makeContext(MARKET, { account: half }));

    expect(decision.type).toBe('attention');
    expect(reasonOf(decision)).toMatch(/the account holds 0.015 ETH, the books 0.03 ETH/);
  });

  test('a snapshot that may be older than the fill proves nothing', () => {
    const decision = decide(activePair(), makeContext(MARKET, { account: { ...half, settled: false } }));

    expect(reasonOf(decision)).toBe('price_above_row');
  });

  test('then it neither buys nor sells, and does not ask twice', () => {
    const pair = { ...activePair(), attention: 'half of it is gone' };

    expect(reason(pair, makeContext(makeMarket('90', '90.01'), { account: half }))).toBe('needs_attention');
    expect(reason(pair, makeContext(makeMarket('101', '101.01'), { account: half }))).toBe('needs_attention');
    expect(reason(idlePair({ attention: 'look' }), makeContext(MARKET))).toBe('needs_attention');
  });

  test('attention for another reason blocks buying, not the sale of coins that are there', () => {
    const pair = { ...activePair(), attention: 'look' };

    expect(draftOf(decide(pair, makeContext(makeMarket('101', '101.01')))).side).toBe('sell');
    expect(reason(pair, makeContext(makeMarket('90', '90.01')))).toBe('needs_attention');
  });

  test('dust counts as ours, too', () => {
    const pair = idlePair({ dust: { base: baseQty('0.001'), cost: quoteAmount('0.1') } });
    const decision = decide(pair, makeContext(MARKET, { account: makeAccount({ baseTotal: baseQty('0') }) }));

    expect(decision.type).toBe('attention');
  });

  test("coins that somebody else's order locks cannot be sold, and a human is told", () => {
    const account = makeAccount({ baseTotal: baseQty('0.03'), baseAvailable: baseQty('0.01') });
    const decision = decide(activePair(), makeContext(makeMarket('101', '101.01'), { account }));

    expect(decision.type).toBe('attention');
    expect(reasonOf(decision)).toMatch(/needs 0.03 ETH, but only 0.01 of the account's 0.03 are free/);
  });
});

describe('scenario 31: permission off', () => {
  const forbidden = { ...activePair(), permitted: false };

  test('no buy of any kind', () => {
    expect(reason(idlePair({ permitted: false }), makeContext(MARKET))).toBe('not_permitted');
    expect(reason(forbidden, makeContext(makeMarket('90', '90.01')))).toBe('only_sells');
  });

  test('a position that is still sold says that it waits for its sale, and what holds the sale up besides', () => {
    expect(reason(forbidden, makeContext(MARKET))).toBe('only_sells');
    expect(reason(forbidden, makeContext(MARKET, { sellWhenForbidden: false }))).toBe('not_permitted');
    const closed = makeContext(MARKET, { rules: makeRules({ tradable: 'buy-only' }) });
    expect(reason(forbidden, closed)).toBe('not_tradable');
  });

  test('whether the position is still sold is sell_when_forbidden', () => {
    const rising = makeMarket('101', '101.01');

    expect(draftOf(decide(forbidden, makeContext(rising))).side).toBe('sell');
    expect(reason(forbidden, makeContext(rising, { sellWhenForbidden: false }))).toBe('not_permitted');
  });

  test('scenario 30: a paused pair goes on with its running cycle', () => {
    const paused = { ...activePair(), paused: true };

    expect(draftOf(decide(paused, makeContext(makeMarket('90', '90.01')))).side).toBe('buy');
    expect(draftOf(decide(paused, makeContext(makeMarket('101', '101.01')))).side).toBe('sell');
  });
});
