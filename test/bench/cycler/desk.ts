import { join } from 'node:path';
import { type Clock, type EpochMs, type MonoMs, systemClock } from '@mtrade/base';
import { type Board, createBoard } from '@mtrade/board';
import { ladderParams, marketRules } from '@mtrade/cycle/testing';
import {
  type ChangeSet,
  Cycler,
  type LaneEvent,
  type LaneRequest,
  type OrderRequest,
  Reactor,
} from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { openStore, type Store } from '@mtrade/store';

const PARAMS = ladderParams({ baseOrder: '10', stepPct: '1', volumeMode: 'fixed' });

const ENGINE = {
  debounceMs: 100,
  maxUrgentPerCycle: 5,
  staleAfterMs: 60_000,
  sellWhenForbidden: true,
  orderExpiryMs: 3_000,
  requestDeadlineMs: 5_000,
};

/** Real time, and as much more as is skipped: the budget of requests fills without waiting. */
class SkippingClock implements Clock {
  #skippedMs = 0;
  readonly epochMs = (): EpochMs => (systemClock.epochMs() + this.#skippedMs) as EpochMs;
  readonly monoMs = (): MonoMs => (systemClock.monoMs() + this.#skippedMs) as MonoMs;

  skip(ms: number): void {
    this.#skippedMs += ms;
  }
}

/** Two orders' worth of the request budget. */
const PER_ORDER_MS = 500;

/** The engine's cycler over real books and a real board in this thread, with an exchange that fills all at 100. */
export class Desk {
  readonly board: Board;
  readonly cycler: Cycler;
  readonly store: Store;
  readonly #clock = new SkippingClock();
  readonly #reactor: Reactor;
  readonly #asked: LaneRequest[] = [];
  #orders = 0;

  /** `onCommit` hears how long each commit took, ms. */
  constructor(
    symbols: readonly string[],
    directory: string,
    onCommit: (change: ChangeSet, ms: number) => void = () => undefined,
  ) {
    this.board = createBoard({ symbols, urgentCapacity: symbols.length });
    this.#reactor = new Reactor({ ...ENGINE, maxJumpPct: 30 }, { board: this.board, clock: this.#clock });
    this.store = openStore(
      {
        path: join(directory, 'mtrade.db'),
        mode: 'paper',
        exchange: 'gate',
        account: 'bench',
        growWal: true,
      },
      { clock: this.#clock },
    );
    this.store.ensurePairs(symbols.map((symbol) => ({ symbol, permitted: true })));
    const commit = (change: ChangeSet): void => {
      const beganMs = performance.now();
      this.store.commit(change);
      onCommit(change, performance.now() - beganMs);
    };
    this.cycler = new Cycler(
      {
        ...ENGINE,
        maxStopOuts: 3,
        generation: 1,
        pairs: symbols.map((symbol) => ({ symbol, params: PARAMS })),
        rules: symbols.map((symbol) => marketRules(symbol)),
      },
      {
        board: this.board,
        store: { ...this.store, commit },
        clock: this.#clock,
        log: silentLogger,
        lane: { request: (request) => void this.#asked.push(request), giveWay: () => undefined },
        restPrice: () => undefined,
        reply: () => undefined,
      },
    );
  }

  /** The pair's start buy, from its price to its booked trade. */
  buy(symbol: string): void {
    this.#clock.skip(PER_ORDER_MS);
    if (this.#orders === 0) this.#introduce();
    const before = this.#orders;
    this.tick(symbol, 10_000);
    this.cycler.doWork();
    this.#answer();
    this.cycler.doWork();
    if (this.#orders !== before + 1) throw new Error(`${symbol} has not bought`);
  }

  /** Bid and ask in hundredths of the quote coin, a tick apart. */
  tick(symbol: string, askTicks: number): void {
    this.#reactor.onTick({
      symbol,
      bid: { mantissa: askTicks - 1, decimals: 2 },
      ask: { mantissa: askTicks, decimals: 2 },
      last: null,
      asks: null,
      exchangeMs: this.#clock.epochMs(),
      receivedMono: this.#clock.monoMs(),
    });
  }

  close(): void {
    this.store.close();
  }

  /** What every engine learns first: the exchange's clock, the account, and that nothing of ours is on it. */
  #introduce(): void {
    const nowMs = this.#clock.epochMs();
    this.cycler.laneEvent({
      type: 'clock',
      exchangeMinusMono: nowMs - this.#clock.monoMs(),
      errorMs: 1,
      measuredMono: this.#clock.monoMs(),
    });
    this.cycler.laneEvent({
      type: 'surveyed',
      askedMs: nowMs,
      fromMs: 0 as EpochMs,
      toMs: null,
      startedAtMs: nowMs,
      openOrders: { rows: [], missing: null },
      stops: { rows: [], missing: null },
      trades: { rows: [], missing: null },
    });
    this.#tellBalances();
  }

  #tellBalances(): void {
    this.cycler.laneEvent({
      type: 'balances',
      requestedMono: this.#clock.monoMs(),
      balances: { USDT: { available: '1000000', locked: '0' } },
    });
  }

  #answer(): void {
    for (const request of this.#asked.splice(0)) {
      if (request.type === 'place')
        for (const event of this.#filled(request.order)) this.cycler.laneEvent(event);
      if (request.type === 'refresh-balances') this.#tellBalances();
    }
  }

  /** Every order of this desk is a start buy: quote 10 at a price of 100. */
  #filled({ intentId, symbol, side }: OrderRequest): readonly LaneEvent[] {
    this.#orders += 1;
    const whole = {
      exchangeOrderId: `x${this.#orders}`,
      finishAs: 'filled',
      filledBase: '0.1',
      filledQuote: '10',
    };
    const fill = {
      tradeId: `t${this.#orders}`,
      symbol,
      side,
      baseAmount: '0.1',
      price: '100',
      fee: '0',
      feeCoin: symbol.split('/')[0] ?? '',
      role: 'taker',
      epochMs: this.#clock.epochMs(),
    } as const;
    const times = { pickedMono: 0, signedMono: null, sentMono: null, answeredMono: 0 };
    return [
      { type: 'placed', intentId, outcome: { ...whole, type: 'acked', finished: true }, times },
      { type: 'settled', intentId, ...whole, fills: [fill] },
    ];
  }
}
