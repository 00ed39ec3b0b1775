import { type Intent, isOpen } from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { LateFills } from './late-fills.js';
import type { LaneEventOf, WireStop } from './ports/index.js';

/** A stop of ours that should not be on the exchange. */
interface Surplus {
  readonly intentId: number;
  readonly symbol: string;
  askAtMono: number;
  attempts: number;
}

/** Cancel, and a look whether it is gone. */
const CANCEL_COST = 2;
const GIVE_UP_MS = 15_000;
const AGAIN_MS = 1_000;
const AGAIN_LIMIT_MS = 30_000;
/** Fired ones whose trades have been asked for; lists show them for days. Bounded. */
const REMEMBERED = 256;

/**
 * Stops of ours beside the one that the books know: a POST that the network delivered twice or long after it was given
 * up, a stop whose cancel was believed. Each is a second authority to sell, so it is cancelled until a look has shown
 * that it is gone; what it has sold by then is booked as a late fill of the intent that it came from.
 *
 * Nothing of this is on disk: whatever is still there after a restart is found again by the comparison of the account,
 * whose mark on disk stays where it is until each is gone or booked.
 */
export class SurplusStops {
  readonly #context: EngineContext;
  readonly #lateFills: Pick<LateFills, 'follow'>;
  readonly #stops = new Map<string, Surplus>();
  readonly #fired = new Set<string>();
  /** Neither seen to be gone nor booked. */
  readonly #unsettled = new Set<string>();

  constructor(context: EngineContext, lateFills: Pick<LateFills, 'follow'>) {
    this.#context = context;
    this.#lateFills = lateFills;
  }

  /** There is one that is neither gone nor booked: the comparison must find it again after a restart. */
  get areUnsettled(): boolean {
    return this.#unsettled.size > 0;
  }

  has(stopId: string): boolean {
    return this.#stops.has(stopId);
  }

  /** This life has found it to be surplus, whatever has become of it since. */
  knows(stopId: string): boolean {
    return this.#stops.has(stopId) || this.#fired.has(stopId);
  }

  /** `intent` is the row that it came from, as far as its price, amount and time tell. */
  add(
    { id, symbol }: Intent,
    { stopId, ...seen }: Pick<WireStop, 'stopId' | 'status' | 'firedOrderId'>,
  ): void {
    const { books, clock, log } = this.#context;
    const owner = books.intentOfStop(symbol, stopId);
    const isOwn = owner !== null && isOpen(owner.state);
    if (isOwn || this.knows(stopId)) return;
    log.error(
      { symbol, stopId, ...seen },
      seen.status === 'open'
        ? 'a second stop of ours lies on the exchange; it is cancelled'
        : 'a stop of ours has fired, and what it has sold is not booked',
    );
    books.commit({ journal: [journal(clock.epochMs(), 'stop.duplicate', symbol, { stopId })] });
    this.#stops.set(stopId, { intentId: id, symbol, askAtMono: clock.monoMs(), attempts: 0 });
    this.#unsettled.add(stopId);
    this.#doubtsOf(symbol)?.add(stopId);
  }

  /** Asks for the end of each, again and again until it is seen. */
  tick(): void {
    if (this.#stops.size === 0) return;
    const { budget, clock, lane } = this.#context;
    const nowMono = clock.monoMs();
    for (const [stopId, stop] of this.#stops) {
      if (nowMono < stop.askAtMono || !budget.allowsUrgent(nowMono, CANCEL_COST)) continue;
      budget.take(nowMono, CANCEL_COST);
      stop.attempts += 1;
      stop.askAtMono = nowMono + GIVE_UP_MS;
      lane.request({ type: 'cancel-stop', intentId: stop.intentId, symbol: stop.symbol, stopId });
    }
  }

  /** The look after a cancel: what it shows counts, whatever the cancel was answered. */
  seen({ stop }: LaneEventOf<'stop-seen'>): void {
    const { stopId, symbol, status, firedOrderId } = stop;
    const known = this.#stops.get(stopId);
    if (!known) return;
    if (firedOrderId === null && (status === 'open' || status === 'fired')) return this.#again(known);
    const { books, clock } = this.#context;
    const event = firedOrderId === null ? 'stop.duplicate-gone' : 'stop.duplicate-fired';
    const details = { stopId, status, ...(firedOrderId !== null && { orderId: firedOrderId }) };
    books.commit({ journal: [journal(clock.epochMs(), event, symbol, details)] });
    this.#stops.delete(stopId);
    if (firedOrderId === null) return this.#isSettled(symbol, stopId);
    this.#remember(stopId);
    const order = { intentId: known.intentId, symbol, exchangeOrderId: firedOrderId };
    this.#lateFills.follow(order, (hasSold) => {
      const gone = journal(clock.epochMs(), 'stop.duplicate-gone', symbol, { stopId, status });
      if (!hasSold) books.commit({ journal: [gone] });
      this.#isSettled(symbol, stopId);
    });
  }

  lookFailed({ stopId }: LaneEventOf<'stop-look-failed'>): void {
    const known = this.#stops.get(stopId);
    if (known) this.#again(known);
  }

  #isSettled(symbol: string, stopId: string): void {
    this.#unsettled.delete(stopId);
    this.#doubtsOf(symbol)?.delete(stopId);
  }

  #doubtsOf(symbol: string): Set<string> | undefined {
    return this.#context.pairs.get(symbol)?.surplusStops;
  }

  #again(stop: Surplus): void {
    const waitMs = Math.min(AGAIN_LIMIT_MS, AGAIN_MS * 2 ** Math.min(stop.attempts - 1, 10));
    stop.askAtMono = this.#context.clock.monoMs() + waitMs;
  }

  #remember(stopId: string): void {
    this.#fired.add(stopId);
    if (this.#fired.size <= REMEMBERED) return;
    for (const oldest of this.#fired) {
      this.#fired.delete(oldest);
      return;
    }
  }
}
