import { deepEqual, equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { isOpen } from '@mtrade/cycle';
import { type Decimal, decimal, text, ZERO } from '@mtrade/money';
import { type Fate, HostileLane } from './hostile-lane.js';
import { BTC, ETH, World } from './world.js';

const SYMBOLS = [ETH, BTC];

const small = fc.nat({ max: 30 });
/** One step of a random life. */
export const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('price' as const),
      pair: fc.nat({ max: 1 }),
      at: fc.integer({ min: 84, max: 106 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(120, 600, 2_100, 12_000) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('arrive' as const),
      index: small,
      fate: fc.constantFrom<Fate>('filled', 'filled', 'filled', 'partial', 'killed', 'rejected'),
      lagMs: fc.integer({ min: 0, max: 10_000 }),
      isAnswered: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('speak' as const), index: small, isKept: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), index: small }) },
  // A moment in which all goes well, so that lives get somewhere.
  { weight: 6, arbitrary: fc.record({ do: fc.constant('well' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reachable' as const), is: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      pair: fc.nat({ max: 1 }),
      name: fc.constantFrom('reset' as const, 'resume' as const, 'pause' as const, 'sell-now' as const),
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * A life of the engine: prices, commands and restarts, while every answer may be lost, late, doubled or out of order.
 * After every step the books are held against the exchange's own truth.
 */
export class Life {
  readonly world = new World({ symbols: SYMBOLS, balances: { USDT: '5000', ETH: '3' } }).ready();
  readonly lane = new HostileLane(this.world);
  isReachable = true;
  price = '100';

  take(one: Step): void {
    const { world, lane } = this;
    switch (one.do) {
      case 'price':
        this.price = String(one.at);
        world.tick(SYMBOLS[one.pair], String(one.at), String(one.at));
        break;
      case 'time':
        world.clock.advance(one.ms);
        break;
      case 'arrive':
        lane.arrive(one.index, one.fate, one.lagMs, one.isAnswered, this.price);
        break;
      case 'speak':
        lane.speak(one.index, one.isKept);
        break;
      case 'lose':
        lane.lose(one.index);
        break;
      case 'well':
        this.isReachable = true;
        lane.arrive(0, 'filled', 0, true, this.price);
        lane.speak(1, false);
        lane.speak(1, false);
        lane.speak(0, false);
        world.clock.advance(4_000);
        world.ready();
        world.tick(ETH, this.price, this.price);
        world.tick(BTC, this.price, this.price);
        break;
      case 'restart':
        world.start();
        break;
      case 'reachable':
        this.isReachable = one.is;
        break;
      case 'command':
        world.ask({ type: 'command', command: { name: one.name, symbol: SYMBOLS[one.pair] } });
    }
    world.turn(2);
    lane.listen(this.isReachable);
    this.check();
  }

  /** Faults off: everything that the exchange knows is told, until nothing is open any more. */
  heal(): void {
    const { world, lane } = this;
    this.isReachable = true;
    world.command({ name: 'trading', on: false });
    for (let second = 0; second < 120 && this.openIntents() > 0; second += 1) {
      world.clock.advance(1_000);
      world.turn();
      lane.listen(true);
      while (lane.bagSize > 0) lane.speak(0, false);
      this.check();
    }
    equal(this.openIntents(), 0, 'an order stays open although all is well');
    for (const { order } of lane.arrived.values())
      deepEqual(
        this.bookedOf(order.request.intentId),
        order.fills.map((fill) => fill.tradeId),
      );
    world.store.audit();
    this.checkCoins();
  }

  openIntents(): number {
    return this.world.store.queries.pairs().reduce((sum, pair) => sum + pair.openIntents.length, 0);
  }

  bookedOf(intentId: number): string[] {
    const fills = this.world.store.queries.fills({ limit: 100_000 });
    return fills
      .filter((booked) => booked.intentId === intentId)
      .map((booked) => booked.fill.tradeId)
      .toSorted();
  }

  check(): void {
    const { queries } = this.world.store;
    for (const pair of queries.pairs()) {
      // I1, and "active means volume".
      ok(pair.openIntents.length <= 1, 'more than one open order');
      if (pair.cycle)
        equal(pair.cycle.phase === 'active', pair.cycle.baseVolume.gt(ZERO), 'active means volume');
    }
    // I5, I6: what is closed is booked exactly as the exchange has it; NEVER and REJECTED mean that there is nothing.
    const booked = new Map<number, Decimal>();
    for (const { fill, intentId } of queries.fills({ limit: 100_000 }))
      booked.set(intentId, (booked.get(intentId) ?? ZERO).plus(fill.baseAmount));
    for (const intent of queries.intents({ limit: 100_000 })) {
      if (isOpen(intent.state)) continue;
      const truth = this.lane.arrived.get(intent.clientOrderId)?.order.filledBase ?? ZERO;
      deepEqual([intent.state, text(booked.get(intent.id) ?? ZERO)], [intent.state, text(truth)]);
    }
  }

  /** The account has moved by the booked trades and their fees, and by nothing else (I5). */
  checkCoins(): void {
    const { exchange, store } = this.world;
    const held = new Map<string, Decimal>([
      ['USDT', decimal('5000')],
      ['ETH', decimal('3')],
    ]);
    const add = (coin: string, amount: Decimal): void => {
      held.set(coin, (held.get(coin) ?? ZERO).plus(amount));
    };
    for (const { fill } of store.queries.fills({ limit: 100_000 })) {
      const [base = '', quote = ''] = fill.symbol.split('/');
      const value = fill.price.times(fill.baseAmount);
      add(base, fill.side === 'buy' ? fill.baseAmount : ZERO.minus(fill.baseAmount));
      add(quote, fill.side === 'buy' ? ZERO.minus(value) : value);
      add(fill.feeCoin, ZERO.minus(fill.fee));
    }
    for (const [coin, amount] of held) deepEqual([coin, text(exchange.balance(coin))], [coin, text(amount)]);
  }
}
