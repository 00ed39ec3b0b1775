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

  constructor(board: Board) {
    this.#board = board;
  }

  view(pair: number, nowMono: MonoMs): MarketView {
    const cell = this.#cell;
    if (!this.#board.prices.read(pair, cell)) return NOTHING_KNOWN;
    return {
      bid: exact(cell.bidMantissa, cell.bidDecimals),
      ask: exact(cell.askMantissa, cell.askDecimals),
      levelAsk: exact(cell.levelAskMantissa, cell.levelAskDecimals),
      askLevel: cell.askLevel,
      last: exact(cell.lastMantissa, cell.lastDecimals),
      ageMs: Math.max(0, nowMono - cell.receivedMono),
    };
  }

  /** Monotonic time of the frame behind the last `view`. */
  get receivedMono(): number {
    return this.#cell.receivedMono;
  }
}

const exact = (mantissa: number, decimals: number): Price | null =>
  mantissa < 0 ? null : (scaled(mantissa, decimals) as Price);
