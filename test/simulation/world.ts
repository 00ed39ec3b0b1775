import { isOpen } from '@mtrade/cycle';
import {
  type CyclerReply,
  type CycleStore,
  type EngineView,
  evidenceToWire,
  type LaneEvent,
  type Tick,
} from '@mtrade/engine';
import type { Order, ScaledPrice } from '@mtrade/market-sim';
import { DEFAULT_USER_ID } from '@mtrade/market-sim';
import type { AblationName } from './ablations.js';
import { ArmedFaults, isImmediate } from './armed-faults.js';
import { carryOut } from './carry-out.js';
import { Checker } from './checker.js';
import { Disk } from './disk.js';
import { EngineProcess, VIEW_ID } from './engine-process.js';
import { EventHeap } from './event-heap.js';
import { type Fault, printFault } from './fault.js';
import { floatStore } from './float-store.js';
import type { Life } from './life.js';
import { PairMarket } from './market.js';
import { Random } from './random.js';
import type { Scenario } from './scenario.js';
import { SimExchange } from './sim-exchange.js';
import { evidenceOf } from './sim-venue.js';
import { Trace } from './trace.js';
import { VirtualTime } from './virtual-time.js';
import { Weather } from './weather.js';

export interface Violation {
  /** The invariant's number, or one word. */
  readonly id: string;
  readonly detail: string;
  readonly atMs: number;
}

export interface Stats {
  events: number;
  ticks: number;
  turns: number;
  commits: number;
  posts: number;
  fills: number;
  cycles: number;
  unknown: number;
  never: number;
  quarantined: number;
  lateFills: number;
  starts: number;
  zombies: number;
}

export interface WorldOptions {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly ablations: ReadonlySet<string>;
  /** Checks that are not reported. */
  readonly muted: ReadonlySet<string>;
  /** For the fault `restore`. */
  readonly keepsBackups: boolean;
  /** Hears what happens, one line each, for a reader. */
  readonly tell?: ((line: string) => void) | undefined;
}

/** A replaced process that woke up again lives so long at most: its lock is watched. */
const ZOMBIE_LIFE_MS = 30_000;
const BACKUP_EVERY_MS = 60_000;

/** Everything there is in one run: the time, the market, the exchange, the network, the disk, the processes. */
export class World {
  readonly scenario: Scenario;
  readonly symbols: readonly string[];
  readonly time: VirtualTime;
  readonly trace = new Trace();
  readonly armed = new ArmedFaults();
  readonly random: Random;
  readonly exchange: SimExchange;
  readonly disk: Disk;
  readonly checker: Checker;
  readonly markets: readonly PairMarket[];
  readonly weather = new Weather();
  readonly heap = new EventHeap();
  readonly stats: Stats = {
    events: 0,
    ticks: 0,
    turns: 0,
    commits: 0,
    posts: 0,
    fills: 0,
    cycles: 0,
    unknown: 0,
    never: 0,
    quarantined: 0,
    lateFills: 0,
    starts: 0,
    zombies: 0,
  };
  violation: Violation | null = null;
  /** What the engine last said of itself. */
  lastView: EngineView | null = null;
  /** When the exchange last called a request too late: its clock is measured anew then. */
  expiredMs = Number.NEGATIVE_INFINITY;
  /** When the last fault was injected. */
  faultMs = Number.NEGATIVE_INFINITY;
  /** True once coins were sold by hand or by an order that was processed twice: the account may hold less than the books. */
  coinsMayBeMissing = false;
  /** True when a promise may have been kept since the last look: its followers have to run before the next event. */
  hasMovedPromises = false;
  readonly ablated: (name: AblationName) => boolean;
  readonly #options: WorldOptions;
  readonly #latencyRandom: Random;
  readonly #reopenedMs = new Map<string, number>();
  readonly #backups: { readonly atMs: number; readonly putBack: () => void }[] = [];
  /** All that live: the one that counts, and those that do not know that they were replaced. */
  #processes: EngineProcess[] = [];
  #current: EngineProcess | null = null;

  constructor(options: WorldOptions) {
    const { seed, scenario } = options;
    this.#options = options;
    this.scenario = scenario;
    this.symbols = scenario.pairs.map((pair) => pair.spec.symbol);
    this.time = new VirtualTime(scenario);
    this.ablated = (name) => options.ablations.has(name);
    this.random = new Random(seed, 'world');
    this.#latencyRandom = new Random(seed, 'latency');
    this.markets = scenario.pairs.map((pair) => new PairMarket(pair, seed));
    this.checker = new Checker(this);
    this.exchange = new SimExchange(
      scenario,
      {
        onOrder: (order, shownAs) => this.#onOrder(order, shownAs),
        onTrade: (trade) => this.checker.onTrade(trade),
      },
      { random: new Random(seed, 'exchange'), exchangeMs: () => this.time.exchangeMs() },
    );
    this.disk = new Disk({
      symbols: this.symbols,
      createdMs: this.time.host.epochMs(),
      isOpen: this.ablated('active-only') ? (state) => state === 'ACKED' || state === 'LIVE' : isOpen,
      fenced: !this.ablated('not-fenced'),
      findsEnded: !this.ablated('no-late-fills'),
      nonce: (epoch) => nonceOf(this.ablated('same-nonce') ? 0 : epoch),
    });
    this.disk.witness = (change, before) => {
      this.checker.onCommit(change, before);
      for (const { event, symbol, details } of change.journal ?? []) {
        this.trace.text(`${event} ${symbol ?? ''}`);
        this.tell(() => `journal  ${event} ${symbol ?? ''} ${JSON.stringify(details)}`);
      }
      for (const { intent } of change.intentMoves ?? [])
        if (!isOpen(intent.state) || intent.stop !== undefined) this.#callFor(intent.symbol);
      // Trades after an order's end call for a look as its end does.
      for (const { fill } of change.fills ?? []) this.#callFor(fill.symbol);
      for (const { intent, from } of change.intentMoves ?? [])
        this.tell(() => `intent   ${intent.clientOrderId} ${from} -> ${intent.state}`);
    };
    for (const [index] of this.markets.entries()) this.#tickLater(index);
    if (options.keepsBackups) this.#backupLater();
  }

  /** Of all processes: one that was taken for replaced may have taken the books back. */
  #callFor(symbol: string): void {
    for (const process of this.#processes) process.debounce.calledFor(this.symbols.indexOf(symbol));
  }

  get current(): EngineProcess | null {
    return this.#current;
  }

  at(atMs: number, life: Life | null, run: () => void): void {
    this.heap.push(atMs, life, run);
  }

  /** For a reader of a replay; costs nothing when nobody listens. */
  tell(line: () => string): void {
    const { tell } = this.#options;
    if (tell) tell(`${(this.time.nowMs / 1_000).toFixed(3).padStart(10)}  ${line()}`);
  }

  promisesMoved(): void {
    this.hasMovedPromises = true;
  }

  sleep(ms: number, life: Life): Promise<void> {
    return new Promise((resolve) => {
      this.at(this.time.nowMs + ms, life, () => {
        this.promisesMoved();
        resolve();
      });
    });
  }

  fail(id: string, detail: string): void {
    if (this.violation !== null || this.#options.muted.has(id)) return;
    this.violation = { id, detail, atMs: Math.floor(this.time.nowMs) };
  }

  // ------------------------------------------------------------------------------------------ network

  /** One way. Now and then a packet takes much longer than usual. */
  latency(): number {
    const random = this.#latencyRandom;
    const [low, high] = this.scenario.latencyMs;
    const usual = random.between(low, high);
    return random.chance(0.02) ? usual * random.between(2, 8) : usual;
  }

  /** The newest order of the pair's list, whoever made it: what a mixed-up answer may be about. */
  anotherOrder(symbol: string): Order | null {
    return (
      this.exchange.core.finishedOrders(
        { userId: DEFAULT_USER_ID, symbol, limit: 1 },
        this.time.exchangeMs(),
      )[0] ?? null
    );
  }

  // ------------------------------------------------------------------------------------------ processes

  startProcess(): void {
    this.stats.starts += 1;
    this.tell(() => 'process  starts');
    this.#current = new EngineProcess(this);
    this.#processes.push(this.#current);
  }

  /** A process has died. When it was the one that counts, the service manager starts another. */
  onProcessEnd(process: EngineProcess): void {
    this.trace.text('end');
    this.tell(() => 'process  ends');
    this.#processes = this.#processes.filter((one) => one !== process);
    if (process !== this.#current) return;
    if (this.ablated('commits-lost')) this.disk.loseCommits(1 + this.random.below(4));
    this.#current = null;
    this.at(this.time.nowMs + this.random.between(100, 8_000), null, () => {
      if (this.#current === null) this.startProcess();
    });
  }

  /** Somebody takes over from a process that stands still; when it wakes it does not know. */
  replace(zombie: EngineProcess): void {
    if (zombie !== this.#current) return;
    this.stats.zombies += 1;
    this.startProcess();
    const endMs = zombie.life.frozenUntilMs + ZOMBIE_LIFE_MS;
    this.at(endMs, null, () => zombie.die());
  }

  onReply(reply: CyclerReply): void {
    if (reply.type === 'journal') return;
    this.trace.text(reply.ok ? 'ok' : reply.error.code);
    if (reply.ok && reply.id === VIEW_ID) this.lastView = reply.result as EngineView;
  }

  wrapStore(store: CycleStore): CycleStore {
    return this.ablated('float-ledger') ? floatStore(store) : store;
  }

  #onOrder(order: Order, shownAs: string): void {
    this.trace.text(`${order.id} ${order.status} ${order.filledTotal}`);
    this.tell(
      () =>
        `exchange ${order.text} #${order.id} ${order.status} ${order.finishAs} filled ${order.filledAmount}`,
    );
    if (order.status !== 'open') this.checker.onOrderEnded(order);
    if (this.weather.isStreamLost(order.text, this.time.nowMs)) return;
    const delayMs = this.latency() + this.weather.takeStreamDelay();
    const event: LaneEvent = {
      type: 'evidence',
      evidence: evidenceToWire(evidenceOf({ ...order, text: shownAs })),
    };
    for (const process of this.#processes) process.onStream(event, delayMs);
  }

  // ------------------------------------------------------------------------------------------ market

  #tickLater(pair: number): void {
    this.at(this.time.nowMs + this.scenario.tickMs * this.random.between(0.5, 1.5), null, () => {
      this.tick(pair);
      this.#tickLater(pair);
    });
  }

  /** A new price of one pair, at the exchange and on its way to the engine. */
  tick(pair: number): void {
    const market = this.markets[pair] as PairMarket;
    const { nowMs } = this.time;
    this.stats.ticks += 1;
    const { bid, ask } = market.step(this.exchange.core, nowMs, this.time.exchangeMs());
    this.trace.number(bid.mantissa);
    if (this.weather.isFeedSilent(pair, nowMs)) return;
    const { symbol } = market.spec;
    const tick = { symbol, bid, ask, last: null, asks: null, exchangeMs: this.time.exchangeMs() };
    const delayMs = this.weather.feedDelayMs(pair, nowMs);
    if (delayMs === 0) return this.#deliver(tick);
    this.at(nowMs + delayMs, null, () => this.#deliver(tick));
  }

  /** A frame that the exchange never sent. The first price of a process has nothing to be compared with. */
  spike(pair: number, perMille: number): void {
    const market = this.markets[pair] as PairMarket;
    const { best } = market;
    if (best === null) return;
    const wrong = ({ mantissa, decimals }: ScaledPrice): ScaledPrice => ({
      mantissa: Math.max(1, Math.floor((mantissa * perMille) / 1_000)),
      decimals,
    });
    const tick = { bid: wrong(best.bid), ask: wrong(best.ask), exchangeMs: this.time.exchangeMs() };
    const knowing = this.#processes.filter((process) => process.knowsPrice(pair));
    for (const process of knowing)
      process.onTick({ symbol: market.spec.symbol, last: null, asks: null, ...tick });
  }

  #deliver(tick: Omit<Tick, 'receivedMono'>): void {
    for (const process of this.#processes) process.onTick(tick);
  }

  // ------------------------------------------------------------------------------------------ faults

  inject(fault: Fault): void {
    this.faultMs = this.time.nowMs;
    this.trace.text(fault.kind);
    this.tell(() => `fault    ${printFault(fault)}`);
    if (isImmediate(fault)) {
      this.armed.count(fault.kind);
      carryOut(this, fault);
    } else {
      this.armed.arm(fault);
      this.#current?.idle();
    }
  }

  /** When the pair's market was last opened again after a fault had closed it. */
  reopenedMs(symbol: string): number {
    return this.#reopenedMs.get(symbol) ?? 0;
  }

  openMarket(symbol: string): void {
    this.#reopenedMs.set(symbol, this.time.nowMs);
    this.exchange.core.setTradeStatus(symbol, 'tradable', this.time.exchangeMs());
  }

  #backupLater(): void {
    this.#backups.push({ atMs: this.time.nowMs, putBack: this.disk.backup() });
    if (this.#backups.length > 60) this.#backups.shift();
    this.at(this.time.nowMs + BACKUP_EVERY_MS, null, () => this.#backupLater());
  }

  /** Somebody puts an old copy of the books in the place of the present ones. */
  restore(ageMs: number): void {
    this.#current?.die();
    const backup = this.#backups.findLast(({ atMs }) => atMs <= this.time.nowMs - ageMs);
    backup?.putBack();
  }

  /** The faults are over: network, exchange, disk and clocks behave, and the operator lets everything trade. */
  heal(): void {
    this.armed.disarm();
    this.weather.calmDown();
    for (const symbol of this.symbols) this.openMarket(symbol);
    for (const market of this.markets) market.thin(0);
  }

  stopTrading(): void {
    for (const market of this.markets) market.hold();
    this.#current?.command({ name: 'trading', on: false });
  }

  /** What an operator does after a bad day. */
  tidyUp(): void {
    this.#current?.command({ name: 'trading', on: true });
    for (const symbol of this.symbols) {
      this.#current?.command({ name: 'permit', symbol, on: true });
      this.#current?.command({ name: 'resume', symbol });
    }
  }
}

const NONCE_LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Four letters, different for each epoch. */
function nonceOf(epoch: number): string {
  let rest = epoch;
  let letters = '';
  for (let index = 0; index < 4; index += 1) {
    letters = NONCE_LETTERS.charAt(rest % 32) + letters;
    rest = Math.floor(rest / 32);
  }
  return letters;
}
