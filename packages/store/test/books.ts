import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, EpochMs, MonoMs } from '@mtrade/base';
import {
  begin,
  clientOrderId,
  type Fill,
  type Intent,
  type OrderDraft,
  type PairState,
  settle,
} from '@mtrade/cycle';
import type { ChangeSet } from '@mtrade/engine';
import { ladderParams, marketRules } from '@mtrade/cycle/testing';
import { baseQty, price, quoteAmount } from '@mtrade/money';
import { openStore, type Store, type StoreOptions } from '@mtrade/store';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { onTestFinished } from 'vitest';

export const ms = (value: number): EpochMs => value as EpochMs;
export const NOW = ms(1_700_000_000_000);
export const SYMBOL = 'ETH/USDT';

let now = NOW as number;
export const clock: Clock = { epochMs: () => (now += 1) as EpochMs, monoMs: () => 0 as MonoMs };

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const newPath = (): string => join(temporaryDirectory(), 'mtrade.db');

export function open(path = newPath(), changes: Partial<StoreOptions> = {}): Store {
  const store = openStore({ path, mode: 'paper', exchange: 'gate', account: 'paper', ...changes }, { clock });
  onTestFinished(() => store.close());
  return store;
}

/** The same file through a second connection with the schema's own rules on: what a careless program would do. */
export function withSql<T>(path: string, action: (db: Database) => T): T {
  const db = new SqliteDatabase(path);
  try {
    return action(db);
  } finally {
    db.close();
  }
}

const PARAMS = ladderParams({ baseOrder: '100', safetyOrders: 3 });

const START: OrderDraft = {
  side: 'buy',
  purpose: 'start',
  step: 0,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: null,
  quoteAmount: quoteAmount('100'),
  limitPrice: null,
};

export const limit = (side: 'buy' | 'sell', step: number, amount: string, at: string): OrderDraft => ({
  side,
  purpose: side === 'buy' ? 'average' : 'take-profit',
  step,
  type: 'limit',
  timeInForce: 'fok',
  baseAmount: baseQty(amount),
  quoteAmount: null,
  limitPrice: price(at),
});

let tradeId = 0;

/** Plays the cycler: the real trading rules, committed to a real store. */
export class Trader {
  readonly store: Store;
  readonly #snapshot;
  #nextIntentId: number;
  #nextCycleId: number;
  pair: PairState;

  constructor(store: Store, symbol = SYMBOL) {
    this.store = store;
    store.ensurePairs([{ symbol, permitted: true }]);
    this.#snapshot = store.load();
    this.#nextIntentId = this.#snapshot.nextIntentId;
    this.#nextCycleId = this.#snapshot.nextCycleId;
    this.pair = this.#snapshot.pairs.find((pair) => pair.symbol === symbol) as PairState;
  }

  /** What the cycler would commit for this order. */
  draft(draft: OrderDraft = START): { change: ChangeSet; pair: PairState; intent: Intent } {
    const { installId, startNonce, epoch } = this.#snapshot;
    const id = this.#nextIntentId;
    const { pair, intent } = begin(this.pair, draft, PARAMS, {
      intentId: id,
      clientOrderId: clientOrderId({ installId, startNonce, rowId: id, purpose: draft.purpose }),
      epoch,
      newCycleId: this.#nextCycleId,
      nowMs: NOW,
      deadlineMs: ms(NOW + 3_000),
      offsetErrorMs: 5,
    });
    const cycle = { ...(pair.cycle as NonNullable<PairState['cycle']>), symbol: pair.symbol };
    const journal = [{ epochMs: NOW, symbol: pair.symbol, event: 'order.intent', details: { id } }];
    return { change: { pair, cycle, newIntents: [intent], journal }, pair, intent };
  }

  place(draft: OrderDraft = START): Intent {
    const { change, pair, intent } = this.draft(draft);
    this.store.commit(change);
    this.pair = pair;
    this.#nextIntentId += 1;
    this.#nextCycleId = Math.max(this.#nextCycleId, intent.cycleId + 1);
    return intent;
  }

  fill(intent: Intent, amount: string, at: string, fee = '0', feeCoin = 'ETH'): Fill {
    tradeId += 1;
    return {
      tradeId: String(tradeId),
      symbol: intent.symbol,
      side: intent.side,
      baseAmount: baseQty(amount),
      price: price(at),
      fee: baseQty(fee),
      feeCoin,
      role: 'taker',
      epochMs: NOW,
    };
  }

  /** What the cycler would commit when the order is acknowledged and its trades have arrived. */
  settlement(intent: Intent, fills: readonly Fill[]): { moves: ChangeSet[]; pair: PairState } {
    const acked: Intent = { ...intent, state: 'ACKED', exchangeOrderId: `x${intent.id}` };
    const filled: Intent = {
      ...acked,
      state: fills.length > 0 ? 'FILLED' : 'KILLED',
      filledBase: baseQty(fills.length > 0 ? '1' : '0'),
      filledQuote: quoteAmount('0'),
      closedMs: NOW,
    };
    const { pair, closed } = settle(this.pair, filled, fills, marketRules(intent.symbol), NOW);
    const end: ChangeSet = {
      pair,
      ...(pair.cycle ? { cycle: { ...pair.cycle, symbol: pair.symbol } } : {}),
      ...(closed ? { closedCycle: { ...closed, symbol: pair.symbol } } : {}),
      intentMoves: [{ intent: filled, from: 'ACKED' }],
      fills: fills.map((fill) => ({ fill, intentId: intent.id, cycleId: intent.cycleId })),
      journal: [{ epochMs: NOW, symbol: pair.symbol, event: 'order.filled', details: {} }],
    };
    return { moves: [{ intentMoves: [{ intent: acked, from: 'SUBMITTED' }] }, end], pair };
  }

  settle(intent: Intent, fills: readonly Fill[]): void {
    const { moves, pair } = this.settlement(intent, fills);
    for (const change of moves) this.store.commit(change);
    this.pair = pair;
  }

  /** A start buy of 1 ETH at 100 with a fee of 0.002 ETH: 0.998 held, 100 invested. */
  startCycle(): Intent {
    const intent = this.place();
    this.settle(intent, [this.fill(intent, '1', '100', '0.002')]);
    return intent;
  }

  /** Sells what can be sold at 101; 0.00005 and less stays as dust when the volume has more decimals than the step. */
  sell(amount: string): void {
    const intent = this.place(limit('sell', this.pair.cycle?.step ?? 0, amount, '101'));
    this.settle(intent, [this.fill(intent, amount, '101', '0.1', 'USDT')]);
  }
}

/** What `action` throws; fails the test when it throws nothing. */
export function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
