import { assert } from '@mtrade/base';
import { Market } from './market.js';
import type { PairSpec } from './types.js';

/** The listed pairs, by `ETH/USDT` or `ETH_USDT`. */
export class Markets {
  readonly #bySymbol = new Map<string, Market>();
  readonly #symbolsById = new Map<string, string>();

  constructor(pairs: readonly PairSpec[]) {
    for (const spec of pairs) {
      this.#bySymbol.set(spec.symbol, new Market(spec));
      this.#symbolsById.set(spec.id, spec.symbol);
    }
  }

  get specs(): readonly PairSpec[] {
    return [...this.#bySymbol.values()].map((market) => market.spec);
  }

  find(symbolOrId: string): Market | undefined {
    return this.#bySymbol.get(symbolOrId) ?? this.#bySymbol.get(this.#symbolsById.get(symbolOrId) ?? '');
  }

  /** For callers who know that it is listed. */
  get(symbolOrId: string): Market {
    const market = this.find(symbolOrId);
    assert(market !== undefined, `no pair ${symbolOrId} on this exchange`);
    return market;
  }

  /** A list query may name its pair either way. */
  withSymbol<T extends { readonly symbol?: string | undefined }>(query: T): T {
    if (query.symbol === undefined) return query;
    return { ...query, symbol: this.find(query.symbol)?.spec.symbol ?? query.symbol };
  }
}
