/** Where a bid and ask came from: two of them do not share one mistake. */
export type PriceSource = 'book' | 'ticker' | 'rest';

export interface PriceBandOptions {
  /** How far a price may be from the last believed one, in per cent of the lower of the two. */
  readonly maxJumpPct: number;
}

/** A price that stands so long, over so many frames, is believed although no second source has named it. */
const CONFIRM_MS = 2_000;
const CONFIRM_FRAMES = 3;
const NO_SUSPICION = -1;

interface Belief {
  /** The last believed prices; NaN before the first. */
  bid: number;
  ask: number;
  /** The prices under suspicion, and when it began; -1 without one. */
  suspectBid: number;
  suspectAsk: number;
  sinceMono: number;
  frames: number;
  source: PriceSource | null;
}

/**
 * The sanity band (W17): whether a price may be decided on. One that jumps too far from the last believed price waits
 * until a second source says the same, or until it has stood for two seconds and three frames. A wrong frame is gone by
 * then; a real crash goes on, and loses two seconds at most.
 */
export class PriceBand {
  readonly #factor: number;
  readonly #beliefs: readonly Belief[];

  constructor(pairs: number, { maxJumpPct }: PriceBandOptions) {
    this.#factor = 1 + maxJumpPct / 100;
    this.#beliefs = Array.from({ length: pairs }, newBelief);
  }

  /** What an earlier life of the thread believed, or had under suspicion since `suspectSinceMono`. */
  recall(pair: number, bid: number, ask: number, suspectSinceMono: number): void {
    const belief = this.#beliefs[pair] as Belief;
    if (suspectSinceMono < 0) this.#believe(belief, bid, ask);
    else this.#suspect(belief, bid, ask, null, suspectSinceMono);
  }

  /** The pair's new bid and ask. Answers since when they are under suspicion, -1 when they are believed. */
  judge(pair: number, bid: number, ask: number, source: PriceSource, receivedMono: number): number {
    const belief = this.#beliefs[pair] as Belief;
    const isFirst = Number.isNaN(belief.bid) && belief.sinceMono < 0;
    if (isFirst || (this.#near(bid, belief.bid) && this.#near(ask, belief.ask)))
      return this.#believe(belief, bid, ask);
    const agrees =
      belief.sinceMono >= 0 && this.#near(bid, belief.suspectBid) && this.#near(ask, belief.suspectAsk);
    if (!agrees) return this.#suspect(belief, bid, ask, source, receivedMono);
    belief.frames += 1;
    belief.suspectBid = bid;
    belief.suspectAsk = ask;
    const isSecondSource = belief.source !== null && belief.source !== source;
    const hasStood = belief.frames >= CONFIRM_FRAMES && receivedMono - belief.sinceMono >= CONFIRM_MS;
    return isSecondSource || hasStood ? this.#believe(belief, bid, ask) : belief.sinceMono;
  }

  /** A trade at this price was told of on the ticker channel: it believes a book that shows the same. */
  witness(pair: number, last: number): number {
    const belief = this.#beliefs[pair] as Belief;
    const { suspectBid, suspectAsk, source, sinceMono } = belief;
    if (sinceMono < 0 || source !== 'book') return sinceMono;
    const confirms = this.#near(last, suspectBid) && this.#near(last, suspectAsk);
    return confirms ? this.#believe(belief, suspectBid, suspectAsk) : sinceMono;
  }

  #near(price: number, other: number): boolean {
    return price <= other * this.#factor && other <= price * this.#factor;
  }

  #believe(belief: Belief, bid: number, ask: number): number {
    belief.bid = bid;
    belief.ask = ask;
    belief.sinceMono = NO_SUSPICION;
    return NO_SUSPICION;
  }

  #suspect(belief: Belief, bid: number, ask: number, source: PriceSource | null, sinceMono: number): number {
    belief.suspectBid = bid;
    belief.suspectAsk = ask;
    belief.sinceMono = sinceMono;
    belief.source = source;
    belief.frames = 1;
    return sinceMono;
  }
}

// One shape for all, and doubles from the start: the hot path changes them and allocates nothing.
const newBelief = (): Belief => ({
  bid: Number.NaN,
  ask: Number.NaN,
  suspectBid: Number.NaN,
  suspectAsk: Number.NaN,
  sinceMono: NO_SUSPICION,
  frames: 0,
  source: null,
});
