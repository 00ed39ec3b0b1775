import { HUNDRED, ZERO, decimal, text } from '@mtrade/money';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Exchange } from '../src/index.js';
import type {
  BookTop,
  ExchangeOptions,
  ExchangeRecord,
  Order,
  PlaceOrder,
  PlaceTrigger,
  Trade,
} from '../src/index.js';
import { ETH, limit, market, mid } from './core-fixture.js';

const USERS = ['1', '2'] as const;
const START = { USDT: '20000', ETH: '8', GT: '3' } as const;

type Action =
  | { readonly do: 'quote'; readonly mid: number }
  | { readonly do: 'place'; readonly user: string; readonly request: PlaceOrder }
  | { readonly do: 'cancel'; readonly user: string; readonly nth: number }
  | { readonly do: 'arm'; readonly user: string; readonly trigger: PlaceTrigger }
  | { readonly do: 'disarm'; readonly user: string; readonly nth: number }
  | { readonly do: 'withdraw'; readonly user: string; readonly coin: 'USDT' | 'ETH'; readonly amount: string }
  | { readonly do: 'status'; readonly status: 'tradable' | 'buyable' | 'sellable' | 'untradable' };

const side = fc.constantFrom('buy' as const, 'sell' as const);
const user = fc.constantFrom(...USERS);
const amount = fc
  .integer({ min: 1, max: 60_000 })
  .map((units) => text(decimal(String(units)).div(decimal('10000'))));
const price = fc
  .integer({ min: 195_000, max: 205_000 })
  .map((ticks) => text(decimal(String(ticks)).div(HUNDRED)));

const request: fc.Arbitrary<PlaceOrder> = fc.oneof(
  fc
    .tuple(
      side,
      amount,
      price,
      fc.constantFrom('gtc' as const, 'ioc' as const, 'fok' as const, 'poc' as const),
    )
    .map(([way, size, at, timeInForce]) => limit(way, size, at, { timeInForce })),
  fc
    .tuple(side, amount, fc.constantFrom('ioc' as const, 'fok' as const), fc.boolean())
    .map(([way, size, timeInForce, isLarge]) =>
      market(way, way === 'buy' && isLarge ? text(decimal(size).times(decimal('1000'))) : size, {
        timeInForce,
      }),
    ),
);

const trigger: fc.Arbitrary<PlaceTrigger> = fc
  .tuple(request, price, fc.constantFrom('<=' as const, '>=' as const), fc.constantFrom(60, 86_400))
  .map(([put, triggerPrice, rule, expirationS]) => ({
    symbol: put.symbol,
    rule,
    triggerPrice,
    expirationS,
    put: {
      side: put.side,
      type: put.type,
      amount: put.amount,
      price: put.price,
      timeInForce: put.type === 'market' || put.timeInForce === 'ioc' ? 'ioc' : 'gtc',
      account: 'normal',
      text: 'api',
    },
  }));

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(user, trigger)
      .map(([who, what]): Action => ({ do: 'arm', user: who, trigger: what })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(user, fc.nat(3)).map(([who, nth]): Action => ({ do: 'disarm', user: who, nth })),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 195_000, max: 205_000 }).map((at): Action => ({ do: 'quote', mid: at })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(user, request)
      .map(([who, what]): Action => ({ do: 'place', user: who, request: what })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(user, fc.nat(5)).map(([who, nth]): Action => ({ do: 'cancel', user: who, nth })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(user, fc.constantFrom('USDT' as const, 'ETH' as const), amount)
      .map(([who, coin, size]): Action => ({ do: 'withdraw', user: who, coin, amount: size })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        'tradable' as const,
        'tradable' as const,
        'buyable' as const,
        'sellable' as const,
        'untradable' as const,
      )
      .map((status): Action => ({ do: 'status', status })),
  },
);

const story = fc.array(action, { minLength: 5, maxLength: 60 });
// A thin book, so that orders run out of depth; GT fees in half of the stories.
const THIN = { ...ETH, makerFeePct: '0.15', book: { ...ETH.book, levels: 5, levelQuote: 900 } };

// Everything, or so little that every story forgets.
const retention = fc.constantFrom(undefined, { finishedOrders: 2, youngMs: 3 });

function open(gtPrice: string | null, more: Partial<ExchangeOptions> = {}): Exchange {
  return new Exchange({ pairs: [THIN], users: USERS, gtPrice, ...more });
}

function fund(exchange: Exchange): void {
  for (const who of USERS)
    for (const [coin, sum] of Object.entries(START)) exchange.deposit(who, coin, sum, 0);
  exchange.setQuote('ETH/USDT', mid(200_000), 0);
}

function play(exchange: Exchange, one: Action, nowMs: number): void {
  if (one.do === 'quote') exchange.setQuote('ETH/USDT', mid(one.mid), nowMs);
  else if (one.do === 'place') exchange.place(one.user, one.request, nowMs);
  else if (one.do === 'arm') exchange.triggers.place(one.user, one.trigger, nowMs);
  else if (one.do === 'disarm') {
    const waiting = exchange.triggers.list({ userId: one.user, status: 'open' }, nowMs)[one.nth];
    if (waiting !== undefined) exchange.triggers.cancel(one.user, waiting.id, nowMs);
  } else if (one.do === 'withdraw') exchange.withdraw(one.user, one.coin, one.amount, nowMs);
  else if (one.do === 'status') exchange.setTradeStatus('ETH/USDT', one.status, nowMs);
  else {
    const order = exchange.openOrders({ userId: one.user }, nowMs)[one.nth];
    if (order !== undefined) exchange.cancel(one.user, order.symbol, order.id, nowMs);
  }
}

/** What a user must own, computed from transfers, trades and the sums of forgotten trades, without the exchange's own arithmetic. */
function expected(exchange: Exchange, userId: string): Record<string, string> {
  const sums: Record<string, ReturnType<typeof decimal>> = { USDT: ZERO, ETH: ZERO, GT: ZERO };
  const add = (coin: string, value: ReturnType<typeof decimal>): void => {
    sums[coin] = (sums[coin] ?? ZERO).plus(value);
  };
  const { transfers, trades, forgotten } = exchange.records();
  for (const [who, coin, net] of forgotten?.net ?? []) if (who === userId) add(coin, decimal(net));
  for (const one of transfers.filter((transfer) => transfer.userId === userId))
    add(one.currency, decimal(one.amount));
  for (const one of trades.filter((trade) => trade.userId === userId)) {
    const base = decimal(one.amount);
    const quote = base.times(decimal(one.price));
    add('ETH', one.side === 'buy' ? base : base.neg());
    add('USDT', one.side === 'buy' ? quote.neg() : quote);
    add(one.feeCurrency, decimal(one.fee).neg());
    add('GT', decimal(one.gtFee).neg());
  }
  return Object.fromEntries(Object.entries(sums).map(([coin, sum]) => [coin, text(sum)]));
}

function owned(exchange: Exchange, userId: string): Record<string, string> {
  const balances = exchange.balances(userId);
  return Object.fromEntries(
    Object.entries(balances).map(([coin, cell]) => [
      coin,
      text(decimal(cell.available).plus(decimal(cell.locked))),
    ]),
  );
}

const sumOf = (trades: readonly Trade[], field: 'amount' | 'fee' | 'gtFee'): string =>
  text(trades.reduce((sum, trade) => sum.plus(decimal(trade[field])), ZERO));

const isWorseThanLimit = (order: Order, trade: Trade): boolean => {
  if (order.type === 'market') return false;
  const [paid, bound] = [decimal(trade.price), decimal(order.price)];
  return order.side === 'buy' ? paid.gt(bound) : paid.lt(bound);
};

const isCrossed = (top: BookTop | null): boolean =>
  typeof top?.bid === 'string' && typeof top.ask === 'string' && decimal(top.bid).gte(decimal(top.ask));

describe('whatever happens', () => {
  test('coins are neither made nor lost: balances are deposits and trades net of fees, and never negative', () => {
    fc.assert(
      fc.property(story, fc.constantFrom(null, '7.5'), retention, (actions, gtPrice, kept) => {
        const exchange = open(gtPrice, { retention: kept });
        fund(exchange);
        actions.forEach((one, index) => {
          play(exchange, one, index + 1);
          for (const who of USERS) {
            expect(owned(exchange, who)).toEqual(expected(exchange, who));
            for (const cell of Object.values(exchange.balances(who)))
              expect([cell.available, cell.locked].some((sum) => sum.startsWith('-'))).toBe(false);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test('what is locked is exactly what the open orders may still need', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const exchange = open(null);
        fund(exchange);
        actions.forEach((one, index) => play(exchange, one, index + 1));
        for (const who of USERS) {
          const orders = exchange.openOrders({ userId: who, limit: 1_000 }, 1e6);
          const needed = { USDT: ZERO, ETH: ZERO };
          for (const order of orders) {
            if (order.side === 'sell') needed.ETH = needed.ETH.plus(decimal(order.left));
            else needed.USDT = needed.USDT.plus(decimal(order.left).times(decimal(order.price)));
          }
          expect(exchange.balances(who)).toMatchObject({
            USDT: { locked: text(needed.USDT) },
            ETH: { locked: text(needed.ETH) },
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  test('no fill is worse than its limit, FOK is all or nothing, an order is the sum of its trades', () => {
    fc.assert(
      fc.property(story, fc.constantFrom(null, '7.5'), (actions, gtPrice) => {
        const exchange = open(gtPrice);
        fund(exchange);
        actions.forEach((one, index) => play(exchange, one, index + 1));
        const { orders, trades } = exchange.records();
        for (const order of orders) {
          const own = trades.filter((trade) => trade.orderId === order.id);
          expect(own.filter((trade) => isWorseThanLimit(order, trade))).toEqual([]);
          const isHalfFok =
            order.timeInForce === 'fok' && order.filledAmount !== '0' && order.status !== 'closed';
          expect(isHalfFok).toBe(false);
          const hasTaken = own.some((trade) => trade.role === 'taker');
          expect(order.timeInForce === 'poc' && hasTaken).toBe(false);
          expect(order.filledAmount).toBe(sumOf(own, 'amount'));
          expect(order.fee).toBe(sumOf(own, 'fee'));
          expect(order.gtFee).toBe(sumOf(own, 'gtFee'));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a trigger fires at most once, its order is its user’s own, and it waits for no price that was already there', () => {
    let fired = 0;
    fc.assert(
      fc.property(story, (actions) => {
        const exchange = open(null);
        fund(exchange);
        actions.forEach((one, index) => {
          play(exchange, one, index + 1);
          const last = decimal(exchange.ticker('ETH/USDT', index + 1)?.last ?? '0');
          if (one.do !== 'quote') return;
          const missed = exchange
            .records()
            .triggers.filter(({ status }) => status === 'open')
            .filter(({ rule, triggerPrice }) =>
              rule === '<=' ? last.lte(decimal(triggerPrice)) : last.gte(decimal(triggerPrice)),
            );
          expect(missed).toEqual([]);
        });
        const { orders, triggers } = exchange.records();
        const ids = triggers.flatMap(({ firedOrderId }) => (firedOrderId === null ? [] : [firedOrderId]));
        fired += ids.length;
        expect(new Set(ids).size).toBe(ids.length);
        for (const one of triggers) {
          expect(one.status === 'finish').toBe(one.firedOrderId !== null);
          const order = orders.find(({ id }) => id === one.firedOrderId);
          expect(one.firedOrderId === null || order?.userId === one.userId).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
    expect(fired).toBeGreaterThan(20);
  });

  test('the book is never crossed', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const exchange = open(null);
        fund(exchange);
        exchange.setTradeStatus('ETH/USDT', 'tradable', 1);
        for (const [index, one] of actions.entries()) {
          if (one.do === 'status') continue;
          play(exchange, one, index + 1);
          expect(isCrossed(exchange.top('ETH/USDT'))).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('the same calls give the same exchange', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const [one, two] = [open('7.5'), open('7.5')];
        for (const exchange of [one, two]) {
          fund(exchange);
          actions.forEach((each, index) => play(exchange, each, index + 1));
        }
        expect(two.snapshot()).toEqual(one.snapshot());
      }),
      { numRuns: 30 },
    );
  });

  test('snapshot and records, cut after any record, rebuild the exchange as it was then', () => {
    fc.assert(
      fc.property(story, fc.nat(), retention, (actions, cut, kept) => {
        const records: ExchangeRecord[] = [];
        const states: unknown[] = [];
        const exchange = open(null, {
          retention: kept,
          onRecord: (record) => records.push(JSON.parse(JSON.stringify(record)) as ExchangeRecord),
        });
        const notice = (): void => {
          if (records.length > states.length) states.push(JSON.parse(JSON.stringify(exchange.snapshot())));
        };
        fund(exchange);
        states.length = records.length;
        actions.forEach((one, index) => {
          play(exchange, one, index + 1);
          notice();
        });
        const upTo = USERS.length * 3 + (cut % (records.length - USERS.length * 3 + 1));
        if (upTo === USERS.length * 3) return;

        // It forgets what the records say, whatever it would keep by itself.
        const rebuilt = open(null);
        for (const record of records.slice(0, upTo)) rebuilt.apply(record);

        expect(JSON.parse(JSON.stringify(rebuilt.snapshot()))).toEqual(states[upTo - 1]);

        const copy = open(null, { retention: kept });
        copy.restore(rebuilt.snapshot());
        for (const record of records.slice(upTo)) copy.apply(record);
        expect(copy.snapshot()).toEqual(exchange.snapshot());
        // It also goes on in the same way, with the same ids.
        exchange.setTradeStatus('ETH/USDT', 'tradable', 900);
        copy.setTradeStatus('ETH/USDT', 'tradable', 900);
        for (const each of [exchange, copy]) {
          each.setQuote('ETH/USDT', mid(195_100), 1_000);
          each.setQuote('ETH/USDT', mid(204_900), 1_001);
          each.place('1', market('buy', '50'), 1_002);
        }
        expect(copy.snapshot()).toEqual(exchange.snapshot());
      }),
      { numRuns: 60 },
    );
  });
});
