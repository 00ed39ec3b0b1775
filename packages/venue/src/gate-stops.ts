import type { EpochMs } from '@mtrade/base';
import type { StopOutcome, StopRequest, Venue } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import { MalformedAnswer } from './answer.js';
import type { GateApi } from './gate-api.js';
import type { GateCall } from './gate-signer.js';
import { pairOf } from './rows.js';
import { notSent, outcomeOfFailure } from './send-failure.js';
import { classifyStop } from './stop-outcome.js';
import { readStop } from './stop-rows.js';
import { listAllStops, scanForStops } from './stop-scan.js';

export type GateStops = Pick<Venue, 'placeStop' | 'cancelStop' | 'stop' | 'findStops' | 'allStops'>;

export interface GateStopsDeps {
  readonly api: GateApi;
  readonly exchangeNowMs: () => EpochMs;
  /** Configured pairs: a stop for any other is not sent. */
  readonly symbols: ReadonlySet<string>;
  readonly scrub: (text: string) => string;
  readonly log: Logger;
  /** Turns whatever a read throws into a `VenueError`. */
  readonly reading: <T>(what: string, read: () => Promise<T>) => Promise<T>;
}

/** Far less than the time after which a missing stop counts as never placed. */
const LATEST_SEND_MS = 15_000;

/** Gate's longest, 30 days; it has no stop without an end. */
const MOST_EXPIRATION_S = 30 * 86_400;

/**
 * Protective stops as Gate's price-triggered orders. They carry no client id and no expiry header: what one is, its pair,
 * price, amount and time of creation say.
 */
export function createGateStops(deps: GateStopsDeps): GateStops {
  const { api, exchangeNowMs, log, reading, scrub, symbols } = deps;
  const one = (method: 'GET' | 'DELETE', stopId: string): GateCall => ({
    method,
    section: 'spot',
    access: 'private',
    path: 'price_orders/{order_id}',
    params: { order_id: stopId },
  });
  const post = async (request: StopRequest): Promise<StopOutcome> => {
    if (!symbols.has(request.symbol)) return notSent(`${request.symbol} is not configured`);
    // Nothing on the wire expires: a thread that stood still must not lay a stop that was given up meanwhile.
    if (exchangeNowMs() - request.notBeforeMs > LATEST_SEND_MS) return notSent('it was decided too long ago');
    return classifyStop(await api.send(stopCall(request)), exchangeNowMs());
  };

  return {
    placeStop: async (request) => {
      const outcome = await post(request).catch(outcomeOfFailure);
      if (outcome.type === 'unknown') return { ...outcome, reason: scrub(outcome.reason) };
      return outcome.type === 'rejected' ? { ...outcome, message: scrub(outcome.message) } : outcome;
    },

    cancelStop: async (_symbol, stopId) => {
      await api.read(one('DELETE', stopId));
    },

    stop: (symbol, stopId) =>
      reading('stop', async () => {
        const stop = readStop(await api.read(one('GET', stopId)), symbol);
        if (stop?.stopId !== stopId) throw new MalformedAnswer('the answer is about another trigger order');
        return stop;
      }),

    allStops: async (fromMs) => {
      const { rows, missing } = await listAllStops(api.read, fromMs, symbols);
      return { rows, missing: missing === null ? null : scrub(missing) };
    },

    findStops: (symbol, fromMs) =>
      scanForStops(api.read, { symbol, fromMs, startedAtMs: exchangeNowMs() }, (reason) =>
        log.warn({ symbol, reason: scrub(reason) }, 'scan for stops is incomplete'),
      ),
  };
}

/**
 * The order that Gate places when the trigger fires is a limit order, immediate-or-cancel. `type: market` stands in the
 * documents of Gate's own SDKs (gate/gateapi-nodejs, docs/SpotPricePutOrder.md: "limit : Limit Order - market : Market
 * Order"), and yet it was refused: gateio/gateapi-python#155 (2023, `invalid argument: put.type`) and
 * gateio/gateapi-nodejs#21 (2025, `INVALID_PARAM`, still open). A stop that is refused leaves a position bare, so the
 * form that nobody doubts is used; its limit lies so far below the trigger that it sells like a market order, and what
 * it leaves is sold by the engine (`packages/cycle/src/stop-terms.ts`).
 */
const stopCall = ({ amount, expirationS, limitPrice, symbol, triggerPrice }: StopRequest): GateCall => ({
  method: 'POST',
  section: 'spot',
  access: 'private',
  path: 'price_orders',
  params: {
    trigger: { price: triggerPrice, rule: '<=', expiration: Math.min(expirationS, MOST_EXPIRATION_S) },
    put: {
      type: 'limit',
      side: 'sell',
      price: limitPrice,
      amount,
      account: 'normal',
      time_in_force: 'ioc',
      text: 'api',
    },
    market: pairOf(symbol),
  },
});
