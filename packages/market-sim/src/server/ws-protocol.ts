import type { Exchange } from '../core/exchange.js';
import type { FaultPort, FiredWsFault } from '../faults/fault-port.js';
import { GateError } from './gate-error.js';
import type { KeyRing } from './signature.js';
import { ChannelError, PRIVATE_CHANNELS, WsErrorCode, parseChannels } from './ws-channels.js';
import { makeFrame } from './ws-frame.js';
import { pongFrame, replyFrame } from './ws-frames.js';
import type { WsHub } from './ws-hub.js';
import type { WsSession } from './ws-session.js';
import { MAX_TOPICS_PER_SESSION } from './ws-topics.js';

export interface WsProtocolDeps {
  readonly exchange: Exchange;
  readonly hub: WsHub;
  readonly keys: KeyRing;
  readonly faults: FaultPort;
  readonly nowMs: () => number;
}

interface ClientRequest {
  readonly id: unknown;
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
  readonly timeS: number;
  readonly auth: { readonly key: string; readonly sign: string } | null;
}

function parseRequest(text: string): ClientRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { id, channel, event, payload, time, auth } = value as Record<string, unknown>;
  if (typeof channel !== 'string') return null;
  const { KEY: key, SIGN: sign } = (typeof auth === 'object' ? (auth ?? {}) : {}) as Record<string, unknown>;
  return {
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    channel,
    event: typeof event === 'string' ? event : '',
    payload,
    timeS: Number(time),
    auth: typeof key === 'string' && typeof sign === 'string' ? { key, sign } : null,
  };
}

/** Answers what clients send: pings, subscriptions, unsubscriptions. */
export class WsProtocol {
  readonly #deps: WsProtocolDeps;
  #traces = 0;

  constructor(deps: WsProtocolDeps) {
    this.#deps = deps;
  }

  receive(session: WsSession, text: string): void {
    const request = parseRequest(text);
    if (request === null) {
      const error = { code: WsErrorCode.badMessage, message: 'invalid message body format' };
      this.#reply(session, { id: undefined, channel: '', event: '', payload: undefined }, error, undefined);
      return;
    }
    if (request.channel === 'spot.ping') this.#ping(session, request);
    else if (request.event === 'subscribe' || request.event === 'unsubscribe')
      this.#changeSubscription(session, request, request.event);
    else {
      const message = `event ${request.event.slice(0, 20)} is not supported`;
      this.#reply(session, request, { code: WsErrorCode.badArgument, message }, undefined);
    }
  }

  #ping(session: WsSession, request: ClientRequest): void {
    const frame = makeFrame('spot.pong', pongFrame(request.id, this.#deps.nowMs()));
    const hit = this.#deps.faults.forWs({ event: 'ping', channel: request.channel });
    if (hit === undefined) session.reply(frame);
    else session.hit(hit, frame);
  }

  #changeSubscription(session: WsSession, request: ClientRequest, event: 'subscribe' | 'unsubscribe'): void {
    const { exchange, hub, faults } = this.#deps;
    const hit = faults.forWs({ event, channel: request.channel, symbol: firstSymbol(request.payload) });
    if (hit?.fault.kind === 'refuse-subscription') {
      const { code = WsErrorCode.badArgument, message = 'subscription refused' } = hit.fault;
      this.#reply(session, request, { code, message }, undefined);
      return;
    }
    try {
      const userId = PRIVATE_CHANNELS.has(request.channel) ? this.#authenticate(request) : '';
      const channels = parseChannels(exchange, request.channel, request.payload, userId);
      if (hub.topics.ofSession(session).size + channels.length > MAX_TOPICS_PER_SESSION)
        throw new ChannelError(WsErrorCode.badArgument, 'too many subscriptions');
      this.#reply(session, request, null, hit);
      for (const channel of channels) {
        if (event === 'unsubscribe') hub.unsubscribe(session, channel.topic);
        else if (hit?.fault.kind !== 'forget-subscription') hub.subscribe(session, channel);
      }
    } catch (error) {
      this.#reply(session, request, errorOf(error), undefined);
    }
  }

  #authenticate({ auth, channel, event, timeS }: ClientRequest): string {
    if (auth === null)
      throw new GateError(401, 'INVALID_KEY', 'this channel needs auth with method, KEY and SIGN');
    return this.#deps.keys.verifySubscription({ ...auth, channel, event }, timeS, this.#deps.nowMs()).userId;
  }

  #reply(
    session: WsSession,
    { id, channel, event, payload }: Pick<ClientRequest, 'id' | 'channel' | 'event' | 'payload'>,
    error: { readonly code: number; readonly message: string } | null,
    hit: FiredWsFault | undefined,
  ): void {
    this.#traces += 1;
    const traceId = this.#traces.toString(16).padStart(32, '0');
    const reply = { id, channel, event, payload, connId: session.connId, traceId, error };
    const frame = makeFrame(channel, replyFrame(reply, this.#deps.nowMs()));
    if (hit === undefined) session.reply(frame);
    else session.hit(hit, frame);
  }
}

function errorOf(error: unknown): { readonly code: number; readonly message: string } {
  if (error instanceof ChannelError) return { code: error.code, message: error.message };
  if (error instanceof GateError) return { code: WsErrorCode.authentication, message: `${error.toBody()}\n` };
  throw error;
}

/** The pair a subscription is about, for fault rules; the first one when it names several. */
function firstSymbol(payload: unknown): string | undefined {
  if (!Array.isArray(payload)) return undefined;
  for (const item of payload as unknown[]) {
    const pair = typeof item === 'string' ? /[A-Z0-9]+_[A-Z0-9]+/.exec(item)?.[0] : undefined;
    if (pair !== undefined) return pair;
  }
  return undefined;
}
