import { assert } from '@mtrade/base';
import { type Decimal, ZERO, decimal, text } from '@mtrade/money';
import type { BalanceView } from './types.js';

interface Cell {
  available: Decimal;
  locked: Decimal;
}

/** A balance before the first move of a change, kept until the change is recorded. */
export interface Touched {
  readonly userId: string;
  readonly currency: string;
  readonly availableBefore: Decimal;
  readonly lockedBefore: Decimal;
}

export type BalanceRow = readonly [userId: string, currency: string, available: string, locked: string];

/** Balances of all users. No balance is ever negative: a move that would make one so is a contradiction. */
export class Accounts {
  readonly #users = new Map<string, Map<string, Cell>>();
  #touched = new Map<string, Touched>();

  constructor(userIds: readonly string[]) {
    for (const userId of userIds) this.#users.set(userId, new Map());
  }

  get userIds(): readonly string[] {
    return [...this.#users.keys()];
  }

  has(userId: string): boolean {
    return this.#users.has(userId);
  }

  available(userId: string, currency: string): Decimal {
    return this.#users.get(userId)?.get(currency)?.available ?? ZERO;
  }

  locked(userId: string, currency: string): Decimal {
    return this.#users.get(userId)?.get(currency)?.locked ?? ZERO;
  }

  move(userId: string, currency: string, available: Decimal, locked: Decimal): void {
    const cell = this.#cell(userId, currency);
    const key = `${userId}|${currency}`;
    if (!this.#touched.has(key)) {
      this.#touched.set(key, {
        userId,
        currency,
        availableBefore: cell.available,
        lockedBefore: cell.locked,
      });
    }
    cell.available = cell.available.plus(available);
    cell.locked = cell.locked.plus(locked);
    assert(
      cell.available.gte(ZERO) && cell.locked.gte(ZERO),
      `balance of ${currency} of user ${userId} would be negative`,
    );
  }

  /** What has been moved since the last call. */
  takeTouched(): readonly Touched[] {
    if (this.#touched.size === 0) return [];
    const touched = [...this.#touched.values()];
    this.#touched = new Map();
    return touched;
  }

  row(userId: string, currency: string): BalanceRow {
    const cell = this.#cell(userId, currency);
    return [userId, currency, text(cell.available), text(cell.locked)];
  }

  rows(): readonly BalanceRow[] {
    return [...this.#users].flatMap(([userId, cells]) =>
      [...cells.keys()].map((currency) => this.row(userId, currency)),
    );
  }

  restore([userId, currency, available, locked]: BalanceRow): void {
    const cell = this.#cell(userId, currency);
    cell.available = decimal(available);
    cell.locked = decimal(locked);
  }

  view(userId: string): Readonly<Record<string, BalanceView>> {
    const cells = this.#users.get(userId) ?? new Map<string, Cell>();
    return Object.fromEntries(
      [...cells].map(([currency, cell]) => [
        currency,
        { available: text(cell.available), locked: text(cell.locked) },
      ]),
    );
  }

  #cell(userId: string, currency: string): Cell {
    let cells = this.#users.get(userId);
    if (cells === undefined) this.#users.set(userId, (cells = new Map()));
    let cell = cells.get(currency);
    if (cell === undefined) cells.set(currency, (cell = { available: ZERO, locked: ZERO }));
    return cell;
  }
}
