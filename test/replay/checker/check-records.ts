import { readClientId } from './client-id.js';
import type { LadderFacts, MarketFacts, OrderRecord, Records, TradeRecord, Violation } from './facts.js';
import { addUp, checkSums, nameOf } from './fills.js';
import { Fraction, total, ZERO, say } from './fraction.js';
import { type PairStory, StoryTeller } from './pair-story.js';

export interface Subject {
  readonly records: Records;
  readonly markets: readonly MarketFacts[];
  /** By symbol. */
  readonly ladders: Readonly<Record<string, LadderFacts>>;
}

export interface Verdict {
  readonly stories: readonly PairStory[];
  readonly violations: readonly Violation[];
}

/** Everything that the exchange's records alone can prove about the engine. */
export function checkRecords({ records, markets, ladders }: Subject): Verdict {
  const violations: Violation[] = records.damage.map((text) => ({
    rule: 'damaged-records',
    symbol: '',
    orders: [],
    text,
  }));
  const tradesOf = new Map<string, TradeRecord[]>();
  for (const trade of records.trades)
    tradesOf.set(trade.orderId, [...(tradesOf.get(trade.orderId) ?? []), trade]);
  violations.push(...checkNames(records.orders), ...checkOrphans(records));

  const stories = markets.map((market) => {
    const facts = ladders[market.symbol];
    if (facts === undefined) throw new TypeError(`no ladder for ${market.symbol}`);
    const teller = new StoryTeller(market, facts);
    for (const order of records.orders.filter((one) => one.symbol === market.symbol)) {
      const id = readClientId(order.text);
      const filled = addUp(order, id?.row ?? 0, id?.purpose ?? 'other', tradesOf.get(order.id) ?? []);
      violations.push(...checkSums(filled, market.feePct));
      teller.take(filled);
    }
    return teller.end();
  });
  violations.push(...stories.flatMap((story) => story.violations), ...checkBalances(records, stories));
  return { stories, violations };
}

function checkNames(orders: readonly OrderRecord[]): Violation[] {
  const seen = new Map<string, OrderRecord>();
  return orders.flatMap((order) => {
    const found: Violation[] = [];
    const { symbol } = order;
    const twin = seen.get(order.text);
    seen.set(order.text, order);
    if (readClientId(order.text) === null)
      found.push({
        rule: 'foreign-order',
        symbol,
        orders: [nameOf(order)],
        text: 'its client id is not one of the engine',
      });
    if (twin !== undefined)
      found.push({
        rule: 'client-id-twice',
        symbol,
        orders: [nameOf(twin), nameOf(order)],
        text: `two orders carry ${order.text}`,
      });
    return found;
  });
}

function checkOrphans({ orders, trades }: Records): Violation[] {
  const known = new Set(orders.map((order) => order.id));
  return trades
    .filter((trade) => !known.has(trade.orderId))
    .map((trade) => ({
      rule: 'orphan-trade',
      symbol: trade.symbol,
      orders: [trade.orderId],
      text: `trade ${trade.id} belongs to no order`,
    }));
}

/**
 * Two ways to the same balances, to the last digit: every coin is what was paid in plus what the trades moved; and what
 * the stories say is held, earned and spent is what the account has.
 */
function checkBalances(records: Records, stories: readonly PairStory[]): Violation[] {
  const found: Violation[] = [];
  const compare = (coin: string, what: string, expected: Fraction, actual: Fraction): void => {
    if (expected.equals(actual)) return;
    const text = say`${coin}: ${what} ${expected}, the account has ${actual} (difference ${actual.minus(expected)})`;
    found.push({ rule: 'balance', symbol: '', orders: [], text });
  };
  const moved = new Map<string, Fraction>();
  const paidIn = new Map<string, Fraction>();
  const add = (to: Map<string, Fraction>, coin: string, amount: Fraction): void => {
    to.set(coin, (to.get(coin) ?? ZERO).plus(amount));
  };
  for (const { currency, amount } of records.transfers) add(paidIn, currency, Fraction.of(amount));
  for (const trade of records.trades) {
    const [base = '', quote = ''] = trade.symbol.split('/');
    const amount = Fraction.of(trade.amount);
    const value = amount.times(Fraction.of(trade.price));
    const isBuy = trade.side === 'buy';
    add(moved, base, isBuy ? amount : ZERO.minus(amount));
    add(moved, quote, isBuy ? ZERO.minus(value) : value);
    add(moved, trade.feeCurrency, ZERO.minus(Fraction.of(trade.fee)));
  }
  const held = new Map<string, Fraction>();
  for (const { symbol, open, dust, profit } of stories) {
    const [base = '', quote = ''] = symbol.split('/');
    add(held, base, (open?.base ?? ZERO).plus(dust.base));
    const bound = open === null ? ZERO : open.invested.minus(open.proceeds);
    add(held, quote, profit.minus(bound).minus(dust.cost));
  }
  for (const coin of new Set([
    ...moved.keys(),
    ...held.keys(),
    ...paidIn.keys(),
    ...Object.keys(records.balances),
  ])) {
    const { available = '0', locked = '0' } = records.balances[coin] ?? {};
    const actual = total([Fraction.of(available), Fraction.of(locked)]);
    const deposit = paidIn.get(coin) ?? ZERO;
    compare(coin, 'paid in and traded', deposit.plus(moved.get(coin) ?? ZERO), actual);
    compare(coin, 'the ledger holds', deposit.plus(held.get(coin) ?? ZERO), actual);
  }
  return found;
}
