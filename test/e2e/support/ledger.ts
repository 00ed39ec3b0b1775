import type { Trade } from '@mtrade/market-sim';
import { type Decimal, decimal, sum, text } from '@mtrade/money';
import type { Reader } from '@mtrade/store';

/** What a pair has done to the account: coins that came in, quote that came in (negative: that went out). Exact text. */
export interface Flow {
  readonly base: string;
  readonly quote: string;
}

const total = (values: readonly Decimal[]): Decimal => sum(values);

/** The flow as the exchange's own trades tell it; fees in the base coin on buys, in the quote coin on sales. */
export function flowOfTrades(trades: readonly Trade[]): Flow {
  const rows = trades.map(({ side, amount, price, fee }) => ({
    side,
    amount: decimal(amount),
    value: decimal(amount).times(decimal(price)),
    fee: decimal(fee),
  }));
  const bought = rows.filter(({ side }) => side === 'buy');
  const sold = rows.filter(({ side }) => side === 'sell');
  return {
    base: text(
      total(bought.map(({ amount, fee }) => amount.minus(fee))).minus(
        total(sold.map(({ amount }) => amount)),
      ),
    ),
    quote: text(
      total(sold.map(({ value, fee }) => value.minus(fee))).minus(total(bought.map(({ value }) => value))),
    ),
  };
}

/**
 * The same flow as the books must have it: what is held is the open cycle and the dust; what has gone out is their
 * cost, less the profit of all cycles that are over.
 */
export function flowOfBooks(books: Reader, symbol: string): Flow {
  const pair = books.pairs().find((one) => one.symbol === symbol);
  if (!pair) throw new Error(`no books for ${symbol}`);
  const { cycle, dust, realizedProfit } = pair;
  const cost = cycle ? cycle.invested.minus(cycle.proceeds) : decimal('0');
  return {
    base: text(cycle ? dust.base.plus(cycle.baseVolume) : dust.base),
    quote: text(realizedProfit.minus(dust.cost).minus(cost)),
  };
}
