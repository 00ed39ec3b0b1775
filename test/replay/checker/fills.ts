import type { OrderRecord, TradeRecord, Violation } from './facts.js';
import { Fraction, HUNDRED, total, say } from './fraction.js';

/** One order with its trades added up from the trades alone. */
export interface FilledOrder {
  readonly order: OrderRecord;
  readonly row: number;
  readonly purpose: string;
  /** Gross base and quote. */
  readonly base: Fraction;
  readonly quote: Fraction;
  readonly fee: Fraction;
  readonly lowest: Fraction | null;
  readonly highest: Fraction | null;
  readonly trades: readonly TradeRecord[];
}

export const nameOf = (order: OrderRecord): string => `${order.id} (${order.text})`;

export function addUp(
  order: OrderRecord,
  row: number,
  purpose: string,
  trades: readonly TradeRecord[],
): FilledOrder {
  const prices = trades.map((trade) => Fraction.of(trade.price)).toSorted((a, b) => a.compare(b));
  return {
    order,
    row,
    purpose,
    base: total(trades.map((trade) => Fraction.of(trade.amount))),
    quote: total(trades.map((trade) => Fraction.of(trade.amount).times(Fraction.of(trade.price)))),
    fee: total(trades.map((trade) => Fraction.of(trade.fee))),
    lowest: prices[0] ?? null,
    highest: prices.at(-1) ?? null,
    trades,
  };
}

/** The order's own word against its trades, and each trade against the exchange's fee. */
export function checkSums(filled: FilledOrder, feePct: string): Violation[] {
  const { order, trades } = filled;
  const found: Violation[] = [];
  const report = (rule: string, text: string): void => {
    found.push({ rule, symbol: order.symbol, orders: [nameOf(order)], text });
  };
  if (!filled.base.equals(Fraction.of(order.filledAmount)))
    report(
      'fills-do-not-add-up',
      say`the order says ${order.filledAmount} filled, its trades make ${filled.base}`,
    );
  if (!filled.quote.equals(Fraction.of(order.filledTotal)))
    report(
      'fills-do-not-add-up',
      say`the order says ${order.filledTotal} paid, its trades make ${filled.quote}`,
    );
  if (!filled.fee.equals(Fraction.of(order.fee)))
    report('fills-do-not-add-up', say`the order says ${order.fee} of fees, its trades make ${filled.fee}`);
  const [baseCoin = '', quoteCoin = ''] = order.symbol.split('/');
  const rate = Fraction.of(feePct).over(HUNDRED);
  for (const trade of trades) {
    const amount = Fraction.of(trade.amount);
    const gained = trade.side === 'buy' ? amount : amount.times(Fraction.of(trade.price));
    const coin = trade.side === 'buy' ? baseCoin : quoteCoin;
    if (trade.side !== order.side || trade.symbol !== order.symbol)
      report('wrong-trade', `trade ${trade.id} is a ${trade.side} of ${trade.symbol}`);
    if (trade.feeCurrency !== coin || !Fraction.of(trade.fee).equals(gained.times(rate)))
      report(
        'wrong-fee',
        say`trade ${trade.id} paid ${trade.fee} ${trade.feeCurrency}, due are ${gained.times(rate)} ${coin}`,
      );
  }
  return found;
}
