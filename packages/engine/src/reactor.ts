import type { Clock, MonoMs } from '@mtrade/base';
import {
  type Board,
  type ClockReading,
  emptyPriceCell,
  emptyTriggerCell,
  type PriceCell,
} from '@mtrade/board';
import { ExchangeClock } from './exchange-clock.js';
import { frameAgeMs } from './frame-age.js';
import type { ScaledPrice, Tick } from './ports/index.js';
import { PriceBand } from './price-band.js';

export interface ReactorOptions {
  /** Updates of one pair closer together than this are thinned, unless one crosses an armed trigger. */
  readonly debounceMs: number;
  /** A frame that is older than this when it comes is dropped. */
  readonly staleAfterMs: number;
  /** How far a price may jump and be believed at once, in per cent. */
  readonly maxJumpPct: number;
}

export interface ReactorDeps {
  readonly board: Board;
  readonly clock: Clock;
}

const UNKNOWN = -1;
/** A pair that waits for nothing but its levels is looked at once in so many debounce windows while its price moves. */
export const PATIENT_WINDOWS = 10;
/** The exchange's clock is measured every minute or so. */
const CLOCK_READ_EVERY_MS = 1_000;

/**
 * Turns price ticks into shared memory and, when they may matter, into an urgent entry for the cycler. No database, no
 * orders, no decision: a crossing is a hint that the cycler checks exactly.
 *
 * Every tick is counted once more after `reactor_updates`, in exactly one of: `reactor_unchanged`, `reactor_debounced`,
 * `reactor_queued` or `urgent_full`. What is dropped (malformed, out of order, too late) is counted apart and before.
 */
export class Reactor {
  readonly #options: ReactorOptions;
  readonly #board: Board;
  readonly #clock: Clock;
  // One cell is reused for every tick: the hot path allocates nothing.
  readonly #cell: PriceCell = emptyPriceCell();
  readonly #triggers = emptyTriggerCell();
  readonly #band: PriceBand;
  readonly #exchangeClock = new ExchangeClock();
  readonly #clockReading: ClockReading = { exchangeMinusMono: 0, errorMs: 0, measuredMono: 0 };
  #clockReadMono = Number.NEGATIVE_INFINITY;

  constructor(options: ReactorOptions, { board, clock }: ReactorDeps) {
    this.#options = options;
    this.#board = board;
    this.#clock = clock;
    this.#band = new PriceBand(board.symbols.length, options);
    const cell = this.#cell;
    for (const pair of board.symbols.keys())
      if (board.prices.read(pair, cell) && cell.bidMantissa > 0 && cell.askMantissa > 0)
        this.#band.recall(pair, bidOf(cell), askOf(cell), cell.suspectSinceMono);
  }

  onTick(tick: Tick): void {
    const { counters, prices, slots, urgent, triggers } = this.#board;
    const pair = this.#board.indexOf(tick.symbol);
    if (pair < 0) return;
    if (this.#isLate(tick)) return counters.increment('reactor_late');

    const cell = this.#cell;
    const known = prices.read(pair, cell);
    if (!known) Object.assign(cell, emptyPriceCell());
    // The age of a price is the age of its bid and ask: a last trade says nothing about what one could buy at now.
    const isBook = tick.bid !== null || tick.ask !== null;
    if (isBook && this.#isOvertaken(tick)) return counters.increment('reactor_stale');
    counters.increment('reactor_updates');

    triggers.read(pair, this.#triggers);
    const wasSuspect = cell.suspectSinceMono >= 0;
    const changed = this.#merge(tick) || !known;
    if (isBook) this.#stamp(tick);
    this.#judge(pair, tick, isBook);
    const isConfirmed = wasSuspect && cell.suspectSinceMono < 0;
    prices.write(pair, cell);
    if (isConfirmed) return this.#pushCrossing(pair, tick);
    // No rule looks at the last trade: it is shown, and wakes nobody.
    if (!changed || (!isBook && tick.asks === null)) return counters.increment('reactor_unchanged');

    // Read again, now that the price can be seen: what the cycler arms later it holds against this price itself.
    triggers.read(pair, this.#triggers);
    if (cell.suspectSinceMono < 0 && this.#crosses()) return this.#pushCrossing(pair, tick);
    const { isPatient } = this.#triggers;
    const windowMs = this.#options.debounceMs * (isPatient ? PATIENT_WINDOWS : 1);
    if (slots.elapsedMs(pair, this.#clock.monoMs()) < windowMs) {
      counters.increment('reactor_debounced');
      return;
    }
    const pushed = urgent.push(pair, false);
    if (pushed === 'queued') {
      counters.increment('reactor_queued');
      this.#mention(isPatient);
      this.#measure(tick);
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
  #pushCrossing(pair: number, tick: Tick): void {
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
    if (pushed === 'queued') this.#measure(tick);
  }

  /** Nobody wakes up for a pair that waits for its levels, unless others would soon find no room. */
  #mention(isPatient: boolean): void {
    const { cyclerWake, urgent } = this.#board;
    if (!isPatient) cyclerWake.mention();
    else if (urgent.depth() >= urgent.capacity / 2) cyclerWake.notify();
  }

  /** After the cycler was woken: it does not wait for the histogram. */
  #measure({ receivedMono }: Tick): void {
    this.#board.latencies.record('tick_to_queue', (this.#clock.monoMs() - receivedMono) * 1_000);
  }

  /** Held up on its way, or told again after a reconnect: what it says is over (W04). */
  #isLate(tick: Tick): boolean {
    const sinceReadMs = tick.receivedMono - this.#clockReadMono;
    if (!(sinceReadMs < CLOCK_READ_EVERY_MS) && this.#board.clock.read(this.#clockReading)) {
      const { exchangeMinusMono, errorMs, measuredMono } = this.#clockReading;
      this.#exchangeClock.update(exchangeMinusMono, errorMs, measuredMono);
      this.#clockReadMono = tick.receivedMono;
    }
    const receivedMono = tick.receivedMono as MonoMs;
    return frameAgeMs(tick, this.#exchangeClock, receivedMono) >= this.#options.staleAfterMs;
  }

  /** An answer over REST and the stream overtake each other: the older of the two says nothing new. */
  #isOvertaken(tick: Tick): boolean {
    const { isRest, exchangeMs } = this.#cell;
    return (tick.isRest === true || isRest) && tick.exchangeMs < exchangeMs;
  }

  #stamp(tick: Tick): void {
    const cell = this.#cell;
    cell.exchangeMs = tick.exchangeMs;
    cell.receivedMono = tick.receivedMono;
    cell.isRest = tick.isRest === true;
    if (cell.isRest) this.#board.counters.increment('rest_prices');
  }

  /** Puts the merged bid and ask under suspicion or believes them; a last trade may confirm them. */
  #judge(pair: number, tick: Tick, isBook: boolean): void {
    const cell = this.#cell;
    if (isBook && cell.bidMantissa > 0 && cell.askMantissa > 0) {
      const source = tick.isRest === true ? 'rest' : tick.last === null ? 'book' : 'ticker';
      const { receivedMono } = tick;
      cell.suspectSinceMono = this.#band.judge(pair, bidOf(cell), askOf(cell), source, receivedMono);
      if (cell.suspectSinceMono >= 0) this.#board.counters.increment('reactor_suspect');
    } else if (tick.last !== null && cell.suspectSinceMono >= 0) {
      cell.suspectSinceMono = this.#band.witness(pair, double(tick.last.mantissa, tick.last.decimals));
    }
  }

  /** Merges the tick into the reused cell; true when a price differs. */
  #merge(tick: Tick): boolean {
    const cell = this.#cell;
    let changed = false;
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
    if (tick.asks) {
      cell.levelExchangeMs = tick.exchangeMs;
      cell.levelReceivedMono = tick.receivedMono;
      if (this.#mergeLevel(tick.asks)) changed = true;
    }
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
    if (cell.bidMantissa > 0 && bidOf(cell) >= sellAtOrAbove) return true;
    if (askLevel <= 1) return cell.askMantissa > 0 && askOf(cell) <= buyAtOrBelow;
    return (
      cell.askLevel === askLevel &&
      cell.levelAskMantissa > 0 &&
      double(cell.levelAskMantissa, cell.levelAskDecimals) <= buyAtOrBelow
    );
  }
}

/** Decimals are a byte in the cell. */
const POWERS_OF_TEN = Float64Array.from({ length: 256 }, (_, exponent) => 10 ** exponent);
const double = (mantissa: number, decimals: number): number => mantissa / (POWERS_OF_TEN[decimals] as number);
const bidOf = (cell: PriceCell): number => double(cell.bidMantissa, cell.bidDecimals);
const askOf = (cell: PriceCell): number => double(cell.askMantissa, cell.askDecimals);
