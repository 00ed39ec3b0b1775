import type { MonoMs } from '@mtrade/base';
import type { EngineContext } from './context.js';
import type { LaneEventOf } from './ports/index.js';
import { rulesFromWire } from './wire.js';

/** Between two questions about rules that are not known; it doubles up to the limit. */
const FIRST_RETRY_MS = 10_000;
/** A position may lie there without its stop, or a stop near its end, until the answer comes. */
const LIMIT_HELD_MS = 60_000;
/** Nothing is at stake but a purchase. */
const LIMIT_IDLE_MS = 600_000;
/** A question that has not come back by then is asked again: the order thread may have died. */
const GIVE_UP_MS = 30_000;
/** The pairs, and the fee of the account. */
const COST = 2;

interface Waiting {
  readonly want: Want;
  askAtMono: number;
  attempts: number;
}

/** `unknown`: not read yet, or doubted. `closed`: when they were read the exchange let the pair be bought or sold by nobody. */
type Want = 'unknown' | 'closed';

/**
 * The order thread reads the rules of all pairs every hour. Here those are asked for that a pair stands still for: an
 * exchange closes a market for minutes, and until its rules are read again the engine would place no stop there.
 */
export class RulesWatch {
  readonly #context: EngineContext;
  readonly #waiting = new Map<string, Waiting>();
  #askedUntilMono: number | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  tick(): void {
    const { budget, clock, lane, symbols } = this.#context;
    // In nearly every turn nobody waits, and not even the clock is looked at.
    if (this.#waiting.size === 0 && !symbols.some((symbol) => this.#want(symbol) !== null)) return;
    const nowMono = clock.monoMs();
    for (const symbol of symbols) this.#note(symbol, nowMono);
    if (this.#askedUntilMono !== null && nowMono < this.#askedUntilMono) return;
    const isDue = [...this.#waiting.values()].some(({ askAtMono }) => nowMono >= askAtMono);
    if (!isDue || !budget.allowsLookUp(nowMono, COST)) return;
    budget.take(nowMono, COST);
    this.#askedUntilMono = nowMono + GIVE_UP_MS;
    // One answer serves all of them.
    for (const [symbol, one] of this.#waiting) {
      one.attempts += 1;
      one.askAtMono = nowMono + this.#pauseMs(symbol, one);
    }
    lane.request({ type: 'refresh-rules', symbols: [...this.#waiting.keys()] });
  }

  answered({ rules }: LaneEventOf<'rules'>): void {
    this.#askedUntilMono = null;
    for (const wire of rules) this.#context.rules.set(wire.symbol, rulesFromWire(wire));
  }

  failed({ reason }: LaneEventOf<'rules-failed'>): void {
    this.#askedUntilMono = null;
    const { clock, log } = this.#context;
    const soonMono = clock.monoMs() + FIRST_RETRY_MS;
    // Of these the answer says whether they may be sold again; the others have their own pace.
    for (const one of this.#waiting.values())
      if (one.want === 'closed') one.askAtMono = Math.min(one.askAtMono, soonMono);
    log.warn({ symbols: [...this.#waiting.keys()], reason }, 'the rules of a pair could not be read');
  }

  #note(symbol: string, nowMono: MonoMs): void {
    const want = this.#want(symbol);
    const known = this.#waiting.get(symbol);
    if (known?.want === want) return;
    if (want === null) return void this.#waiting.delete(symbol);
    const one = { want, askAtMono: nowMono as number, attempts: 0 };
    // What was read a moment ago is not asked again at once.
    if (want === 'closed') one.askAtMono += this.#pauseMs(symbol, one);
    this.#waiting.set(symbol, one);
  }

  #want(symbol: string): Want | null {
    const { books, rules } = this.#context;
    const known = rules.get(symbol);
    if (known !== undefined && known.tradable === 'both') return null;
    const { cycle, permitted } = books.pair(symbol);
    if (cycle === null && !permitted) return null;
    return known === undefined ? 'unknown' : 'closed';
  }

  #pauseMs(symbol: string, { want, attempts }: Waiting): number {
    const isHeld = this.#context.books.pair(symbol).cycle !== null;
    const limitMs = isHeld ? LIMIT_HELD_MS : LIMIT_IDLE_MS;
    if (want === 'closed') return limitMs;
    return Math.min(limitMs, FIRST_RETRY_MS * 2 ** Math.min(Math.max(0, attempts - 1), 10));
  }
}
