import { type Clock, type EpochMs, errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { sum, text } from '@mtrade/money';
import type { LaneEvent, LaneRequest, Venue } from './ports/index.js';
import { stopToWire } from './wire.js';

type RequestOf<T extends LaneRequest['type']> = Extract<LaneRequest, { type: T }>;
export type StopLaneRequest = RequestOf<'place-stop' | 'cancel-stop' | 'look-stop' | 'find-stops'>;

export interface StopDeskDeps {
  readonly venue: Venue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly emit: (event: LaneEvent) => void;
  /** The exchange's clock as this thread knows it, measured when it is not known yet; null when that failed. */
  readonly exchangeClock: () => Promise<{ readonly minusMono: number; readonly errorMs: number } | null>;
}

const REMEMBERED_STOPS = 1_024;

/** The order thread's hands for stops. As with orders it decides nothing and keeps nothing that matters. */
export class StopDesk {
  readonly #deps: StopDeskDeps;
  /** Intents whose stop this thread has posted: a second POST could lay a second stop. Bounded. */
  readonly #posted = new Set<number>();
  /** Intents whose stop is being looked for: lists of many pages on a slow network outlast the patience of who asks. */
  readonly #sought = new Set<number>();

  constructor(deps: StopDeskDeps) {
    this.#deps = deps;
  }

  handle(request: StopLaneRequest): Promise<void> {
    switch (request.type) {
      case 'place-stop':
        return this.#place(request);
      case 'cancel-stop':
        return this.#cancel(request);
      case 'look-stop':
        return this.#look(request);
      case 'find-stops':
        return this.#findOnce(request);
    }
  }

  async #place({ stop, sendBeforeMs }: RequestOf<'place-stop'>): Promise<void> {
    const { venue, clock, emit, log, exchangeClock } = this.#deps;
    const { intentId, symbol } = stop;
    if (this.#posted.has(intentId)) {
      log.error({ intentId, symbol }, 'a stop came twice; the second request is dropped');
      return;
    }
    this.#remember(intentId);
    const exchange = await exchangeClock();
    const sentMono = clock.monoMs();
    const isLate = exchange === null || sentMono + exchange.minusMono >= sendBeforeMs;
    const outcome = isLate
      ? ({
          type: 'rejected',
          label: 'NOT_SENT',
          message: exchange === null ? 'exchange clock unknown' : 'too late to be sent',
          retryAfterMs: null,
        } as const)
      : await venue.placeStop(stop);
    emit({ type: 'stop-placed', intentId, outcome, sentMono, answeredMono: clock.monoMs() });
  }

  /** Whatever the answer says, the stop may have fired on the way: the look afterwards counts, and it alone. */
  async #cancel(request: RequestOf<'cancel-stop'>): Promise<void> {
    const { venue, log } = this.#deps;
    const { symbol, stopId } = request;
    try {
      await venue.cancelStop(symbol, stopId);
    } catch (error) {
      log.warn(
        { symbol, stopId, reason: errorText(error) },
        'the answer to the cancelling of a stop is no yes',
      );
    }
    await this.#look(request);
  }

  async #look({ intentId, symbol, stopId }: RequestOf<'cancel-stop' | 'look-stop'>): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    const askedMono = clock.monoMs();
    try {
      emit({ type: 'stop-seen', intentId, askedMono, stop: stopToWire(await venue.stop(symbol, stopId)) });
    } catch (error) {
      emit({ type: 'stop-look-failed', intentId, stopId, reason: errorText(error) });
    }
  }

  /** One look at a time: the answer to the one that is under way serves both questions. */
  async #findOnce(request: RequestOf<'find-stops'>): Promise<void> {
    if (this.#sought.has(request.intentId)) return;
    this.#sought.add(request.intentId);
    await this.#find(request);
    this.#sought.delete(request.intentId);
  }

  /** Never rejects. */
  async #find({ intentId, symbol, fromMs }: RequestOf<'find-stops'>): Promise<void> {
    const { venue, clock, emit, exchangeClock } = this.#deps;
    const counts = { openRows: 0, finishedRows: 0, tradeRows: 0 };
    try {
      const exchange = await exchangeClock();
      const { complete, startedAtMs, stops } = await venue.findStops(symbol, fromMs);
      const record = {
        // As with a scan for an order: the earliest that the look can have begun.
        startedAtMs: Math.floor(startedAtMs - (exchange?.errorMs ?? 0)) as EpochMs,
        complete: complete && exchange !== null,
        ...counts,
        openRows: stops.filter(({ status }) => status === 'open').length,
        finishedRows: stops.filter(({ status }) => status !== 'open').length,
      };
      emit({ type: 'stops-found', intentId, record, stops: stops.map(stopToWire) });
    } catch {
      const record = { startedAtMs: clock.epochMs(), complete: false, ...counts };
      emit({ type: 'stops-found', intentId, record, stops: [] });
    }
  }

  /** The exchange does not know the order that a stop has fired: what its trades say is told, none of them, too. */
  async orderUnknown(
    { intentId, symbol, exchangeOrderId }: { intentId: number; symbol: string; exchangeOrderId: string },
    reason: string,
  ): Promise<void> {
    const { venue, clock, emit, exchangeClock } = this.#deps;
    const failed = { type: 'settle-failed', intentId, reason } as const;
    try {
      const exchange = await exchangeClock();
      if (exchange === null) return emit(failed);
      const startedAtMs = Math.floor(clock.monoMs() + exchange.minusMono - exchange.errorMs) as EpochMs;
      const fills = await venue.fills(symbol, exchangeOrderId);
      const filledBase = text(sum(fills.map(({ baseAmount }) => baseAmount)));
      if (fills.length > 0) return emit({ ...failed, seen: { exchangeOrderId, filledBase } });
      const record = { startedAtMs, complete: true, openRows: 0, finishedRows: 0, tradeRows: 0 };
      emit({ type: 'stop-traded-nothing', intentId, exchangeOrderId, record });
    } catch {
      emit(failed);
    }
  }

  #remember(intentId: number): void {
    this.#posted.add(intentId);
    if (this.#posted.size <= REMEMBERED_STOPS) return;
    for (const oldest of this.#posted) {
      this.#posted.delete(oldest);
      return;
    }
  }
}
