import type { MonoMs } from '@mtrade/base';
import { type BaseQty, type Decimal, decimal, type QuoteAmount, ZERO } from '@mtrade/money';
import type { AccountView, MarketRules } from '@mtrade/cycle';

export interface AccountOptions {
  /** A snapshot older than this is no knowledge. */
  readonly maxAgeMs: number;
  /** The exchange's balances may lag behind its trades; a shortage counts only in a snapshot asked for this much later. */
  readonly settleLagMs: number;
}

export const DEFAULT_ACCOUNT_OPTIONS: AccountOptions = { maxAgeMs: 60_000, settleLagMs: 3_000 };

interface Commitment {
  readonly coin: string;
  readonly amount: Decimal;
  /** Null while the order is open. */
  closedMono: number | null;
}

/**
 * The account as the last complete snapshot showed it, less what our own buys may have taken since. Counting one buy
 * twice for a moment is safe; not counting it would spend the same money twice.
 */
export class Account {
  readonly #options: AccountOptions;
  #balances: Readonly<Record<string, { available: Decimal; total: Decimal }>> = {};
  #requestedMono: number | null = null;
  readonly #commitments = new Map<number, Commitment>();

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /** Takes a complete snapshot; one that was asked for before the current one is ignored. */
  update(
    balances: Readonly<Record<string, { available: string; locked: string }>>,
    requestedMono: number,
  ): void {
    if (this.#requestedMono !== null && requestedMono < this.#requestedMono) return;
    // Read as a whole first: an answer with one unreadable amount must not make the old amounts look young.
    const read = Object.fromEntries(
      Object.entries(balances).map(([coin, b]) => {
        const available = decimal(b.available);
        return [coin, { available, total: available.plus(decimal(b.locked)) }];
      }),
    );
    this.#requestedMono = requestedMono;
    this.#balances = read;
    for (const [id, commitment] of this.#commitments) {
      if (commitment.closedMono !== null && commitment.closedMono + this.#options.settleLagMs < requestedMono)
        this.#commitments.delete(id);
    }
  }

  /** A buy has been committed: its money is spoken for until a snapshot asked for well after its end shows the result. */
  commit(intentId: number, coin: string, amount: Decimal): void {
    this.#commitments.set(intentId, { coin, amount, closedMono: null });
  }

  /** The order ended. When nothing was spent its money is free at once. */
  close(intentId: number, nowMono: MonoMs, spent: boolean): void {
    const commitment = this.#commitments.get(intentId);
    if (!commitment) return;
    if (spent) commitment.closedMono = nowMono;
    else this.#commitments.delete(intentId);
  }

  /** True while the last snapshot may lag behind what has happened: none yet, or a buy whose end it cannot show. */
  wantsRefresh(nowMono: MonoMs): boolean {
    if (this.#requestedMono === null) return true;
    const settled = nowMono - this.#options.settleLagMs;
    for (const { closedMono } of this.#commitments.values())
      if (closedMono !== null && closedMono < settled) return true;
    return false;
  }

  /** When the last snapshot was asked for; null before the first. */
  get requestedMono(): number | null {
    return this.#requestedMono;
  }

  ageMs(nowMono: MonoMs): number {
    return this.#requestedMono === null ? Number.POSITIVE_INFINITY : nowMono - this.#requestedMono;
  }

  /**
   * Null while unknown: before the first snapshot, or when the last one is too old. `heldByOthers` is what the books of
   * other pairs hold of the same base coin: it is not this pair's to sell.
   */
  view(
    rules: MarketRules,
    lastActivityMono: number | null,
    heldByOthers: Decimal,
    nowMono: MonoMs,
  ): AccountView | null {
    if (this.#requestedMono === null || this.ageMs(nowMono) > this.#options.maxAgeMs) return null;
    const base = this.#balances[rules.base];
    return {
      quoteAvailable: this.#freeQuote(rules.quote),
      baseAvailable: (base?.available ?? ZERO).minus(heldByOthers) as BaseQty,
      baseTotal: (base?.total ?? ZERO).minus(heldByOthers) as BaseQty,
      settled:
        lastActivityMono === null || this.#requestedMono > lastActivityMono + this.#options.settleLagMs,
    };
  }

  #freeQuote(coin: string): QuoteAmount {
    let free = this.#balances[coin]?.available ?? ZERO;
    for (const commitment of this.#commitments.values()) {
      if (commitment.coin === coin) free = free.minus(commitment.amount);
    }
    return free as QuoteAmount;
  }
}
