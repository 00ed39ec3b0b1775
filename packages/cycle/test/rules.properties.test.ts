import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { assert } from '@mtrade/base';
import {
  baseQty,
  type Decimal,
  decimal,
  HUNDRED,
  integer,
  ONE,
  price,
  quoteAmount,
  scaled,
  text,
  ZERO,
} from '@mtrade/money';
import {
  armTriggers,
  decide,
  type Fill,
  isOpen,
  ledgerBase,
  type MarketRules,
  type OrderDraft,
  type PairState,
  publicState,
  reset,
  resume,
  settle,
  settleLate,
  transition,
} from '../src/index.js';
import {
  ended,
  idlePair,
  makeAccount,
  makeContext,
  makeFill,
  makeMarket,
  makeParams,
  makeRules,
  NOW,
  open,
} from './make.js';

/** A random life of one pair: every step is a book, and what the exchange made of the order that followed. */
interface Turn {
  readonly bid: number;
  readonly spread: number;
  /** Part of the amount that is filled, in tenths; 0 is killed, -1 is rejected. */
  readonly filled: number;
  /** How many ticks better than its limit the order trades. */
  readonly better: number;
  readonly fee: 'own' | 'third' | 'none';
  readonly reset: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  bid: fc.integer({ min: 4_000, max: 14_000 }),
  spread: fc.integer({ min: 0, max: 40 }),
  filled: fc.constantFrom(10, 10, 10, 10, 7, 3, 1, 0, -1),
  better: fc.integer({ min: 0, max: 30 }),
  fee: fc.constantFrom('own', 'own', 'third', 'none'),
  reset: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
});

const rulesOf = fc
  .record({
    amountDecimals: fc.integer({ min: 0, max: 6 }),
    priceDecimals: fc.integer({ min: 0, max: 4 }),
    minQuote: fc.constantFrom('0', '1', '3', '5'),
    supportsFok: fc.boolean(),
  })
  .map(({ amountDecimals, priceDecimals, minQuote, supportsFok }) =>
    makeRules({
      amountStep: scaled(1, amountDecimals) as never,
      minBase: scaled(1, amountDecimals) as never,
      priceStep: scaled(1, priceDecimals) as never,
      minQuote: quoteAmount(minQuote),
      supportsFok,
    }),
  );

const paramsOf = fc
  .record({
    volumeMode: fc.constantFrom('fixed', 'geometric', 'martingale'),
    volumeScale: fc.constantFrom('1', '1.5', '2', '1.37'),
    stepPct: fc.constantFrom('0.7', '3.65', '5'),
    stepGrowthPct: fc.constantFrom('0', '0.1'),
    baseOrder: fc.constantFrom('5', '30', '1000'),
    bookLevelStep: fc.constantFrom('0', '0', '1'),
    safetyOrders: fc.integer({ min: 0, max: 11 }),
  })
  .map((changes) => makeParams(changes));

const life = fc.record({
  rules: rulesOf,
  params: paramsOf,
  turns: fc.array(turn, { minLength: 5, maxLength: 60 }),
});

const cents = (value: number): string => text(scaled(value, 2));

function contextOf(step: Turn, rules: MarketRules, params = makeParams()) {
  const ask = cents(step.bid + step.spread);
  const market = makeMarket(cents(step.bid), ask, { levelAsk: price(ask) });
  const account = makeAccount({
    quoteAvailable: quoteAmount('100000000'),
    baseAvailable: baseQty('100000000'),
    baseTotal: baseQty('100000000'),
  });
  return { market, account, rules, params, ask: price(ask), bid: price(cents(step.bid)) };
}

/** Trades at the limit or better, as an exchange would. */
function tradeOf(draft: OrderDraft, step: Turn, rules: MarketRules, ask: Decimal, bid: Decimal): Fill[] {
  if (step.filled <= 0) return [];
  const part = draft.timeInForce === 'fok' ? 10 : step.filled;
  const better = rules.priceStep.times(integer(step.better));
  const at =
    draft.side === 'buy'
      ? (draft.limitPrice ?? ask.plus(better)).minus(better)
      : (draft.limitPrice ?? bid).plus(better);
  if (at.lte(ZERO)) return [];
  const whole = draft.baseAmount ?? draft.quoteAmount?.div(at) ?? ZERO;
  const amount = whole.times(scaled(part, 1)).div(rules.amountStep).round(0, 0).times(rules.amountStep);
  if (amount.lte(ZERO)) return [];
  const own = draft.side === 'buy' ? amount : amount.times(at);
  const fee = step.fee === 'none' ? ZERO : own.times(decimal('0.002')).round(12, 0);
  const coin = step.fee === 'third' ? 'GT' : draft.side === 'buy' ? 'ETH' : 'USDT';
  return [makeFill(draft.side, text(amount), text(at), text(fee), coin)];
}

/** The books, recomputed from nothing but the trades. */
function recompute(fills: readonly Fill[]): { base: Decimal; quote: Decimal } {
  let base = ZERO;
  let quote = ZERO;
  for (const fill of fills) {
    const sign = fill.side === 'buy' ? ONE : ZERO.minus(ONE);
    base = base.plus(fill.baseAmount.times(sign));
    quote = quote.minus(fill.baseAmount.times(fill.price).times(sign));
    if (fill.feeCoin === 'ETH') base = base.minus(fill.fee);
    if (fill.feeCoin === 'USDT') quote = quote.minus(fill.fee);
  }
  return { base, quote };
}

function checkDraft(
  draft: OrderDraft,
  pair: PairState,
  rules: MarketRules,
  ask: Decimal,
  bid: Decimal,
): void {
  const cycle = pair.cycle;
  if (draft.purpose === 'start') {
    assert(cycle === null, 'a start buy inside a cycle');
    return;
  }
  const row = cycle?.ladder?.rows[draft.step];
  const { limitPrice: limit, baseAmount: amount } = draft;
  if (!cycle || !row || !limit || !amount || !cycle.lastBuyPrice) throw new Error('incomplete draft');
  assert(limit.div(rules.priceStep).round(0, 0).times(rules.priceStep).eq(limit), 'limit off the price grid');
  assert(
    amount.div(rules.amountStep).round(0, 0).times(rules.amountStep).eq(amount),
    'amount off the amount grid',
  );
  assert(amount.gte(rules.minBase) && amount.times(limit).gte(rules.minQuote), 'order below the minimum');
  if (draft.side === 'buy') {
    // No fill can be above the row, nor nearer to the last buy than a step, whatever the book does.
    assert(draft.step === cycle.step + 1, 'a row was skipped');
    assert(limit.lte(row.rate), 'buy above its row');
    assert(
      limit.lt(cycle.lastBuyPrice.times(ONE.minus(row.stepDropPct.div(HUNDRED)))),
      'buy nearer than a step to the last one',
    );
    assert(ask.lte(limit), 'buy that cannot fill');
    assert(amount.minus(rules.amountStep).times(limit).lt(row.purchase), 'purchase exceeded');
    return;
  }
  // No fill can be below the row's target nor below what the position has cost, both fees included.
  const cost = cycle.invested.minus(cycle.proceeds);
  assert(limit.gte(row.sellPrice), 'sale below its row');
  assert(limit.times(cycle.baseVolume).times(ONE.minus(rules.feeRate)).gte(cost), 'sale at a loss');
  assert(bid.gte(limit), 'sale that cannot fill');
  assert(amount.lte(cycle.baseVolume), 'sale of coins not held');
}

describe('any life of a pair', () => {
  test('I4, I5, I7, I8, I16: one order at a time, books equal to the trades, no bad price', () => {
    let sales = 0;
    let averages = 0;
    fc.assert(
      fc.property(life, ({ rules, params, turns }) => {
        let pair = idlePair();
        const fills: Fill[] = [];
        let given = { base: ZERO, cost: ZERO };
        let profit = ZERO;

        for (const step of turns) {
          const { ask, bid, ...known } = contextOf(step, rules, params);
          const context = makeContext(known.market, { ...known, nowMs: pair.retryAtMs });
          const decision = decide(pair, context);
          expect(decide(pair, context)).toEqual(decision);

          // A trigger never hides a decision.
          if (decision.type === 'place' && decision.draft.purpose !== 'start') {
            const armed = armTriggers(pair, context);
            const hit =
              decision.draft.side === 'buy'
                ? Number(text(ask)) <= (armed.buyAtOrBelow ?? -1)
                : Number(text(bid)) >= (armed.sellAtOrAbove ?? 1e9);
            assert(hit, 'a trigger hides a decision');
          }
          if (decision.type === 'place') {
            checkDraft(decision.draft, pair, rules, ask, bid);
            const opened = open(pair, decision.draft, params);
            const trades = tradeOf(decision.draft, step, rules, ask, bid);
            fills.push(...trades);
            const intent = ended(
              opened.intent,
              trades.length > 0 ? 'PARTIAL' : step.filled < 0 ? 'REJECTED' : 'KILLED',
              trades,
            );
            const before = step.reset ? reset(opened.pair, NOW) : null;
            if (before?.closed) {
              const late = settleLate(before.pair, before.closed, intent, trades, NOW);
              pair = resume(late.pair);
              // Dust and late coins are the operator's now.
              const left = (late.closed?.baseVolume ?? ZERO).plus(opened.pair.dust.base);
              given = {
                base: given.base.plus(left),
                cost: given.cost.plus(costLeft(late.closed)).plus(opened.pair.dust.cost),
              };
              profit = profit.plus(late.closed?.profit ?? ZERO);
            } else {
              const settled = settle(opened.pair, intent, trades, rules, NOW);
              pair = settled.pair;
              if (settled.closed) {
                profit = profit.plus(settled.closed.profit);
                if (settled.closed.outcome === 'closed') sales += 1;
              } else if (intent.purpose === 'average') averages += 1;
            }
          }

          expect(pair.openIntents).toEqual([]);
          if (pair.cycle) {
            assert(pair.cycle.phase === 'active', 'a cycle that is neither bought nor gone');
            assert(pair.cycle.baseVolume.gt(ZERO), 'active without volume');
          }
          expect(publicState(pair)).toBe(pair.cycle === null ? 'idle' : 'active');

          const truth = recompute(fills);
          expect(text(ledgerBase(pair).plus(given.base))).toBe(text(truth.base));
          expect(text(pair.realizedProfit)).toBe(text(profit));
          // Every unit of quote is profit, the cost of what is held, or the cost of what was given away.
          const held = (pair.cycle?.invested ?? ZERO)
            .minus(pair.cycle?.proceeds ?? ZERO)
            .plus(pair.dust.cost);
          expect(text(profit.minus(held).minus(given.cost))).toBe(text(truth.quote));
        }
      }),
      { numRuns: 250 },
    );
    // The walk must reach what it is about.
    expect(sales).toBeGreaterThan(50);
    expect(averages).toBeGreaterThan(100);
  });

  test('a whole position that is sold automatically never makes a loss, at the fee that was assumed', () => {
    let closed = 0;
    fc.assert(
      fc.property(life, ({ rules, params, turns }) => {
        let pair = idlePair();
        for (const step of turns) {
          const { ask, bid, ...known } = contextOf(step, rules, params);
          const decision = decide(pair, makeContext(known.market, { ...known, nowMs: pair.retryAtMs }));
          if (decision.type !== 'place') continue;
          const opened = open(pair, decision.draft, params);
          const trades = tradeOf(
            decision.draft,
            { ...step, filled: Math.abs(step.filled), fee: 'own' },
            rules,
            ask,
            bid,
          );
          const settled = settle(
            opened.pair,
            ended(opened.intent, trades.length > 0 ? 'PARTIAL' : 'KILLED', trades),
            trades,
            rules,
            NOW,
          );
          if (settled.closed) {
            assert(settled.closed.profit.gte(ZERO), `a loss of ${text(settled.closed.profit)}`);
            closed += 1;
          }
          pair = settled.pair;
        }
      }),
      { numRuns: 100 },
    );
    expect(closed).toBeGreaterThan(20);
  });
});

/** Cost that the coins of a reset cycle carry away. */
const costLeft = (closed: { invested: Decimal; proceeds: Decimal; profit: Decimal } | null): Decimal =>
  closed === null ? ZERO : closed.invested.minus(closed.proceeds).plus(closed.profit);

test("scenario 9: an intent's way through the machine ends in the books once", () => {
  const opened = open(idlePair(), {
    side: 'buy',
    purpose: 'start',
    step: 0,
    type: 'market',
    timeInForce: 'ioc',
    baseAmount: null,
    quoteAmount: quoteAmount('3'),
    limitPrice: null,
  });
  const fills = [makeFill('buy', '0.018', '100', '0.000036')];
  const answer = {
    exchangeOrderId: 'x',
    finished: true,
    finishAs: 'ioc',
    filledBase: baseQty('0.018'),
    filledQuote: quoteAmount('1.8'),
  };

  const acked = transition(opened.intent, { type: 'acked', order: answer, nowMs: NOW });
  const done = transition(acked, { type: 'settled', ...answer, fills, nowMs: NOW });
  const { pair } = settle(opened.pair, done, fills, makeRules(), NOW);

  expect([acked.state, done.state, isOpen(done.state)]).toEqual(['SETTLING', 'PARTIAL', false]);
  expect(text(ledgerBase(pair))).toBe('0.017964');
});
