import { assert } from '@mtrade/base';
import {
  type BaseQty,
  type Decimal,
  integer,
  type Price,
  quotient,
  type QuoteAmount,
  scaled,
  ZERO,
} from '@mtrade/money';
import type { Fill, Intent } from './intent.js';

/** What the trades of one order did, before anything is booked. */
export interface FillSums {
  /** Gross base traded. */
  readonly base: BaseQty;
  /** Sum of price x amount. */
  readonly quote: QuoteAmount;
  readonly baseFee: BaseQty;
  readonly quoteFee: QuoteAmount;
  /** Fees in a third coin, per coin: a ledger of their own, never mixed into base or quote. */
  readonly otherFees: ReadonlyMap<string, Decimal>;
}

/** Adds up the trades of one intent; a trade that is not of its pair and side is a contradiction. */
export function sumFills(intent: Intent, fills: readonly Fill[]): FillSums {
  const [baseCoin, quoteCoin] = intent.symbol.split('/');
  const seen = new Set<string>();
  const otherFees = new Map<string, Decimal>();
  let base = ZERO;
  let quote = ZERO;
  let baseFee = ZERO;
  let quoteFee = ZERO;
  for (const fill of fills) {
    assert(
      fill.symbol === intent.symbol && fill.side === intent.side,
      `trade ${fill.tradeId} (${fill.side} ${fill.symbol}) does not belong to ${intent.clientOrderId}`,
    );
    assert(
      !seen.has(fill.tradeId),
      `trade ${fill.tradeId} stands twice among the trades of ${intent.clientOrderId}`,
    );
    seen.add(fill.tradeId);
    base = base.plus(fill.baseAmount);
    quote = quote.plus(fill.price.times(fill.baseAmount));
    if (fill.feeCoin === baseCoin) baseFee = baseFee.plus(fill.fee);
    else if (fill.feeCoin === quoteCoin) quoteFee = quoteFee.plus(fill.fee);
    else if (!fill.fee.eq(ZERO))
      otherFees.set(fill.feeCoin, (otherFees.get(fill.feeCoin) ?? ZERO).plus(fill.fee));
  }
  return {
    base: base as BaseQty,
    quote: quote as QuoteAmount,
    baseFee: baseFee as BaseQty,
    quoteFee: quoteFee as QuoteAmount,
    otherFees,
  };
}

/** Executed average price, the exact quotient (rounded at its 40th decimal). */
export const averagePrice = (sums: FillSums): Price => quotient(sums.quote, sums.base) as Price;

/**
 * True when all trades of an order have arrived, each of them once: their amounts make the order's filled amount exactly, their values
 * its filled total within one unit of the total's last decimal per trade (the exchange rounds it).
 */
export function addsUp(fills: readonly Fill[], filledBase: BaseQty, filledQuote: QuoteAmount): boolean {
  let base = ZERO;
  let quote = ZERO;
  for (const fill of fills) {
    base = base.plus(fill.baseAmount);
    quote = quote.plus(fill.price.times(fill.baseAmount));
  }
  if (new Set(fills.map(({ tradeId }) => tradeId)).size < fills.length) return false;
  const decimals = filledQuote.toFixed().split('.')[1]?.length ?? 0;
  const tolerance = scaled(1, decimals).times(integer(fills.length));
  return base.eq(filledBase) && quote.minus(filledQuote).abs().lte(tolerance);
}
