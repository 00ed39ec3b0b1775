import { assert, type EpochMs, MtradeError } from '@mtrade/base';
import { type Cycle, type Fill, type Intent, isOpen, type PairState } from '@mtrade/cycle';
import type {
  ChangeSet,
  ClosedIntent,
  CycleStore,
  Discrepancy,
  ForeignInstall,
  IntentKey,
  StoreSnapshot,
} from '@mtrade/engine';
import { type BaseQty, type QuoteAmount, ZERO } from '@mtrade/money';
import { checkCycle, checkMove, checkNewIntent, refuse, type StoredCycle } from './disk-rules.js';

export interface BookedFill {
  readonly fill: Fill;
  readonly intentId: number;
  readonly cycleId: number;
}

export interface DiskOptions {
  readonly symbols: readonly string[];
  /** Which states count as open, for the index and for what a start loads. Real: all that are no end. */
  readonly isOpen: (state: Intent['state']) => boolean;
  /** False finds no intent that has ended (an ablation). */
  readonly findsEnded: boolean;
  /** When the books were begun. */
  readonly createdMs: number;
  /** False lets a replaced engine write on (an ablation). */
  readonly fenced: boolean;
  /** The nonce of a lease. Real: a new one each time. */
  readonly nonce: (epoch: number) => string;
}

/** The commit as the checker sees it: what was asked for, and what the pair was before. */
export type CommitWitness = (change: ChangeSet, before: PairState | null) => void;

/** What the disk remembers to be able to take commits back: of the current one, and (power loss) of the last few. */
const REMEMBERED_COMMITS = 8;

/**
 * The books on a disk that outlives every process: atomic commits with the refusals of the real schema. A crash loses
 * nothing that was committed.
 */
export class Disk {
  readonly installId = 'simu';
  readonly cycles = new Map<number, StoredCycle>();
  readonly intents = new Map<number, Intent>();
  readonly intentOf = new Map<string, number>();
  readonly fills = new Map<string, BookedFill>();
  readonly pairs = new Map<string, PairState>();
  readonly foreign = new Map<string, ForeignInstall>();
  readonly discrepancies = new Map<string, Discrepancy>();
  /** One row at most: up to when the account was compared. */
  readonly #compared = new Map<1, EpochMs>();
  readonly #options: DiskOptions;
  /** Ids of intents that are stops, by pair; one that was taken back is not found among the intents. */
  readonly #stops = new Map<string, readonly number[]>();
  readonly #openIntents = new Map<number, Intent>();
  readonly #openCycles = new Map<string, number>();
  readonly #recent: (() => void)[][] = [];
  #undo: (() => void)[] = [];
  #epoch = 0;
  #nonce = '';
  #trading = true;
  witness: CommitWitness = () => undefined;

  constructor(options: DiskOptions) {
    this.#options = options;
    for (const symbol of options.symbols) this.pairs.set(symbol, newPair(symbol));
  }

  get epoch(): number {
    return this.#epoch;
  }

  get trading(): boolean {
    return this.#trading;
  }

  get hasOpen(): boolean {
    return this.#openIntents.size > 0;
  }

  openIntents(): Iterable<Intent> {
    return this.#openIntents.values();
  }

  intentByText(clientOrderId: string): Intent | undefined {
    const id = this.intentOf.get(clientOrderId);
    return id === undefined ? undefined : this.intents.get(id);
  }

  /** The pair with its running cycle and its open intents, as a start loads it. */
  pair(symbol: string): PairState {
    const columns = this.pairs.get(symbol);
    assert(columns, `no pair ${symbol} on the disk`);
    const cycleId = this.#openCycles.get(symbol);
    const cycle = cycleId === undefined ? null : (this.cycles.get(cycleId) as Cycle);
    const openIntents = [...this.#openIntents.values()].filter(
      (intent) => intent.symbol === symbol && this.#options.isOpen(intent.state),
    );
    return { ...columns, cycle, openIntents };
  }

  /** Takes the lease over: a new epoch, a new nonce. Whoever wrote before is fenced. */
  open(): CycleStore {
    this.#epoch += 1;
    this.#nonce = this.#options.nonce(this.#epoch);
    const epoch = this.#epoch;
    const startNonce = this.#nonce;
    return {
      load: (): StoreSnapshot => ({
        installId: this.installId,
        startNonce,
        epoch,
        trading: this.#trading,
        nextIntentId: lastKey(this.intents) + 1,
        nextCycleId: lastKey(this.cycles) + 1,
        pairs: this.#options.symbols.map((symbol) => this.pair(symbol)),
        createdMs: this.#options.createdMs as EpochMs,
        comparedToMs: this.#compared.get(1) ?? null,
        foreignInstalls: [...this.foreign.values()],
        discrepancies: [...this.discrepancies.values()],
      }),
      commit: (change) => this.#commit(epoch, change),
      closedCycle: (id) => {
        const cycle = this.cycles.get(id);
        return cycle?.outcome === undefined ? null : cycle;
      },
      closedIntent: (key) => this.#closedIntent(key),
      stopIntents: (symbol, key) =>
        (this.#stops.get(symbol) ?? [])
          .flatMap((id) => this.intents.get(id) ?? [])
          .filter(
            ({ stop }) =>
              stop !== undefined &&
              ('stopId' in key ? stop.stopId === key.stopId : stop.triggerPrice.eq(key.triggerPrice)),
          ),
      bookedUnder: (symbol, tradeId) => this.fills.get(fillKey({ symbol, tradeId }))?.intentId ?? null,
      close: () => undefined,
    };
  }

  #closedIntent(key: IntentKey): ClosedIntent | null {
    const intent = 'id' in key ? this.intents.get(key.id) : this.intentByText(key.clientOrderId);
    if (!intent || isOpen(intent.state) || !this.#options.findsEnded) return null;
    const fills = [...this.fills.values()].filter(({ intentId }) => intentId === intent.id);
    return { intent, fills: fills.map(({ fill }) => fill) };
  }

  /** Power loss without a full fsync: the newest commits were never there. */
  loseCommits(count: number): void {
    for (let index = 0; index < count; index += 1) rollBack(this.#recent.pop() ?? []);
  }

  /** A copy of the books, to be put back later. */
  backup(): () => void {
    const books = [this.cycles, this.intents, this.intentOf, this.fills, this.pairs];
    const found = [this.foreign, this.discrepancies, this.#compared, this.#stops];
    const maps = [...books, ...found] as Map<unknown, unknown>[];
    const open = [this.#openIntents, this.#openCycles] as unknown as Map<unknown, unknown>[];
    const copies = [...maps, ...open].map((map) => [map, [...map]] as const);
    const trading = this.#trading;
    // The lease is not wound back: a restored file gets a new epoch, or nobody could tell two processes apart here.
    return () => {
      for (const [map, entries] of copies) {
        map.clear();
        for (const [key, value] of entries) map.set(key, value);
      }
      this.#trading = trading;
      this.#recent.length = 0;
    };
  }

  #commit(epoch: number, change: ChangeSet): void {
    if (this.#options.fenced && epoch !== this.#epoch)
      throw new MtradeError('MTRADE_LOCK_LOST', `another engine has taken over from epoch ${epoch}`, {
        reason: 'a newer epoch holds the lease',
      });
    const before = change.pair ? this.pair(change.pair.symbol) : null;
    this.#undo = [];
    try {
      this.#apply(change);
    } catch (error) {
      rollBack(this.#undo);
      throw error;
    }
    this.#recent.push(this.#undo);
    if (this.#recent.length > REMEMBERED_COMMITS) this.#recent.shift();
    this.witness(change, before);
  }

  #apply(change: ChangeSet): void {
    if (change.trading !== undefined) {
      const was = this.#trading;
      this.#undo.push(() => (this.#trading = was));
      this.#trading = change.trading;
    }
    if (change.pair) this.#set(this.pairs, change.pair.symbol, change.pair);
    if (change.closedCycle) this.#putCycle(change.closedCycle);
    if (change.cycle) this.#putCycle(change.cycle);
    for (const { intent, from } of change.intentMoves ?? []) this.#move(intent, from);
    for (const intent of change.newIntents ?? []) this.#insert(intent);
    for (const booked of change.fills ?? []) this.#book(booked);
    if (change.comparedToMs !== undefined) this.#set(this.#compared, 1, change.comparedToMs);
    for (const one of change.foreignInstalls ?? []) this.#set(this.foreign, one.installId, one);
    for (const one of change.discrepancies ?? [])
      this.#set(this.discrepancies, `${one.symbol} ${one.kind} ${one.reference}`, one);
  }

  #putCycle(cycle: StoredCycle): void {
    const openId = this.#openCycles.get(cycle.symbol);
    const open = openId === undefined ? undefined : this.cycles.get(openId);
    checkCycle(this.cycles.get(cycle.id), cycle, open ? [open] : []);
    this.#set(this.cycles, cycle.id, cycle);
    if (cycle.outcome === undefined) this.#set(this.#openCycles, cycle.symbol, cycle.id);
    else if (openId === cycle.id) this.#delete(this.#openCycles, cycle.symbol);
  }

  #move(next: Intent, from: Intent['state']): void {
    const old = this.intents.get(next.id);
    if (!old) refuse('COMPARE_AND_SET', `${next.clientOrderId} is not in the books`);
    checkMove(old, next, from);
    this.#set(this.intents, next.id, next);
    if (isOpen(next.state)) this.#set(this.#openIntents, next.id, next);
    else this.#delete(this.#openIntents, next.id);
  }

  #insert(intent: Intent): void {
    if (this.intents.has(intent.id) || this.intentOf.has(intent.clientOrderId))
      refuse('PRIMARY_KEY', `intent ${intent.id} ${intent.clientOrderId}`);
    if (this.#options.fenced && intent.epoch !== this.#epoch) refuse('FENCED', intent.clientOrderId);
    const pair = this.pairs.get(intent.symbol);
    assert(pair, `no pair ${intent.symbol}`);
    const openOfPair = [...this.#openIntents.values()].filter(
      (open) => open.symbol === intent.symbol && this.#options.isOpen(open.state),
    );
    const cycle = this.cycles.get(intent.cycleId);
    const foreign = [...this.foreign.values()].some(
      ({ acknowledgedMs, lastSeenMs }) => acknowledgedMs === null || acknowledgedMs < lastSeenMs,
    );
    checkNewIntent(intent, { pair, trading: this.#trading, cycle, openOfPair, foreign });
    this.#set(this.intents, intent.id, intent);
    this.#set(this.intentOf, intent.clientOrderId, intent.id);
    this.#set(this.#openIntents, intent.id, intent);
    if (intent.stop !== undefined)
      this.#set(this.#stops, intent.symbol, [...(this.#stops.get(intent.symbol) ?? []), intent.id]);
  }

  #book(booked: BookedFill): void {
    const { fill, intentId, cycleId } = booked;
    const intent = this.intents.get(intentId);
    const key = fillKey(fill);
    if (this.fills.has(key)) refuse('PRIMARY_KEY', `trade ${key}`);
    const belongs = intent?.symbol === fill.symbol && intent.side === fill.side && intent.cycleId === cycleId;
    if (!belongs) refuse('MISMATCH', `trade ${key}`);
    this.#set(this.fills, key, booked);
  }

  #set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const old = map.get(key);
    this.#undo.push(() => (old === undefined ? map.delete(key) : map.set(key, old)));
    map.set(key, value);
  }

  #delete<K, V>(map: Map<K, V>, key: K): void {
    const old = map.get(key);
    if (old === undefined) return;
    this.#undo.push(() => map.set(key, old));
    map.delete(key);
  }
}

export const fillKey = (fill: Pick<Fill, 'symbol' | 'tradeId'>): string => `${fill.symbol} ${fill.tradeId}`;

function rollBack(undo: readonly (() => void)[]): void {
  for (let index = undo.length - 1; index >= 0; index -= 1) undo[index]?.();
}

/** Keys are numbers that only grow. */
function lastKey(map: ReadonlyMap<number, unknown>): number {
  let last = 0;
  for (const key of map.keys()) if (key > last) last = key;
  return last;
}

const newPair = (symbol: string): PairState => ({
  symbol,
  permitted: true,
  paused: false,
  attention: null,
  cycle: null,
  position: null,
  openIntents: [],
  cyclesStarted: 0,
  dust: { base: ZERO as BaseQty, cost: ZERO as QuoteAmount },
  realizedProfit: ZERO as QuoteAmount,
  retryAtMs: 0 as PairState['retryAtMs'],
  failures: 0,
  decisions: 0,
  stopOuts: 0,
  lastExit: null,
});
