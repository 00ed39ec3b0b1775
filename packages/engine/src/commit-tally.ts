import type { Counters, InternalCounterName } from '@mtrade/board';
import type { IntentState } from '@mtrade/cycle';
import type { ChangeSet } from './ports/index.js';

/** What becomes of orders, as it is counted; `orders_unknown` is counted where the answer is missed. */
const OUTCOMES: Partial<Record<IntentState, InternalCounterName>> = {
  FILLED: 'orders_filled',
  PARTIAL: 'orders_partial',
  KILLED: 'orders_killed',
  REJECTED: 'orders_rejected',
  NEVER: 'orders_never',
  QUARANTINED: 'orders_quarantined',
};

/** Counts what is committed, and remembers of which pairs something was. */
export class CommitTally {
  readonly #counters: Counters;
  /** At the birth of the cycler all of them are news. */
  readonly #changed: Set<string>;

  constructor(counters: Counters, symbols: readonly string[]) {
    this.#counters = counters;
    this.#changed = new Set(symbols);
  }

  note({ pair, intentMoves = [] }: ChangeSet): void {
    this.#counters.increment('commits');
    if (pair) this.#changed.add(pair.symbol);
    for (const { intent, from } of intentMoves) {
      const counter = OUTCOMES[intent.state];
      if (counter && intent.state !== from) this.#counters.increment(counter);
    }
  }

  /** Calls back with each pair once, and forgets it. */
  takeChanged(take: (symbol: string) => void): void {
    for (const symbol of this.#changed) {
      this.#changed.delete(symbol);
      take(symbol);
    }
  }
}
