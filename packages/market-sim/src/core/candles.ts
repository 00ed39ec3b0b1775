import { type Decimal, ZERO, text } from '@mtrade/money';
import type { Candle, PairSpec, Ticker } from './types.js';
import { unitsText } from './units.js';

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 1_440;

interface Minute {
  readonly openMs: number;
  readonly open: number;
  high: number;
  low: number;
  close: number;
  baseVolume: Decimal;
  quoteVolume: Decimal;
}

/** The closed minutes of the last day summed up, so that a ticker costs no walk over the day. */
interface ClosedDay {
  /** Start of the minute this was computed in. */
  readonly forMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly baseVolume: Decimal;
  readonly quoteVolume: Decimal;
}

/** One-minute candles of the last day, in ticks; volumes are the users' own trades. Four comparisons per quote. */
export class CandleBook {
  readonly #spec: PairSpec;
  #minutes: Minute[] = [];
  #closedDay: ClosedDay | null = null;

  constructor(spec: PairSpec) {
    this.#spec = spec;
  }

  /** Null before the first price. */
  get lastTicks(): number | null {
    return this.#minutes.at(-1)?.close ?? null;
  }

  onPrice(ticks: number, nowMs: number): void {
    const running = this.#minutes.at(-1);
    if (running !== undefined && nowMs < running.openMs + MINUTE_MS) {
      if (ticks > running.high) running.high = ticks;
      if (ticks < running.low) running.low = ticks;
      running.close = ticks;
      return;
    }
    this.#minutes.push({
      openMs: nowMs - (nowMs % MINUTE_MS),
      open: ticks,
      high: ticks,
      low: ticks,
      close: ticks,
      baseVolume: ZERO,
      quoteVolume: ZERO,
    });
    // Trimmed in one go once in a while, so that a minute does not cost a copy of the day.
    if (this.#minutes.length > KEPT_MINUTES + 240) this.#minutes = this.#minutes.slice(-KEPT_MINUTES);
  }

  onVolume(base: Decimal, quote: Decimal): void {
    const running = this.#minutes.at(-1);
    if (running === undefined) return;
    running.baseVolume = running.baseVolume.plus(base);
    running.quoteVolume = running.quoteVolume.plus(quote);
  }

  candles(intervalMs: number, fromMs: number, toMs: number, nowMs: number): readonly Candle[] {
    const groups = new Map<number, Minute[]>();
    for (const minute of this.#minutes) {
      const openMs = minute.openMs - (minute.openMs % intervalMs);
      if (openMs < fromMs || openMs > toMs) continue;
      const group = groups.get(openMs);
      if (group === undefined) groups.set(openMs, [minute]);
      else group.push(minute);
    }
    return [...groups].map(([openMs, group]) => this.#candle(openMs, group, openMs + intervalMs <= nowMs));
  }

  /** Best prices are 0 and Infinity for an empty side. */
  ticker(bid: number, ask: number, nowMs: number): Ticker | null {
    const running = this.#minutes.at(-1);
    if (running === undefined) return null;
    const day = this.#dayBefore(running, nowMs - (nowMs % MINUTE_MS));
    const decimals = this.#spec.priceDecimals;
    const last = running.close;
    return {
      symbol: this.#spec.symbol,
      last: unitsText(last, decimals),
      lowestAsk: ask === Infinity ? '' : unitsText(ask, decimals),
      highestBid: bid === 0 ? '' : unitsText(bid, decimals),
      changePct: (((last - day.open) / day.open) * 100).toFixed(2),
      high24h: unitsText(Math.max(day.high, running.high), decimals),
      low24h: unitsText(Math.min(day.low, running.low), decimals),
      baseVolume: text(day.baseVolume.plus(running.baseVolume)),
      quoteVolume: text(day.quoteVolume.plus(running.quoteVolume)),
    };
  }

  #dayBefore(running: Minute, minuteMs: number): ClosedDay {
    if (this.#closedDay?.forMs === minuteMs) return this.#closedDay;
    const oldestMs = minuteMs - KEPT_MINUTES * MINUTE_MS;
    const closed = this.#minutes.filter((minute) => minute !== running && minute.openMs > oldestMs);
    let [high, low] = [running.high, running.low];
    let [baseVolume, quoteVolume] = [ZERO, ZERO];
    for (const minute of closed) {
      high = Math.max(high, minute.high);
      low = Math.min(low, minute.low);
      baseVolume = baseVolume.plus(minute.baseVolume);
      quoteVolume = quoteVolume.plus(minute.quoteVolume);
    }
    const open = closed[0]?.open ?? running.open;
    this.#closedDay = { forMs: minuteMs, open, high, low, baseVolume, quoteVolume };
    return this.#closedDay;
  }

  #candle(openMs: number, minutes: readonly Minute[], closed: boolean): Candle {
    const decimals = this.#spec.priceDecimals;
    const first = minutes[0];
    const last = minutes.at(-1);
    return {
      openMs,
      open: unitsText(first?.open ?? 0, decimals),
      high: unitsText(Math.max(...minutes.map((minute) => minute.high)), decimals),
      low: unitsText(Math.min(...minutes.map((minute) => minute.low)), decimals),
      close: unitsText(last?.close ?? 0, decimals),
      baseVolume: text(minutes.reduce((sum, minute) => sum.plus(minute.baseVolume), ZERO)),
      quoteVolume: text(minutes.reduce((sum, minute) => sum.plus(minute.quoteVolume), ZERO)),
      closed,
    };
  }
}
