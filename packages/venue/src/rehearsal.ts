import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, EpochMs } from '@mtrade/base';
import type { OrderRequest, Venue } from '@mtrade/engine';
import { createGateApi } from './gate-api.js';
import type { GateSigner } from './gate-signer.js';
import { createHttpClient } from './http-client.js';
import { createPlacer } from './placer.js';
import { RehearsalSocket } from './rehearsal-socket.js';

/** The part of a venue that an order needs, over a socket that ends in memory. */
export interface Rehearsal extends Pick<Venue, 'place' | 'measureClock'> {
  /** An order that nobody will ever see, with a name of its own. */
  readonly order: () => OrderRequest;
  readonly close: () => Promise<void>;
}

export interface RehearsalDeps {
  readonly sign: GateSigner;
  readonly clock: Clock;
  readonly scrub: (text: string) => string;
}

/** Such names are taken by no exchange. */
const NOWHERE = 'http://rehearsal.invalid';
const SYMBOL = 'BTC/USDT';
const LIFE_MS = 60_000;

/**
 * The way of an order through this thread: ccxt builds and signs, the HTTP client writes and reads. Orders come minutes
 * apart, and the processor and the compiler keep only what is used. The client has a connection of its own that is no
 * connection, so nothing of this can reach the network, whatever goes wrong in it.
 */
export function createRehearsal({ sign, clock, scrub }: RehearsalDeps): Rehearsal {
  const http = createHttpClient({
    baseUrl: NOWHERE,
    requestDeadlineMs: LIFE_MS,
    connections: 1,
    maxReplyBytes: 4_096,
    // Later, as a real one does. The client uses of a socket what every stream has.
    connect: (_options, connected) =>
      queueMicrotask(() => connected(null, new RehearsalSocket() as Duplex as Socket)),
  });
  // Who rehearses measures this clock once, so it is one clock for as long: a jump of the wall clock passes it by (N20).
  const exchangeMinusMono = clock.epochMs() - clock.monoMs();
  const exchangeNowMs = (): EpochMs => Math.round(clock.monoMs() + exchangeMinusMono) as EpochMs;
  const api = createGateApi({ sign, http, clock, exchangeNowMs, scrub });
  let count = 0;
  return {
    place: createPlacer({ api, symbols: new Set([SYMBOL]), exchangeNowMs, scrub }),
    measureClock: async () => ({ exchangeMinusMono, errorMs: 0 }),
    order: () => {
      count += 1;
      return {
        intentId: 0,
        clientOrderId: `t-rehearsal-${count}`,
        symbol: SYMBOL,
        side: 'buy',
        type: 'limit',
        timeInForce: 'fok',
        amount: '0.1',
        price: '0.1',
        deadlineMs: (exchangeNowMs() + LIFE_MS) as EpochMs,
      };
    },
    close: () => http.close(),
  };
}
