import { assert, type Clock, type EpochMs } from '@mtrade/base';
import { type ClosedCycle, followPosition, type Intent, type PairState, type Position } from '@mtrade/cycle';
import type { Decimal } from '@mtrade/money';
import { journal } from './journal.js';
import type {
  ChangeSet,
  ClosedIntent,
  CycleStore,
  Discrepancy,
  ForeignInstall,
  IntentKey,
  JournalEntry,
  StoreSnapshot,
} from './ports/index.js';

export interface BooksDeps {
  readonly store: CycleStore;
  readonly clock: Clock;
  /** Called with every committed journal line, after the commit. */
  readonly onJournal: (entry: JournalEntry) => void;
  /** Called after every commit. */
  readonly onCommit: (change: ChangeSet) => void;
}

/** What the journal says when a position enters a state. */
const EVENTS: Readonly<Record<Position['state'], string>> = {
  pending_entry: 'position.opened',
  entry_placed: 'position.entry-placed',
  pending_sl: 'position.pending-stop',
  active: 'position.protected',
  failed: 'position.failed',
  rolled_back: 'position.rolled-back',
  closed: 'position.closed',
};

/**
 * The committed state of every pair, held in memory by its only writer. Memory changes after the commit and only then,
 * so what a decision reads is always what a crash would leave behind.
 */
export class Books {
  readonly #deps: BooksDeps;
  readonly #pairs = new Map<string, PairState>();
  readonly #foreign = new Map<string, ForeignInstall>();
  readonly #discrepancies = new Map<string, Discrepancy>();
  readonly identity: Pick<StoreSnapshot, 'installId' | 'startNonce' | 'epoch' | 'createdMs'>;
  #comparedToMs: EpochMs | null;
  #trading: boolean;
  #nextIntentId: number;
  #nextCycleId: number;

  constructor(snapshot: StoreSnapshot, deps: BooksDeps) {
    this.#deps = deps;
    const { installId, startNonce, epoch, createdMs } = snapshot;
    this.identity = { installId, startNonce, epoch, createdMs };
    this.#comparedToMs = snapshot.comparedToMs;
    for (const one of snapshot.foreignInstalls) this.#foreign.set(one.installId, one);
    for (const one of snapshot.discrepancies) this.#discrepancies.set(keyOf(one), one);
    this.#trading = snapshot.trading;
    this.#nextIntentId = snapshot.nextIntentId;
    this.#nextCycleId = snapshot.nextCycleId;
    for (const pair of snapshot.pairs) this.#pairs.set(pair.symbol, pair);
  }

  /** The operator's engine-wide switch. */
  get trading(): boolean {
    return this.#trading;
  }

  get nextIntentId(): number {
    return this.#nextIntentId;
  }

  get nextCycleId(): number {
    return this.#nextCycleId;
  }

  pair(symbol: string): PairState {
    const pair = this.#pairs.get(symbol);
    assert(pair, `no books for ${symbol}`);
    return pair;
  }

  has(symbol: string): boolean {
    return this.#pairs.has(symbol);
  }

  pairs(): Iterable<PairState> {
    return this.#pairs.values();
  }

  /** A cycle that a reset has closed while an order of it was still open. */
  closedCycle(id: number): ClosedCycle | null {
    return this.#deps.store.closedCycle(id);
  }

  /** The open intent of which this is true, with its pair; null when there is none. */
  openIntent(matches: (intent: Intent) => boolean): { pair: PairState; intent: Intent } | null {
    for (const pair of this.#pairs.values()) {
      const intent = pair.openIntents.find(matches);
      if (intent) return { pair, intent };
    }
    return null;
  }

  /** The row of an order, whatever its state; null when there is none. */
  intentOf(clientOrderId: string): Intent | null {
    const open = this.openIntent((intent) => intent.clientOrderId === clientOrderId);
    if (open) return open.intent;
    return this.#deps.store.closedIntent({ clientOrderId })?.intent ?? null;
  }

  /** The id of the intent that a trade is booked under; null when it is not booked. */
  bookedUnder(symbol: string, tradeId: string): number | null {
    return this.#deps.store.bookedUnder(symbol, tradeId);
  }

  /** Own trades up to here (exchange clock) were compared with these books; null: none yet. */
  get comparedToMs(): EpochMs | null {
    return this.#comparedToMs;
  }

  foreignInstall(installId: string): ForeignInstall | undefined {
    return this.#foreign.get(installId);
  }

  /** Other installations that trade on this account as far as anybody knows. While there is one, nothing is bought. */
  atLarge(): readonly ForeignInstall[] {
    return [...this.#foreign.values()].filter(
      ({ acknowledgedMs, lastSeenMs }) => acknowledgedMs === null || acknowledgedMs < lastSeenMs,
    );
  }

  discrepancies(): Iterable<Discrepancy> {
    return this.#discrepancies.values();
  }

  hasDiscrepancy(one: Pick<Discrepancy, 'symbol' | 'kind' | 'reference'>): boolean {
    return this.#discrepancies.has(keyOf(one));
  }

  /** An intent that has come to its end, with the trades that are booked under it. */
  closedIntent(key: IntentKey): ClosedIntent | null {
    return this.#deps.store.closedIntent(key);
  }

  /** The intent, open or ended, that has this stop at the exchange; null when none has. */
  intentOfStop(symbol: string, stopId: string): Intent | null {
    return this.#deps.store.stopIntents(symbol, { stopId })[0] ?? null;
  }

  /** Intents, open and ended, of stops that fire at this price. */
  stopIntentsAt(symbol: string, triggerPrice: Decimal): readonly Intent[] {
    return this.#deps.store.stopIntents(symbol, { triggerPrice });
  }

  /**
   * Durable first, memory second; then `committed` is called, and after it whoever is only to be told. Throws when the
   * store refuses; then nothing has changed anywhere and `committed` is not called. A pair's position follows in the same
   * transaction, whatever the change is about.
   */
  commit(wanted: ChangeSet, committed: () => void = () => undefined): void {
    const change = this.#withPosition(wanted);
    this.#deps.store.commit(change);
    if (change.pair) this.#pairs.set(change.pair.symbol, change.pair);
    if (change.trading !== undefined) this.#trading = change.trading;
    for (const intent of change.newIntents ?? [])
      this.#nextIntentId = Math.max(this.#nextIntentId, intent.id + 1);
    if (change.cycle) this.#nextCycleId = Math.max(this.#nextCycleId, change.cycle.id + 1);
    if (change.comparedToMs !== undefined) this.#comparedToMs = change.comparedToMs;
    for (const one of change.foreignInstalls ?? []) this.#foreign.set(one.installId, one);
    for (const one of change.discrepancies ?? []) this.#discrepancies.set(keyOf(one), one);
    committed();
    this.#deps.onCommit(change);
    for (const entry of change.journal ?? []) this.#deps.onJournal(entry);
  }

  #withPosition(change: ChangeSet): ChangeSet {
    if (change.pair === undefined) return change;
    const { symbol } = change.pair;
    const before = this.#pairs.get(symbol)?.position ?? null;
    const nowMs = this.#deps.clock.epochMs();
    const { pair, position } = followPosition(before, change.pair, change.closedCycle ?? null, nowMs);
    if (position === null) return change;
    const entries =
      position.state === before?.state
        ? []
        : [journal(nowMs, EVENTS[position.state], symbol, { cycle: position.cycleId })];
    return {
      ...change,
      pair,
      position: { ...position, symbol },
      journal: [...(change.journal ?? []), ...entries],
    };
  }
}

const keyOf = ({ symbol, kind, reference }: Pick<Discrepancy, 'symbol' | 'kind' | 'reference'>): string =>
  `${symbol} ${kind} ${reference}`;
