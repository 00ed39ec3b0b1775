import type { StatusJson } from '@mtrade/runtime';

/** What was seen of one pair while it traded. Ages in ms of real time. */
export interface PairExtremes {
  maxPriceAgeMs: number;
  maxDecisionAgeMs: number;
  /** Worst value of the open position at the bid against what it has cost, as a fraction; never above 0. */
  worstDrawdown: number;
  maxInvested: number;
}

const nothing = (): PairExtremes => ({
  maxPriceAgeMs: 0,
  maxDecisionAgeMs: 0,
  worstDrawdown: 0,
  maxInvested: 0,
});

/** Keeps the extremes of what the status shows. Displays only, so plain numbers do. */
export class Samples {
  readonly pairs = new Map<string, PairExtremes>();
  /** All open positions together. */
  readonly all: PairExtremes = nothing();
  /** What each pair waited for when it was seen last, while it traded; null for nothing. */
  readonly waits = new Map<string, string | null>();
  count = 0;

  take(status: StatusJson): void {
    this.count += 1;
    let [value, cost] = [0, 0];
    for (const pair of status.pairs) {
      const seen = this.pairs.get(pair.symbol) ?? nothing();
      this.pairs.set(pair.symbol, seen);
      this.waits.set(pair.symbol, pair.waiting_for ?? null);
      for (const extremes of [seen, this.all]) {
        extremes.maxPriceAgeMs = Math.max(extremes.maxPriceAgeMs, pair.price_age_ms ?? 0);
        extremes.maxDecisionAgeMs = Math.max(extremes.maxDecisionAgeMs, pair.decision_age_ms ?? 0);
      }
      const invested = Number(pair.invested);
      const worth = Number(pair.base_volume) * Number(pair.bid ?? 0);
      if (invested === 0 || pair.bid === null) continue;
      value += worth;
      cost += invested;
      lower(seen, worth, invested);
    }
    if (cost > 0) lower(this.all, value, cost);
  }
}

function lower(extremes: PairExtremes, value: number, cost: number): void {
  extremes.worstDrawdown = Math.min(extremes.worstDrawdown, value / cost - 1);
  extremes.maxInvested = Math.max(extremes.maxInvested, cost);
}
