import type { Exchange, PairSpec, ScaledPrice } from '@mtrade/market-sim';
import { type Decimal, scaled } from '@mtrade/money';
import type { ScenarioPair } from './scenario.js';
import { Random } from './random.js';

/** More than come within the longest limit of age. */
const KEPT_PRICES = 40;

/** Best prices of a pair at one moment, in price steps. */
export interface TopOfBook {
  readonly bid: ScaledPrice;
  readonly ask: ScaledPrice;
}

/**
 * One pair's price: a random walk that comes back to an anchor, so that buys, averaging buys and sales all happen.
 * Integer steps and + - x / only.
 */
export class PairMarket {
  readonly spec: PairSpec;
  readonly #pair: ScenarioPair;
  readonly #random: Random;
  #price: number;
  #thinUntilMs = 0;
  #isHeld = false;
  #best: TopOfBook | null = null;
  /** What the price was lately, oldest first; the last entry is the present. */
  #history: (TopOfBook & { readonly atMs: number })[] = [];

  constructor(pair: ScenarioPair, seed: number) {
    this.#pair = pair;
    this.spec = pair.spec;
    this.#random = new Random(seed, `price ${pair.spec.symbol}`);
    this.#price = pair.startTicks;
  }

  /** The prices that the exchange has now; null before the first. */
  get best(): TopOfBook | null {
    return this.#best;
  }

  /** True when the price was at or beyond the limit at any time since `fromMs`: ask not above it, or bid not below it. */
  hasOffered(side: 'buy' | 'sell', limit: Decimal, fromMs: number): boolean {
    return this.#history.some(({ bid, ask }, index) => {
      const next = this.#history[index + 1];
      if (next !== undefined && next.atMs < fromMs) return false;
      return side === 'buy'
        ? scaled(ask.mantissa, ask.decimals).lte(limit)
        : scaled(bid.mantissa, bid.decimals).gte(limit);
    });
  }

  /** A share of the price, such as 0.95. */
  jump(factor: number): void {
    this.#price *= factor;
  }

  /** The price moves no more: what rests at the exchange would go on without anybody ordering anything. */
  hold(): void {
    this.#isHeld = true;
  }

  thin(untilMs: number): void {
    this.#thinUntilMs = untilMs;
  }

  /** Moves the price and tells the exchange. */
  step(exchange: Exchange, nowMs: number, exchangeMs: number): TopOfBook {
    const { startTicks, volatility, spec } = this.#pair;
    const pull = (startTicks - this.#price) * 0.01;
    if (!this.#isHeld) this.#price += this.#price * volatility * this.#random.normal() + pull;
    this.#price = Math.min(Math.max(this.#price, startTicks * 0.3), startTicks * 3);
    const spread = Math.max(1, Math.round((this.#price * spec.book.spreadBp) / 10_000));
    const bidTicks = Math.max(2, Math.round(this.#price - spread / 2));
    const decimals = spec.priceDecimals;
    const bid = { mantissa: bidTicks, decimals };
    const ask = { mantissa: bidTicks + spread, decimals };
    this.#best = { bid, ask };
    this.#history.push({ bid, ask, atMs: nowMs });
    if (this.#history.length > KEPT_PRICES) this.#history.shift();
    const size = this.#size(nowMs);
    exchange.setQuote(
      spec.symbol,
      nowMs < this.#thinUntilMs
        ? {
            kind: 'book',
            bids: [[priceText(bid), size]],
            asks: [[priceText(ask), size]],
          }
        : { kind: 'top', bid, ask, bidSize: size, askSize: size },
      exchangeMs,
    );
    return this.#best;
  }

  /** Size of the best level in base: about its value in the pair's book; in a thin book a few quote. */
  #size(nowMs: number): string {
    const { spec } = this.#pair;
    const value = nowMs < this.#thinUntilMs ? 4 : spec.book.levelQuote;
    const price = this.#price / 10 ** spec.priceDecimals;
    const units = Math.max(1, Math.round((value / price) * 10 ** spec.amountDecimals));
    return priceText({ mantissa: units, decimals: spec.amountDecimals });
  }
}

export function priceText({ mantissa, decimals }: ScaledPrice): string {
  const digits = String(mantissa).padStart(decimals + 1, '0');
  return `${digits.slice(0, digits.length - decimals)}.${digits.slice(digits.length - decimals)}`;
}
