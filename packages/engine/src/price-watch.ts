import type { MonoMs } from '@mtrade/base';
import type { EngineContext, PairMemory } from './context.js';
import { MarketReader } from './market-reader.js';
import type { LaneEvent, RestPrice } from './ports/index.js';

const LOOK_EVERY_MS = 500;
/** Between two questions, while they are answered; a price from REST is never older than two of them. */
const ASK_EVERY_MS = 2_000;
/** After questions without any answer the pause doubles up to this. */
const ASK_LIMIT_MS = 30_000;
/** A question that has not come back by then is asked again: the order thread may have died. */
const GIVE_UP_MS = 15_000;
/** Up to so many pairs are asked for one by one, with the exchange's own time; more in one call for all. */
const MOST_BOOKS = 4;

/**
 * Asks for the price of a pair whose stream is silent or whose price is not believed (W03, W17), at a modest pace and
 * inside the rate budget. The answer takes the way of every price, through the reactor into the cell, and is as old as
 * its own time says. A pair is called blind when the exchange has another price than its stream has told, so that one
 * whose market merely sleeps is not.
 */
export class PriceWatch {
  readonly #context: EngineContext;
  readonly #market: MarketReader;
  #lookMono = Number.NEGATIVE_INFINITY;
  #askMono = Number.NEGATIVE_INFINITY;
  #askedUntilMono: number | null = null;
  #failures = 0;
  /** Where the next round of books begins, when more pairs want one than one question has room for. */
  #turn = 0;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#market = new MarketReader(context.board, context.exchangeClock);
  }

  tick(): void {
    const nowMono = this.#context.clock.monoMs();
    if (nowMono - this.#lookMono < LOOK_EVERY_MS) return;
    this.#lookMono = nowMono;
    const wanted = this.#context.symbols.filter((symbol) => this.#wantsPrice(symbol, nowMono));
    if (wanted.length === 0 || this.#isWaiting(nowMono)) return;
    this.#ask(wanted, nowMono);
  }

  answered({ prices, receivedMono, reason }: Extract<LaneEvent, { type: 'prices' }>): void {
    const { log, restPrice } = this.#context;
    this.#askedUntilMono = null;
    this.#failures = prices.length > 0 ? 0 : this.#failures + 1;
    if (reason !== null) log.warn({ reason, failures: this.#failures }, 'prices could not be read over REST');
    for (const price of prices) {
      this.#judge(price);
      restPrice({ ...price, last: null, receivedMono, isRest: true });
    }
  }

  /** A price that REST has given is renewed while the stream stays silent. */
  #wantsPrice(symbol: string, nowMono: MonoMs): boolean {
    const { books, pairs, options } = this.#context;
    const memory = pairs.get(symbol) as PairMemory;
    const { permitted, cycle } = books.pair(symbol);
    if (!permitted && cycle === null) return false;
    const ageMs = this.#market.ageMs(memory.index, nowMono);
    // At the start the stream gets its time to begin.
    if (!this.#market.hasBid) return nowMono - memory.bornMono >= options.staleAfterMs;
    const isFresh = ageMs < (this.#market.isRest ? ASK_EVERY_MS : options.staleAfterMs);
    if (isFresh && !this.#market.isRest) memory.blind = null;
    return !isFresh || !this.#market.isBelieved;
  }

  #isWaiting(nowMono: MonoMs): boolean {
    if (this.#askedUntilMono !== null && nowMono < this.#askedUntilMono) return true;
    const pauseMs = Math.min(ASK_LIMIT_MS, ASK_EVERY_MS * 2 ** Math.min(this.#failures, 10));
    return nowMono - this.#askMono < pauseMs;
  }

  #ask(wanted: readonly string[], nowMono: MonoMs): void {
    const { budget, lane } = this.#context;
    const isFew = wanted.length <= MOST_BOOKS;
    const deep = isFew ? wanted : wanted.filter((symbol) => this.#depthOf(symbol) > 1);
    const first = this.#turn % Math.max(1, deep.length);
    const books = [...deep.slice(first), ...deep.slice(0, first)]
      .slice(0, MOST_BOOKS)
      .map((symbol) => ({ symbol, depth: this.#depthOf(symbol) }));
    const tickers = isFew ? [] : wanted.filter((symbol) => !books.some((book) => book.symbol === symbol));
    const cost = books.length + (tickers.length > 0 ? 1 : 0);
    if (!budget.allows(nowMono, cost)) return;
    budget.take(nowMono, cost);
    this.#turn += books.length;
    this.#askMono = nowMono;
    this.#askedUntilMono = nowMono + GIVE_UP_MS;
    lane.request({ type: 'refresh-prices', books, tickers });
  }

  /** The level of the book that the pair's next row looks at, as it is armed for the reactor. */
  #depthOf(symbol: string): number {
    return this.#market.armedLevel((this.#context.pairs.get(symbol) as PairMemory).index);
  }

  /** Before the answer is taken: does it say what the stream said last? */
  #judge({ symbol, bid, ask }: RestPrice): void {
    const { pairs, clock, options, log } = this.#context;
    const memory = pairs.get(symbol);
    if (!memory || memory.blind !== null || bid === null || ask === null) return;
    const view = this.#market.view(memory.index, clock.monoMs());
    const isSilent = this.#market.isRest || !(view.ageMs < options.staleAfterMs);
    const stream = this.#market.best;
    const isSame =
      bid.mantissa === stream.bidMantissa &&
      bid.decimals === stream.bidDecimals &&
      ask.mantissa === stream.askMantissa &&
      ask.decimals === stream.askDecimals;
    if (!isSilent || isSame) return;
    memory.blind =
      view.bid === null ? 'its stream has brought no price' : 'its stream is silent, but its market moves';
    log.warn({ symbol, reason: memory.blind }, 'a pair is blind: its prices are asked for over REST');
  }
}
