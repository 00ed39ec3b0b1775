import { type EpochMs } from '@mtrade/base';
import type { OrderRequest, PlaceOptions, PlaceOutcome, Venue } from '@mtrade/engine';
import type { GateApi } from './gate-api.js';
import { orderCall } from './order-call.js';
import { classifyPlacement } from './place-outcome.js';
import { notSent, outcomeOfFailure } from './send-failure.js';

const CLIENT_ID = /^t-[0-9A-Za-z_.-]{1,26}$/;

export interface PlacerDeps {
  readonly api: GateApi;
  /** An order for any other pair is not sent. */
  readonly symbols: ReadonlySet<string>;
  readonly exchangeNowMs: () => EpochMs;
  readonly scrub: (text: string) => string;
}

/** Exactly one POST of an order, or none, and what it proves. */
export function createPlacer({ api, symbols, exchangeNowMs, scrub }: PlacerDeps): Venue['place'] {
  const post = async (request: OrderRequest, asked: PlaceOptions): Promise<PlaceOutcome> => {
    const refusal = reasonNotToSend(request, symbols);
    if (refusal !== null) return notSent(refusal);
    const inTime = (): boolean => exchangeNowMs() < request.deadlineMs;
    if (!inTime()) return notSent('its deadline has passed');
    const reply = await api.send(orderCall(request), { ...asked, mayStart: inTime });
    return classifyPlacement(reply, request, exchangeNowMs());
  };
  return async (request, asked) => {
    const outcome = await post(request, asked).catch(outcomeOfFailure);
    if (outcome.type === 'unknown') return { type: 'unknown', reason: scrub(outcome.reason) };
    return outcome.type === 'rejected' ? { ...outcome, message: scrub(outcome.message) } : outcome;
  };
}

/** Caught before anything is built: an order that must not go out as it is. */
function reasonNotToSend(request: OrderRequest, symbols: ReadonlySet<string>): string | null {
  if (!symbols.has(request.symbol)) return `${request.symbol} is not configured`;
  // Gate counts 28 characters after `t-`, ccxt with it, and ccxt adds the prefix only sometimes: ours is always whole.
  if (!CLIENT_ID.test(request.clientOrderId)) return 'the client id is not t- and at most 26 characters';
  if ((request.type === 'limit') !== (request.price !== null)) return 'exactly limit orders carry a price';
  return null;
}
