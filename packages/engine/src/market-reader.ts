import type { MonoMs } from '@mtrade/base';
import { type Board, emptyPriceCell, emptyTriggerCell, type PriceCell } from '@mtrade/board';
import { type Price, scaled } from '@mtrade/money';
import type { MarketView } from '@mtrade/cycle';
import type { ExchangeClock } from './exchange-clock.js';
import { frameAgeMs } from './frame-age.js';

const NOTHING_KNOWN: MarketView = {
  bid: null,
  ask: null,
  levelAsk: null,
  askLevel: 1,
  last: null,
  ageMs: Number.POSITIVE_INFINITY,
  levelAgeMs: Number.POSITIVE_INFINITY,
  isBelieved: false,
};

/** Reads a pair's prices out of shared memory as exact decimals. */
export class MarketReader {
  readonly #board: Board;
  readonly #exchangeClock: ExchangeClock;
  readonly #cell = emptyPriceCell();
  readonly #probe = emptyPriceCell();
  readonly #triggers = emptyTriggerCell();
  readonly #levelTimes = { exchangeMs: 0, receivedMono: 0 };

  constructor(board: Board, exchangeClock: ExchangeClock) {
    this.#board = board;
    this.#exchangeClock = exchangeClock;
  }

  view(pair: number, nowMono: MonoMs): MarketView {
    const cell = this.#cell;
    if (!this.#board.prices.read(pair, cell)) {
      Object.assign(cell, emptyPriceCell());
      return NOTHING_KNOWN;
    }
    const level = this.#levelTimes;
    level.exchangeMs = cell.levelExchangeMs;
    level.receivedMono = cell.levelReceivedMono;
    return {
      bid: exact(cell.bidMantissa, cell.bidDecimals),
      ask: exact(cell.askMantissa, cell.askDecimals),
      levelAsk: exact(cell.levelAskMantissa, cell.levelAskDecimals),
      askLevel: cell.askLevel,
      last: exact(cell.lastMantissa, cell.lastDecimals),
      ageMs: frameAgeMs(cell, this.#exchangeClock, nowMono),
      levelAgeMs: frameAgeMs(level, this.#exchangeClock, nowMono),
      isBelieved: cell.suspectSinceMono < 0,
    };
  }

  /**
   * `ageMs` of the view alone, infinite when nothing is known; what else lies in the cell is then told by `hasBid`,
   * `isBelieved` and `isRest`. For looks at all pairs, which need no exact decimals.
   */
  ageMs(pair: number, nowMono: MonoMs): number {
    const cell = this.#cell;
    if (this.#board.prices.read(pair, cell)) return frameAgeMs(cell, this.#exchangeClock, nowMono);
    Object.assign(cell, emptyPriceCell());
    return Number.POSITIVE_INFINITY;
  }

  /** Count of the publications of the pair's prices: unchanged means that no frame came in between. */
  version(pair: number): number {
    return this.#board.prices.read(pair, this.#probe) ? this.#probe.version : 0;
  }

  /** False when the exchange's book has nobody who buys. */
  get hasBid(): boolean {
    return this.#cell.bidMantissa > 0;
  }

  /** False while a jump of the price waits to be confirmed. */
  get isBelieved(): boolean {
    return this.#cell.suspectSinceMono < 0;
  }

  /** The prices behind the last `view` as they lie in the cell. */
  get best(): Readonly<PriceCell> {
    return this.#cell;
  }

  /** True when they were asked for over REST. */
  get isRest(): boolean {
    return this.#cell.isRest;
  }

  /** The level of the book that the pair's next row looks at, 1 when nothing is armed. */
  armedLevel(pair: number): number {
    this.#board.triggers.read(pair, this.#triggers);
    return this.#triggers.askLevel;
  }

  /** Monotonic time of the frame behind the last `view`. */
  get receivedMono(): number {
    return this.#cell.receivedMono;
  }
}

/** An empty side of a book is no price, however it is written. */
const exact = (mantissa: number, decimals: number): Price | null =>
  mantissa > 0 ? (scaled(mantissa, decimals) as Price) : null;
