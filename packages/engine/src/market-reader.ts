import type { MonoMs } from '@mtrade/base';
import { type Board, emptyPriceCell } from '@mtrade/board';
import { type Price, scaled } from '@mtrade/money';
import type { MarketView } from '@mtrade/cycle';

const NOTHING_KNOWN: MarketView = {
  bid: null,
  ask: null,
  levelAsk: null,
  askLevel: 1,
  last: null,
  ageMs: Number.POSITIVE_INFINITY,
};

/** Reads a pair's prices out of shared memory as exact decimals. */
export class MarketReader {
  readonly #board: Board;
  readonly #cell = emptyPriceCell();
  readonly #probe = emptyPriceCell();

  constructor(board: Board) {
    this.#board = board;
  }

  view(pair: number, nowMono: MonoMs): MarketView {
    const cell = this.#cell;
    if (!this.#board.prices.read(pair, cell)) {
      Object.assign(cell, emptyPriceCell());
      return NOTHING_KNOWN;
    }
    return {
      bid: exact(cell.bidMantissa, cell.bidDecimals),
      ask: exact(cell.askMantissa, cell.askDecimals),
      levelAsk: exact(cell.levelAskMantissa, cell.levelAskDecimals),
      askLevel: cell.askLevel,
      last: exact(cell.lastMantissa, cell.lastDecimals),
      ageMs: Math.max(0, nowMono - cell.receivedMono),
    };
  }

  /** Count of the publications of the pair's prices: unchanged means that no frame came in between. */
  version(pair: number): number {
    return this.#board.prices.read(pair, this.#probe) ? this.#probe.version : 0;
  }

  /** Monotonic time of the frame behind the last `view`. */
  get receivedMono(): number {
    return this.#cell.receivedMono;
  }
}

/** An empty side of a book is no price, however it is written. */
const exact = (mantissa: number, decimals: number): Price | null =>
  mantissa > 0 ? (scaled(mantissa, decimals) as Price) : null;
