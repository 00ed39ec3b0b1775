import type { Intent, PairState } from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import type { LateFills } from './late-fills.js';
import { OrderEvents } from './order-events.js';
import type { LaneEvent } from './ports/index.js';
import type { PriceWatch } from './price-watch.js';
import type { RulesWatch } from './rules-watch.js';
import { StopEvents } from './stop-events.js';
import type { SurplusStops } from './surplus-stops.js';
import { hearNews } from './venue-news.js';
import { evidenceFromWire } from './wire.js';

/** A look at the whole account is the reconciler's. */
type Answer = Exclude<LaneEvent, { type: 'surveyed' | 'stream-opened' }>;

/** Whom an answer may concern, beside the books. */
export interface LaneEventsParts {
  readonly priceWatch: Pick<PriceWatch, 'answered'>;
  readonly rulesWatch: Pick<RulesWatch, 'answered' | 'failed'>;
  readonly lateFills: Pick<LateFills, 'consider' | 'arrived' | 'failed' | 'tradedNothing'>;
  readonly surplusStops: SurplusStops;
}

/** What the order thread and the private stream tell, each word to the one whom it concerns. */
export class LaneEvents {
  readonly #context: EngineContext;
  readonly #priceWatch: LaneEventsParts['priceWatch'];
  readonly #rulesWatch: LaneEventsParts['rulesWatch'];
  readonly #stops: StopEvents;
  readonly #orders: OrderEvents;

  constructor(context: EngineContext, parts: LaneEventsParts) {
    const { priceWatch, rulesWatch, lateFills, surplusStops } = parts;
    this.#context = context;
    this.#priceWatch = priceWatch;
    this.#rulesWatch = rulesWatch;
    this.#stops = new StopEvents(context, {
      surplusStops,
      lateFills,
      outcomeLost: (pair, intent, reason) => this.outcomeLost(pair, intent, reason),
    });
    this.#orders = new OrderEvents(context, { lateFills, stops: this.#stops });
  }

  handle(event: Answer): void {
    const { account, exchangeClock, log } = this.#context;
    switch (event.type) {
      case 'spent':
      case 'paused':
      case 'key-refused':
      case 'clock-doubted':
        return hearNews(this.#context, event);
      case 'placed':
      case 'settled':
      case 'settle-failed':
      case 'followed':
      case 'scanned':
        return this.#orders.handle(event);
      case 'stop-placed':
      case 'stop-seen':
      case 'stop-look-failed':
      case 'stops-found':
      case 'stop-traded-nothing':
        return this.#stops.handle(event);
      case 'evidence':
        return this.#orders.evidenceSeen(evidenceFromWire(event.evidence));
      case 'balances':
        return account.update(event.balances, event.requestedMono);
      case 'balances-failed':
        // An error is not an empty answer: the last snapshot stays until it is too old, then nothing is bought.
        return log.warn({ reason: event.reason }, 'balances could not be read');
      case 'clock':
        // The reactor tells by it how old a frame is when it comes.
        this.#context.board.clock.write(event);
        return exchangeClock.update(event.exchangeMinusMono, event.errorMs, event.measuredMono);
      case 'clock-failed':
        return log.warn({ reason: event.reason }, 'the exchange clock could not be read');
      case 'rules':
        return this.#rulesWatch.answered(event);
      case 'rules-failed':
        return this.#rulesWatch.failed(event);
      case 'prices':
        return this.#priceWatch.answered(event);
    }
  }

  /** A stop of the books that a whole list of the account does not show as open. */
  lookAtStop(intentId: number): void {
    this.#stops.lookAt(intentId);
  }

  /** No answer at all came to an order: whoever waited for it says so. */
  outcomeLost(pair: PairState, intent: Intent, reason: string): void {
    this.#orders.outcomeLost(pair, intent, reason);
  }
}
