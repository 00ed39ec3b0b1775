import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MtradeError, assert } from '@mtrade/base';
import { type Logger, silentLogger } from '@mtrade/log';
import type { Exchange } from '../core/exchange.js';
import { FaultPort } from '../faults/fault-port.js';
import type { FaultRule } from '../faults/fault-rule.js';
import { AdminApi } from './admin.js';
import type { ExchangeControl } from './exchange-control.js';
import { createHttpServer } from './http-server.js';
import type { RateLimits } from './rate-limit.js';
import { RequestLog } from './request-log.js';
import { RestApi } from './rest-api.js';
import { BASE_PATH } from './rest-router.js';
import { type ApiKey, KeyRing } from './signature.js';
import { WsHub } from './ws-hub.js';
import { WsProtocol } from './ws-protocol.js';
import { WS_PATH, WsServer } from './ws-server.js';

/** The only address this server ever binds: it holds no real money and needs no visitors. */
const LOOPBACK = '127.0.0.1';

export interface ExchangeServerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  readonly apiKeys: readonly ApiKey[];
  /** Opens the routes below `/sim` to whoever sends it as `x-sim-token`. Without it they do not exist. */
  readonly adminToken?: string;
  readonly faults?: readonly FaultRule[];
  readonly faultSeed?: number;
  /** Default: no limits. */
  readonly rateLimits?: RateLimits;
  /** Pace of `spot.tickers`. Default 1000. */
  readonly tickerEveryMs?: number;
  /** A new WebSocket listener gets the present state at once. Default true. */
  readonly stateOnSubscribe?: boolean;
  /** Protocol-level pings to clients. Default 0: none. */
  readonly wsPingEveryMs?: number;
  /** How many REST requests the log keeps. Default 10,000. */
  readonly requestLogSize?: number;
}

export interface ExchangeServerDeps {
  readonly exchange: Exchange;
  /** Unix milliseconds. Default the system's clock. */
  readonly clockMs?: () => number;
  readonly log?: Logger;
}

export interface ExchangeServer extends ExchangeControl {
  /** Base of the REST API, with `/api/v4`. */
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly port: number;
  /** Ends all connections and timers; nothing keeps the process alive afterwards. */
  readonly close: () => Promise<void>;
}

/** Puts an exchange on a loopback port, speaking Gate.io spot v4: REST below `/api/v4`, WebSocket at `/ws/v4/`. */
export async function startExchangeServer(
  options: ExchangeServerOptions,
  deps: ExchangeServerDeps,
): Promise<ExchangeServer> {
  const { exchange, log = silentLogger, clockMs = Date.now } = deps;
  for (const { key, userId } of options.apiKeys)
    assert(
      exchange.users.includes(userId),
      `API key ${key} belongs to user ${userId}, whom the exchange does not know`,
    );
  let clockOffsetMs = 0;
  const nowMs = (): number => clockMs() + clockOffsetMs;
  const stop = new AbortController();
  // Every request that a fault holds back listens for the end of the server.
  setMaxListeners(0, stop.signal);
  const faults = new FaultPort({ seed: options.faultSeed ?? 1, rules: options.faults ?? [] });
  const keys = new KeyRing(options.apiKeys);
  const requests = new RequestLog(options.requestLogSize ?? 10_000);
  const api = new RestApi(options.rateLimits === undefined ? {} : { rateLimits: options.rateLimits }, {
    exchange,
    keys,
    nowMs,
    log,
  });
  const hub = new WsHub(
    { tickerEveryMs: options.tickerEveryMs ?? 1_000, stateOnSubscribe: options.stateOnSubscribe ?? true },
    exchange,
    nowMs,
  );
  const protocol = new WsProtocol({ exchange, hub, keys, faults, nowMs });
  const sockets = new WsServer({ pingEveryMs: options.wsPingEveryMs ?? 0 }, { hub, protocol, faults, log });
  const control: ExchangeControl = {
    exchange,
    faults,
    nowMs,
    setClockOffsetMs: (offsetMs) => {
      clockOffsetMs = offsetMs;
    },
    dropSockets: () => sockets.dropSockets(),
    records: () => ({
      ...exchange.records(),
      balances: Object.fromEntries(exchange.users.map((user) => [user, exchange.balances(user)])),
    }),
    requests: () => requests.list(),
    stats: () => ({
      requests: requests.total,
      sockets: sockets.sockets,
      subscriptions: hub.topics.subscriptions,
      pricesUnheard: hub.pricesUnheard,
      ...sockets.counts,
    }),
  };
  const admin = new AdminApi(options.adminToken, control);
  const server = createHttpServer({ api, admin, faults, requests, nowMs, log, signal: stop.signal });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  const unsubscribe = exchange.subscribe(hub);

  const close = async (): Promise<void> => {
    stop.abort();
    unsubscribe();
    hub.close();
    api.close();
    sockets.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, LOOPBACK, resolve);
    });
  } catch (error) {
    await close();
    const url = `http://${LOOPBACK}:${options.port ?? 0}`;
    throw new MtradeError(
      'MTRADE_EXCHANGE_UNAVAILABLE',
      `cannot open ${url} for the exchange: choose another port`,
      { url },
      { cause: error },
    );
  }
  const { port } = server.address() as AddressInfo;
  return {
    ...control,
    restUrl: `http://${LOOPBACK}:${port}${BASE_PATH}`,
    wsUrl: `ws://${LOOPBACK}:${port}${WS_PATH}`,
    port,
    close,
  };
}
