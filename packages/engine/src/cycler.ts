import { assert, type Clock, errorText, MtradeError, type MonoMs } from '@mtrade/base';
import { type Board, Owner } from '@mtrade/board';
import {
  type LadderParams,
  type MarketRules,
  type PairState,
  UNPROTECTED_ALARM_MS,
  unprotectedMs,
} from '@mtrade/cycle';
import type { Logger } from '@mtrade/log';
import { Account, DEFAULT_ACCOUNT_OPTIONS } from './account.js';
import { Books } from './books.js';
import { CommitTally } from './commit-tally.js';
import type { EngineContext, EngineOptions, PairMemory } from './context.js';
import { ExchangeClock } from './exchange-clock.js';
import { isFatal } from './fatal.js';
import { GaugePublisher } from './gauges.js';
import { LaneEvents } from './lane-events.js';
import { LateFills } from './late-fills.js';
import type { CyclerReply, CyclerRequest } from './operator.js';
import { OperatorDesk } from './operator-desk.js';
import type { CycleStore, LaneEvent, OrderLane, Tick } from './ports/index.js';
import { type PassKind, type PassResult, PairProcessor } from './process-pair.js';
import { DEFAULT_RATE_BUDGET, RateBudget } from './rate-budget.js';
import { PriceWatch } from './price-watch.js';
import { reviveIntents, warnOfForsaken } from './revive.js';
import { Reconciler } from './reconciler.js';
import { Resolver } from './resolver.js';
import { RulesWatch } from './rules-watch.js';
import { SurplusStops } from './surplus-stops.js';
import { engineView } from './views.js';

export interface CyclerOptions extends Pick<
  EngineOptions,
  | 'debounceMs'
  | 'maxUrgentPerCycle'
  | 'staleAfterMs'
  | 'sellWhenForbidden'
  | 'orderExpiryMs'
  | 'requestDeadlineMs'
  | 'maxStopOuts'
> {
  /** Longest life of a stop; the default is Gate's own limit. */
  readonly stopLifeMs?: number;
  readonly generation: number;
  readonly pairs: readonly { readonly symbol: string; readonly params: LadderParams }[];
  readonly rules: readonly MarketRules[];
}

export interface CyclerDeps {
  readonly board: Board;
  readonly store: CycleStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lane: OrderLane;
  /** Hands a price from REST to the reactor. */
  readonly restPrice: (tick: Tick) => void;
  /** Answers and journal lines for the supervisor. */
  readonly reply: (reply: CyclerReply) => void;
}

/** As long as the resolver rests after an error. */
const REST_AFTER_ERROR_MS = 1_000;

const FIXED_OPTIONS = {
  maxClockErrorMs: 1_000,
  balanceEveryMs: 10_000,
  clockEveryMs: 60_000,
  reconcileEveryMs: 60_000,
  stopLifeMs: 30 * 86_400_000,
} as const;

/**
 * The loop that owns the books: it serves urgent pairs first, then answers and commands as they have come, then one pair
 * of the round robin. It never awaits, so no two of its steps interleave. The shell around it drains the ports and sleeps.
 */
export class Cycler {
  readonly #context: EngineContext;
  readonly #reply: (reply: CyclerReply) => void;
  readonly #lane: LaneEvents;
  readonly #lateFills: LateFills;
  readonly #surplusStops: SurplusStops;
  readonly #resolver: Resolver;
  readonly #priceWatch: PriceWatch;
  readonly #rulesWatch: RulesWatch;
  readonly #reconciler: Reconciler;
  readonly #processor: PairProcessor;
  readonly #operator: OperatorDesk;
  readonly #gauges: GaugePublisher;
  readonly #drains: number[] = [];
  #turn = 0;

  constructor(options: CyclerOptions, deps: CyclerDeps) {
    const { board, clock, log } = deps;
    const snapshot = deps.store.load();
    const symbols = options.pairs.map((pair) => pair.symbol);
    const tally = new CommitTally(board.counters, symbols);
    const books = new Books(snapshot, {
      store: deps.store,
      clock,
      onCommit: (change) => tally.note(change),
      onJournal: (entry) => deps.reply({ type: 'journal', ...entry }),
    });
    this.#reply = deps.reply;
    this.#context = {
      options: { ...FIXED_OPTIONS, ...options },
      board,
      books,
      clock,
      log,
      symbols,
      generation: options.generation,
      exchangeClock: new ExchangeClock(),
      account: new Account(DEFAULT_ACCOUNT_OPTIONS),
      access: { keyRefused: null },
      budget: new RateBudget(DEFAULT_RATE_BUDGET, clock.monoMs()),
      lane: deps.lane,
      restPrice: deps.restPrice,
      params: new Map(options.pairs.map((pair) => [pair.symbol, pair.params])),
      rules: new Map(options.rules.map((rules) => [rules.symbol, rules])),
      pairs: new Map(
        symbols.map((symbol) => [
          symbol,
          newMemory(board.indexOf(symbol), clock.monoMs(), lastFillMono(books.pair(symbol), clock)),
        ]),
      ),
      sameBase: new Map(
        symbols.map((symbol) => [
          symbol,
          symbols.filter((other) => other !== symbol && baseOf(other) === baseOf(symbol)),
        ]),
      ),
      intents: new Map(),
      stops: new Map(),
      followUps: new Set(),
      reconciled: false,
      wantsComparison: false,
      draining: false,
    };
    const swept = board.slots.sweep(Owner.cycler, options.generation - 1);
    if (swept > 0) log.warn({ swept }, 'flags of a dead cycler were freed');
    const withdrawn = board.commitGate.withdrawAll();
    if (withdrawn > 0) log.warn({ withdrawn }, 'orders that a dead cycler had not committed were withdrawn');
    warnOfForsaken(this.#context);
    reviveIntents(this.#context);
    this.#priceWatch = new PriceWatch(this.#context);
    this.#lateFills = new LateFills(this.#context);
    this.#surplusStops = new SurplusStops(this.#context, this.#lateFills);
    this.#rulesWatch = new RulesWatch(this.#context);
    const [lateFills, surplusStops] = [this.#lateFills, this.#surplusStops];
    this.#lane = new LaneEvents(this.#context, {
      priceWatch: this.#priceWatch,
      rulesWatch: this.#rulesWatch,
      lateFills,
      surplusStops,
    });
    this.#resolver = new Resolver(this.#context, this.#lane);
    this.#reconciler = new Reconciler(this.#context, { lane: this.#lane, surplusStops });
    this.#processor = new PairProcessor(this.#context);
    this.#operator = new OperatorDesk(this.#context, () => this.#reconciler.last?.unknownStops ?? []);
    this.#gauges = new GaugePublisher(this.#context, tally);
  }

  laneEvent(event: LaneEvent): void {
    try {
      if (event.type === 'surveyed') this.#reconciler.surveyed(event);
      else if (event.type === 'stream-opened') this.#reconciler.streamOpened();
      else this.#lane.handle(event);
    } catch (error) {
      this.#survive(error, `event ${event.type}`);
      if (event.type === 'placed') this.#lookUpSoon(event.intentId);
    }
  }

  /** An answer that could not be booked does not come again: what it said is asked for, not waited for. */
  #lookUpSoon(intentId: number): void {
    const memory = this.#context.intents.get(intentId);
    if (memory) memory.askAtMono = this.#context.clock.monoMs() + REST_AFTER_ERROR_MS;
  }

  request(request: CyclerRequest): void {
    switch (request.type) {
      case 'view':
        return this.#answer(request.id, () => engineView(this.#context, this.#reconciler.last));
      case 'command':
        return this.#answer(request.id, () => this.#operator.carryOut(request.command));
      case 'drain':
        this.#context.draining = true;
        this.#drains.push(request.id);
    }
  }

  /**
   * One turn; true when more urgent work is waiting, so the shell must not sleep. What has crossed its trigger comes
   * before everything else: `hear`, which takes in what others have sent, and all that may be due by now.
   */
  doWork(hear: () => void = () => undefined): boolean {
    const { board } = this.#context;
    this.#serveUrgentPairs();
    hear();
    try {
      this.#resolver.tick();
      this.#priceWatch.tick();
      this.#rulesWatch.tick();
      this.#lateFills.tick();
      this.#surplusStops.tick();
    } catch (error) {
      this.#survive(error, 'resolver');
    }
    try {
      this.#reconciler.tick();
    } catch (error) {
      this.#survive(error, 'reconciliation');
    }
    for (const symbol of this.#context.followUps) this.#serve(symbol, 'round-robin');
    this.#context.followUps.clear();
    this.#serveNextInTurn();
    this.#answerDrains();
    this.#publishGauges();
    board.counters.increment('cycler_iterations');
    return board.urgent.depth() > 0;
  }

  #publishGauges(): void {
    try {
      this.#gauges.tick(this.#reconciler.last);
    } catch (error) {
      this.#survive(error, 'metrics');
    }
  }

  #serveUrgentPairs(): void {
    const { board, options, symbols } = this.#context;
    for (let served = 0; served < options.maxUrgentPerCycle; served += 1) {
      const index = board.urgent.pop();
      if (index < 0) return;
      this.#serveUrgent(symbols[index] as string, board.urgent.tookCrossing ? 'crossing' : 'urgent');
    }
  }

  #serveUrgent(symbol: string, kind: PassKind): void {
    const { counters } = this.#context.board;
    const result = this.#serve(symbol, kind);
    counters.increment(result === 'processed' ? 'urgent_processed' : 'urgent_skipped');
  }

  /** One pass; and one more when a trigger was crossed meanwhile: right after, and no more often than that. */
  #serve(symbol: string, kind: PassKind): PassResult {
    const result = this.#processor.process(symbol, kind);
    if (result === 'processed' && this.#processor.wantsAnother(symbol))
      this.#processor.process(symbol, 'crossing');
    return result;
  }

  #serveNextInTurn(): void {
    const { board, symbols, books, clock, options, pairs } = this.#context;
    const symbol = symbols[this.#turn % symbols.length];
    if (symbol === undefined) return;
    this.#turn = (this.#turn + 1) % symbols.length;
    const memory = pairs.get(symbol) as PairMemory;
    const pair = books.pair(symbol);
    const nothingToDo = !pair.permitted && pair.cycle === null && pair.openIntents.length === 0;
    if (nothingToDo) memory.waitingFor = 'not_permitted';
    const debounced = board.slots.elapsedMs(memory.index, clock.monoMs()) < options.debounceMs;
    const skipped = nothingToDo || debounced || this.#serve(symbol, 'round-robin') === 'skipped';
    board.counters.increment(skipped ? 'cycler_skipped' : 'cycler_processed');
  }

  /**
   * A shutdown waits for what is on the wire, and for a stop that is being put in place or back; an unknown outcome is on
   * disk and is the next start's first work.
   */
  #answerDrains(): void {
    if (this.#drains.length === 0) return;
    const { books, clock, stops } = this.#context;
    for (const { openIntents, position } of books.pairs()) {
      if (openIntents.some(({ state }) => state === 'SUBMITTED' || state === 'ACKED' || state === 'SETTLING'))
        return;
      const forMs = books.trading ? unprotectedMs(position, clock.epochMs()) : null;
      if (forMs !== null && forMs < UNPROTECTED_ALARM_MS) return;
    }
    if ([...stops.values()].some(({ cancelling }) => cancelling !== null)) return;
    for (const id of this.#drains.splice(0)) this.#reply({ type: 'reply', id, ok: true, result: null });
  }

  #answer(id: number, work: () => unknown): void {
    try {
      this.#reply({ type: 'reply', id, ok: true, result: work() });
    } catch (error) {
      if (isFatal(error)) throw error;
      const wire =
        error instanceof MtradeError
          ? error.toWire()
          : { code: 'MTRADE_COMMAND' as const, message: errorText(error), facts: {} };
      this.#reply({ type: 'reply', id, ok: false, error: wire });
    }
  }

  /** What went wrong outside a pair's own pass is counted and logged; a contradiction ends the engine. */
  #survive(error: unknown, during: string): void {
    if (isFatal(error)) throw error;
    this.#context.board.counters.increment('errors');
    this.#context.log.error({ during, error: errorText(error) }, 'a step of the cycler failed');
  }
}

const baseOf = (symbol: string): string | undefined => symbol.split('/')[0];

/** A fill that an earlier life booked moments ago may not show in the balances yet, just like one of this life. */
function lastFillMono({ cycle }: PairState, clock: Clock): MonoMs | null {
  if (cycle === null || cycle.lastFillMs === null) return null;
  return (clock.monoMs() - Math.max(0, clock.epochMs() - cycle.lastFillMs)) as MonoMs;
}

function newMemory(index: number, bornMono: MonoMs, lastActivityMono: MonoMs | null): PairMemory {
  assert(index >= 0, 'every configured pair has a place on the board');
  return {
    index,
    bornMono,
    decidedMono: null,
    waitingFor: null,
    blind: null,
    lastActivityMono,
    restUntilMono: 0,
    sellUntilMono: null,
    stopProblem: null,
    stopWaitsFor: null,
    bareSinceMono: null,
    isAlarmed: false,
    errors: 0,
    surplusStops: new Set(),
    rulesDoubted: false,
  };
}
