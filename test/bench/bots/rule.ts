/** An order that a baseline sends: fill or kill at the best price. */
export interface BotOrder {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly amount: string;
  readonly price: string;
}

const FALL = 0.995;
const RISE = 1.05;
const AMOUNT = '0.1';

/** Buys half a per cent below its last order, sells five per cent above it; the first price only sets the mark. */
export class Rule {
  readonly #marks = new Map<string, number>();

  /** The order that these best prices make due; null when none is. Prices are decimal text. */
  onBest(symbol: string, bid: string, ask: string): BotOrder | null {
    const mark = this.#marks.get(symbol);
    if (mark === undefined) {
      this.#marks.set(symbol, Number(ask));
      return null;
    }
    if (Number(ask) <= mark * FALL) {
      this.#marks.set(symbol, Number(ask));
      return { symbol, side: 'buy', amount: AMOUNT, price: ask };
    }
    if (Number(bid) < mark * RISE) return null;
    this.#marks.set(symbol, Number(bid));
    return { symbol, side: 'sell', amount: AMOUNT, price: bid };
  }
}
