import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EpochMs, type MonoMs } from '@mtrade/base';
import { type Board, type CommitGate, createBoard } from '@mtrade/board';
import type { LadderParams, MarketRules, PairState } from '@mtrade/cycle';
import { ladderParams, marketRules } from '@mtrade/cycle/testing';
import {
  Cycler,
  type CyclerReply,
  type CycleStore,
  type EngineView,
  type LaneRequest,
  type OperatorCommand,
  type OrderRequest,
  Reactor,
  type ScaledPrice,
  type Survey,
} from '@mtrade/engine';
import { type Logger, silentLogger } from '@mtrade/log';
import { text } from '@mtrade/money';
import { openReader, openStore, type Reader, type Store } from '@mtrade/store';
import { onTestFinished } from 'vitest';
import { type Execution, say, TestExchange, type TestOrder } from './exchange.js';
import { reportsAddUp } from './reports.js';

export const ETH = 'ETH/USDT';
export const BTC = 'BTC/USDT';

/** Time stands still until a test moves it. `onMono` runs at each look at the monotonic clock. */
export class ManualClock {
  now = 1_000_000;
  wall = 1_700_000_000_000;
  onMono: (() => void) | null = null;

  readonly epochMs = (): EpochMs => Math.floor(this.wall) as EpochMs;
  readonly monoMs = (): MonoMs => {
    this.onMono?.();
    return this.now as MonoMs;
  };

  advance(ms: number): void {
    this.now += ms;
    this.wall += ms;
  }
}

export const makeParams = (changes: Partial<Record<keyof LadderParams, string>> = {}): LadderParams =>
  ladderParams({
    baseOrder: '10',
    safetyOrders: 4,
    stepPct: '3',
    takeProfitPct: '1',
    takeProfitDecayPct: '0',
    ...changes,
  });

export const makeRules = marketRules;

export interface WorldOptions {
  readonly symbols?: readonly string[];
  readonly balances?: Readonly<Record<string, string>>;
  readonly params?: LadderParams;
  /** Hears of every answer and journal line of the cycler before anybody else; may throw. */
  readonly onReply?: (reply: CyclerReply) => void;
  readonly permitted?: boolean;
  readonly rules?: (symbol: string) => MarketRules | null;
  readonly debounceMs?: number;
  readonly staleAfterMs?: number;
  readonly sellWhenForbidden?: boolean;
  readonly urgentCapacity?: number;
  readonly maxStopOuts?: number;
  readonly log?: Logger;
  readonly wrapStore?: (store: Store) => CycleStore;
}

/**
 * The real cycler and reactor over a real board and a real database file; by hand are the clock and the order thread:
 * its requests are collected, and a test gives the answers, or does not.
 */
export class World {
  readonly clock = new ManualClock();
  readonly symbols: readonly string[];
  readonly board: Board;
  readonly reactor: Reactor;
  readonly exchange: TestExchange;
  readonly requests: LaneRequest[] = [];
  /** Orders that the order thread has got and may not send yet, by ticket. */
  readonly #withheld = new Map<number, Extract<LaneRequest, { type: 'place' }>>();
  /** How many orders were on their way each time the cycler left the processor to the order thread. */
  readonly gaveWayAt: number[] = [];
  readonly replies: CyclerReply[] = [];
  /** What was sent without a right to: every test of this world fails on it. */
  readonly broken: string[] = [];
  cycler!: Cycler;
  store!: Store;
  readonly #options: WorldOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'mtrade-engine-'));
  #reader: Reader | null = null;
  #generation = 0;
  #isDisposed = false;
  #questions = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.symbols = options.symbols ?? [ETH];
    this.exchange = new TestExchange(options.balances ?? { USDT: '1000' });
    this.board = createBoard({ symbols: this.symbols, urgentCapacity: options.urgentCapacity ?? 100 });
    this.reactor = new Reactor(
      {
        debounceMs: options.debounceMs ?? 100,
        staleAfterMs: options.staleAfterMs ?? 5_000,
        maxJumpPct: 30,
      },
      { board: this.board, clock: this.clock },
    );
    onTestFinished(() => this.#end());
    this.start();
  }

  get path(): string {
    return join(this.#directory, 'mtrade.db');
  }

  /** A new life of the cycler over the same books and the same board, which may still hold what the dead one left. */
  start(closeOld = true): void {
    const { params = makeParams(), permitted = true, rules = makeRules } = this.#options;
    if (closeOld) this.store?.close();
    this.#generation += 1;
    this.store = openStore(
      { path: this.path, mode: 'paper', exchange: 'gate', account: 'paper', installIdSeed: 'test' },
      { clock: this.clock },
    );
    this.store.ensurePairs(this.symbols.map((symbol) => ({ symbol, permitted })));
    this.#reader ??= openReader({ path: this.path });
    this.cycler = new Cycler(
      {
        debounceMs: this.#options.debounceMs ?? 100,
        maxUrgentPerCycle: 5,
        staleAfterMs: this.#options.staleAfterMs ?? 5_000,
        sellWhenForbidden: this.#options.sellWhenForbidden ?? true,
        orderExpiryMs: 3_000,
        requestDeadlineMs: 5_000,
        maxStopOuts: this.#options.maxStopOuts ?? 3,
        generation: this.#generation,
        pairs: this.symbols.map((symbol) => ({ symbol, params })),
        rules: this.symbols.map((symbol) => rules(symbol)).filter((one) => one !== null),
      },
      {
        board: this.#boardOfCycler(),
        store: this.#options.wrapStore?.(this.store) ?? this.store,
        clock: this.clock,
        log: this.#options.log ?? silentLogger,
        lane: {
          request: (request) => this.#take(request),
          giveWay: () => void this.gaveWayAt.push(this.orders.length),
        },
        restPrice: (tick) => this.reactor.onTick(tick),
        reply: (reply) => {
          this.#options.onReply?.(reply);
          this.replies.push(reply);
        },
      },
    );
  }

  /** What every engine learns first: the exchange's clock and the account. */
  ready(): this {
    this.tellClock();
    this.tellBalances();
    this.tellSurvey();
    return this;
  }

  /** The account as a survey shows it. Without changes it shows nothing of mtrade. */
  tellSurvey(changes: Partial<Omit<Survey, 'type'>> = {}): void {
    const nowMs = this.clock.epochMs();
    this.cycler.laneEvent({
      askedMs: nowMs,
      fromMs: 0 as EpochMs,
      toMs: null,
      startedAtMs: nowMs,
      openOrders: { rows: [], missing: null },
      stops: { rows: [], missing: null },
      trades: { rows: [], missing: null },
      ...changes,
      type: 'surveyed',
    });
  }

  tellClock(errorMs = 20): void {
    this.cycler.laneEvent({
      type: 'clock',
      exchangeMinusMono: this.clock.wall - this.clock.now,
      errorMs,
      measuredMono: this.clock.now,
    });
  }

  tellBalances(requestedMono = this.clock.now): void {
    const balances = Object.fromEntries(
      [...this.exchange.balances].map(([coin, amount]) => [coin, { available: text(amount), locked: '0' }]),
    );
    this.cycler.laneEvent({ type: 'balances', requestedMono, balances });
  }

  tick(symbol: string, bid: string, ask: string): void {
    this.reactor.onTick({
      symbol,
      bid: scaledPrice(bid),
      ask: scaledPrice(ask),
      last: null,
      asks: null,
      exchangeMs: this.clock.wall,
      receivedMono: this.clock.now,
    });
  }

  turn(times = 1): void {
    for (let i = 0; i < times; i += 1) this.cycler.doWork();
  }

  /** A price, enough time for every debounce, and a turn for every pair. */
  pass(symbol: string, bid: string, ask: string): void {
    this.clock.advance(200);
    this.tick(symbol, bid, ask);
    this.turn(this.symbols.length);
  }

  pair(symbol = ETH): PairState {
    const found = this.store.queries.pairs().find((pair) => pair.symbol === symbol);
    if (!found) throw new Error(`no books for ${symbol}`);
    return found;
  }

  get orders(): OrderRequest[] {
    return this.requests.flatMap((request) => (request.type === 'place' ? [request.order] : []));
  }

  ordersOf(symbol: string): OrderRequest[] {
    return this.orders.filter((order) => order.symbol === symbol);
  }

  get lastOrder(): OrderRequest {
    const order = this.orders.at(-1);
    if (!order) throw new Error('no order was sent');
    return order;
  }

  requestsOf<T extends LaneRequest['type']>(type: T): Extract<LaneRequest, { type: T }>[] {
    return this.requests.filter(
      (request): request is Extract<LaneRequest, { type: T }> => request.type === type,
    );
  }

  /** The exchange executes the newest order and the engine hears all of it. */
  trade(execution: Execution, request = this.lastOrder): TestOrder {
    const order = this.exchange.execute(request, execution);
    this.cycler.laneEvent(say.acked(order));
    this.cycler.laneEvent(say.settled(order));
    return order;
  }

  /** Start buy at `at`, filled, with fresh balances: the pair is active. */
  activate(symbol = ETH, at = '100', fee = '0'): void {
    this.pass(symbol, at, at);
    this.trade({ at, fee });
    this.settleAccount();
  }

  /** Balances that were asked for well after everything that has happened. */
  settleAccount(): void {
    this.clock.advance(4_000);
    this.tellBalances();
  }

  command(command: OperatorCommand): Record<string, unknown> {
    const reply = this.ask({ type: 'command', command });
    if ('error' in reply) throw Object.assign(new Error(reply.error.message), { code: reply.error.code });
    return reply.result as Record<string, unknown>;
  }

  view(): EngineView {
    const reply = this.ask({ type: 'view' });
    if ('error' in reply) throw new Error(reply.error.message);
    return reply.result as EngineView;
  }

  ask(question: { type: 'view' } | { type: 'command'; command: OperatorCommand }) {
    this.#questions += 1;
    const id = this.#questions;
    this.cycler.request({ ...question, id });
    const reply = this.replies.find((one) => one.type === 'reply' && one.id === id);
    if (reply?.type !== 'reply') throw new Error('not answered');
    return reply;
  }

  events(): string[] {
    return this.replies.flatMap((reply) => (reply.type === 'journal' ? [reply.event] : []));
  }

  counter(name: Parameters<Board['counters']['read']>[0]): number {
    return this.board.counters.read(name);
  }

  /** For a test that makes many worlds; what was sent without a right fails the test all the same. */
  dispose(): void {
    this.#isDisposed = true;
    this.#reader?.close();
    this.store.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #end(): void {
    try {
      // Whatever a test has done to the books, their reports are what their trades make.
      if (!this.#isDisposed) reportsAddUp(this.path);
    } finally {
      if (!this.#isDisposed) this.dispose();
    }
    if (this.broken.length > 0)
      throw new Error(`promises broken on the way to the order thread: ${this.broken.join('; ')}`);
  }

  /** The order thread's inbox. What it may send must be in the books, as another connection sees them (I2, I3). */
  #take(request: LaneRequest): void {
    if (request.type === 'place') this.#withheld.set(request.ticket, request);
    else this.requests.push(request);
  }

  /** An order is in the inbox from the moment in which the gate says that its intent is committed. */
  #boardOfCycler(): Board {
    const { commitGate } = this.board;
    const gate: Pick<CommitGate, keyof CommitGate> = {
      open: () => commitGate.open(),
      commit: (ticket) => {
        const isFirst = commitGate.commit(ticket);
        const request = this.#withheld.get(ticket);
        if (isFirst && request) this.#permit(request);
        return isFirst;
      },
      withdraw: (ticket) => commitGate.withdraw(ticket),
      withdrawAll: () => commitGate.withdrawAll(),
      verdict: (ticket) => commitGate.verdict(ticket),
      wait: (ticket) => commitGate.verdict(ticket),
    };
    const indexOf = (symbol: string): number => this.board.indexOf(symbol);
    return Object.assign(Object.create(this.board), { commitGate: gate, indexOf }) as Board;
  }

  #permit(request: Extract<LaneRequest, { type: 'place' }>): void {
    const { clientOrderId, intentId } = request.order;
    const row = this.#reader?.intents({ limit: 1_000_000 }).find((intent) => intent.id === intentId);
    if (row?.clientOrderId !== clientOrderId || row.state !== 'SUBMITTED')
      this.broken.push(`${clientOrderId} is sent without a committed row`);
    if (this.orders.some((order) => order.clientOrderId === clientOrderId))
      this.broken.push(`${clientOrderId} is sent twice`);
    this.requests.push(request);
  }
}

export function scaledPrice(plain: string): ScaledPrice {
  const [whole = '', fraction = ''] = plain.split('.');
  return { mantissa: Number(whole + fraction), decimals: fraction.length };
}
