import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '@mtrade/market-sim';
import { Pacer } from './pacer.js';
import { LadderWalk } from './ladder-prices.js';
import type { Measured, MeasurePlan } from './messages.js';
import type { OrderArrivals } from './order-arrivals.js';

const PLENTY = '1000000';
/** Every pair's price is told again this often, so that it never gets old. */
const REPEAT_MS = 1_000;
/** An order's answer, its trades and their commit take this long at most on a busy machine. */
const SETTLE_MS = 25;

type Walk = readonly [symbol: string, walk: LadderWalk];

/** Moves the prices of an exchange so that orders become due, and measures how long each takes to arrive. */
export class FrameDriver {
  readonly #exchange: Exchange;
  readonly #arrivals: OrderArrivals;
  readonly #traded: number;
  readonly #buysAgain: boolean;
  readonly #walks: readonly Walk[];
  #turn = 0;
  #loadTurn = 0;
  #isMoving = false;
  readonly #load = new Pacer(() => {
    this.#loadTurn = (this.#loadTurn + 1) % this.#walks.length;
    this.#show(this.#loadTurn, this.#isMoving);
  });
  readonly #flood = new Pacer(() => this.#show(this.#walks.length - 1, true));
  framesSent = 0;

  constructor(
    { traded, buysAgain }: { traded: number; buysAgain: boolean },
    { exchange, arrivals }: { exchange: Exchange; arrivals: OrderArrivals },
  ) {
    this.#traded = traded;
    this.#exchange = exchange;
    this.#arrivals = arrivals;
    this.#buysAgain = buysAgain;
    this.#walks = exchange.pairs.map(({ symbol }) => [symbol, new LadderWalk()]);
  }

  /** Quotes all pairs; resolves when every one of them has had its start buy, or at once when there are none. */
  async open(limitMs: number): Promise<void> {
    const before = this.#arrivals.total;
    const deadline = performance.now() + limitMs;
    for (const index of this.#walks.keys()) this.#show(index);
    if (!this.#buysAgain) return this.load(0);
    // Prices that change bring every pair into the urgent queue, also those that did not fit into it at first.
    this.load(this.#walks.length);
    while (this.#arrivals.total - before < this.#traded) {
      if (performance.now() > deadline)
        throw new Error(`only ${this.#arrivals.total - before} of ${this.#traded} start buys came`);
      await sleep(20);
    }
    this.load(0);
    await sleep(SETTLE_MS * 4);
  }

  /** Frames per second over all pairs, from now on; below one a second for each pair they are repeated at that rate. */
  load(framesPerSecond: number): void {
    this.#isMoving = framesPerSecond > 0;
    this.#load.run(Math.max(framesPerSecond, (this.#walks.length * 1_000) / REPEAT_MS));
  }

  /** Changed prices of the last pair alone. */
  flood(framesPerSecond: number): void {
    this.#flood.run(framesPerSecond);
  }

  async measure({ orders, gapMs, limitMs }: MeasurePlan): Promise<Measured> {
    const reactionsUs: number[] = [];
    let missing = 0;
    let dueMs = performance.now();
    for (let index = 0; index < orders; index += 1) {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      dueMs = Math.max(dueMs + gapMs, performance.now());
      this.#turn = (this.#turn + 1) % this.#traded;
      const { reactionUs, kind } = await this.#cross(this.#turn, limitMs);
      if (reactionUs === null) missing += 1;
      else reactionsUs.push(reactionUs);
      if (kind === 'sale' && this.#buysAgain) await this.#arrivals.next(limitMs);
      // The answer leaves in this turn of the loop or the next; the client must have read it before the next frame.
      if (gapMs === 0) await sleep(this.#traded === 1 ? SETTLE_MS : 2);
    }
    return { reactionsUs, missing };
  }

  /** The very first price of the next pair: what a fresh engine's first order takes. */
  async first(limitMs: number): Promise<Measured> {
    const arrival = this.#arrivals.next(limitMs);
    const sentMs = performance.now();
    this.#show(this.#turn);
    const arrivedMs = await arrival;
    return arrivedMs === null
      ? { reactionsUs: [], missing: 1 }
      : { reactionsUs: [(arrivedMs - sentMs) * 1_000], missing: 0 };
  }

  async #cross(index: number, limitMs: number) {
    const [, walk] = this.#walks[index] as Walk;
    const kind = walk.next();
    const arrival = this.#arrivals.next(limitMs);
    const sentMs = performance.now();
    this.#show(index);
    const arrivedMs = await arrival;
    return { kind, reactionUs: arrivedMs === null ? null : (arrivedMs - sentMs) * 1_000 };
  }

  #show(index: number, flickers = false): void {
    const [symbol, walk] = this.#walks[index] as Walk;
    const { bid, ask } = flickers ? walk.flicker() : walk.best;
    this.framesSent += 1;
    this.#exchange.setQuote(
      symbol,
      { kind: 'top', bid, ask, bidSize: PLENTY, askSize: PLENTY, last: bid },
      Date.now(),
    );
  }
}
