import type { Clock } from '@mtrade/base';
import { type Board, emptyPriceCell, emptyTriggerCell, type PriceCell } from '@mtrade/board';
import type { ScaledPrice, Tick } from './ports.js';

export interface ReactorOptions {
  /** Updates of one pair closer together than this are thinned, unless one crosses an armed trigger. */
  readonly debounceMs: number;
}

export interface ReactorDeps {
  readonly board: Board;
  readonly clock: Clock;
}

const UNKNOWN = -1;

/**
 * Turns price ticks into shared memory and, when they may matter, into an urgent entry for the cycler. No database, no
 * orders, no decision: a crossing is a hint that the cycler checks exactly.
 *
 * Every tick is counted once more after `reactor_updates`, in exactly one of: `reactor_unchanged`, `reactor_debounced`,
 * `reactor_queued` or `urgent_full`. What the feed drops (malformed, stale) never gets here and is counted apart.
 */
export class Reactor {
  readonly #options: ReactorOptions;
  readonly #board: Board;
  readonly #clock: Clock;
  // One cell is reused for every tick: the hot path allocates nothing.
  readonly #cell: PriceCell = emptyPriceCell();
  readonly #triggers = emptyTriggerCell();

  constructor(options: ReactorOptions, deps: ReactorDeps) {
    this.#options = options;
    this.#board = deps.board;
    this.#clock = deps.clock;
  }

  onTick(tick: Tick): void {
    const { counters, prices, slots, urgent, triggers } = this.#board;
    const pair = this.#board.indexOf(tick.symbol);
    if (pair < 0) return;
    counters.increment('reactor_updates');

    const cell = this.#cell;
    const known = prices.read(pair, cell);
    // The age of a price is the age of its bid and ask: a last trade says nothing about what one could buy at now.
    const isBook = tick.bid !== null || tick.ask !== null;
    triggers.read(pair, this.#triggers);
    const changed = this.#merge(tick, known);
    if (known && !changed) {
      if (isBook) prices.touch(pair, cell.exchangeMs, tick.receivedMono);
      counters.increment('reactor_unchanged');
      return;
    }
    if (isBook) cell.receivedMono = tick.receivedMono;
    prices.write(pair, cell);
    if (!isBook && tick.asks === null) {
      // No rule looks at the last trade: it is shown, and wakes nobody.
      counters.increment('reactor_unchanged');
      return;
    }

    // Read again, now that the price can be seen: what the cycler arms later it holds against this price itself.
    triggers.read(pair, this.#triggers);
    if (this.#crosses()) return this.#pushCrossing(pair);
    if (slots.elapsedMs(pair, this.#clock.monoMs()) < this.#options.debounceMs) {
      counters.increment('reactor_debounced');
      return;
    }
    const pushed = urgent.push(pair, false);
    if (pushed === 'queued') {
      counters.increment('reactor_queued');
      this.#board.cyclerWake.notify();
    } else if (pushed === 'coalesced') {
      counters.increment('reactor_debounced');
    } else {
      counters.increment('urgent_skipped');
      counters.increment('urgent_full');
    }
  }

  /**
   * A crossing goes to the head of the queue. While the pair is being processed it is marked dirty too, so that the
   * cycler serves it right after: whatever the two threads interleave, one of the two marks is seen.
   */
  #pushCrossing(pair: number): void {
    const { counters, slots, urgent } = this.#board;
    slots.markDirty(pair);
    const pushed = urgent.push(pair, true);
    if (pushed === 'full') {
      counters.increment('urgent_skipped');
      counters.increment('urgent_full');
    } else {
      counters.increment(pushed === 'queued' ? 'reactor_queued' : 'reactor_debounced');
    }
    this.#board.cyclerWake.notify();
  }

  /** Merges the tick into the reused cell; true when a price differs. */
  #merge(tick: Tick, known: boolean): boolean {
    const cell = this.#cell;
    if (!known) Object.assign(cell, emptyPriceCell());
    let changed = !known;
    if (tick.bid && (tick.bid.mantissa !== cell.bidMantissa || tick.bid.decimals !== cell.bidDecimals)) {
      cell.bidMantissa = tick.bid.mantissa;
      cell.bidDecimals = tick.bid.decimals;
      changed = true;
    }
    if (tick.ask && (tick.ask.mantissa !== cell.askMantissa || tick.ask.decimals !== cell.askDecimals)) {
      cell.askMantissa = tick.ask.mantissa;
      cell.askDecimals = tick.ask.decimals;
      changed = true;
    }
    if (tick.last && (tick.last.mantissa !== cell.lastMantissa || tick.last.decimals !== cell.lastDecimals)) {
      cell.lastMantissa = tick.last.mantissa;
      cell.lastDecimals = tick.last.decimals;
      changed = true;
    }
    if (tick.asks && this.#mergeLevel(tick.asks)) changed = true;
    cell.exchangeMs = Math.max(cell.exchangeMs, tick.exchangeMs);
    return changed;
  }

  /** Keeps the ask at the level that the pair's next row looks at; which one that is, the cycler has armed. */
  #mergeLevel(asks: readonly ScaledPrice[]): boolean {
    const cell = this.#cell;
    const level = this.#triggers.askLevel;
    const price = asks[level - 1];
    const mantissa = price?.mantissa ?? UNKNOWN;
    const decimals = price?.decimals ?? 0;
    if (cell.askLevel === level && cell.levelAskMantissa === mantissa && cell.levelAskDecimals === decimals)
      return false;
    cell.askLevel = level;
    cell.levelAskMantissa = mantissa;
    cell.levelAskDecimals = decimals;
    return true;
  }

  /** Two comparisons of doubles. Triggers are rounded outward, so this can be too eager and never too late. */
  #crosses(): boolean {
    const cell = this.#cell;
    const { buyAtOrBelow, sellAtOrAbove, askLevel } = this.#triggers;
    if (cell.bidMantissa > 0 && cell.bidMantissa / 10 ** cell.bidDecimals >= sellAtOrAbove) return true;
    if (askLevel <= 1)
      return cell.askMantissa > 0 && cell.askMantissa / 10 ** cell.askDecimals <= buyAtOrBelow;
    return (
      cell.askLevel === askLevel &&
      cell.levelAskMantissa > 0 &&
      cell.levelAskMantissa / 10 ** cell.levelAskDecimals <= buyAtOrBelow
    );
  }
}
