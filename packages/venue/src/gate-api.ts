import { type Clock, errorText } from '@mtrade/base';
import { MalformedAnswer, parseJson } from './answer.js';
import type { GateCall, GateSigner } from './gate-signer.js';
import type { HttpClient, HttpReply, HttpRequest } from './http-client.js';
import { errorLabel } from './place-outcome.js';
import { retryAfterMs } from './retry-after.js';
import { VenueError } from './venue-error.js';

export interface GateApi {
  /** Any complete answer, whatever its status. Rejects with a VenueError. */
  readonly send: (call: GateCall, mayStart?: () => boolean) => Promise<HttpReply>;
  /** The JSON of a 2xx answer. Everything else rejects with a VenueError that carries the exchange's label. */
  readonly read: (call: GateCall) => Promise<unknown>;
}

export interface GateApiDeps {
  readonly sign: GateSigner;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly exchangeNowMs: () => number;
  readonly scrub: (text: string) => string;
}

/** One signed request, with the exchange's wish for quiet respected by every caller (N14). */
export function createGateApi({ sign, http, clock, exchangeNowMs, scrub }: GateApiDeps): GateApi {
  let quietUntilMono = 0;

  const build = (call: GateCall): HttpRequest => {
    try {
      return sign(call);
    } catch (error) {
      const message = scrub(`${call.method} /${call.path}: cannot be built: ${errorText(error)}`);
      throw new VenueError(message, {
        url: `/${call.section}/${call.path}`,
        phase: 'not-sent',
        label: 'UNSIGNED',
      });
    }
  };

  const send: GateApi['send'] = async (call, mayStart) => {
    const request = build(call);
    const url = request.url.split('?', 1)[0] as string;
    const quietMs = Math.ceil(quietUntilMono - clock.monoMs());
    if (quietMs > 0)
      throw new VenueError(
        `${call.method} /${call.path}: not sent, the exchange asked to wait ${quietMs} ms more`,
        {
          url,
          phase: 'not-sent',
          label: 'TOO_MANY_REQUESTS',
          retryAfterMs: quietMs,
        },
      );
    const reply = await http.send(request, mayStart);
    if (reply.status === 429) quietUntilMono = clock.monoMs() + retryAfterMs(reply.headers, exchangeNowMs());
    return reply;
  };

  const read: GateApi['read'] = async (call) => {
    const reply = await send(call);
    const failed = (what: string, label?: string): VenueError =>
      new VenueError(scrub(`${call.method} /${call.path}: ${what}`), {
        url: `/${call.section}/${call.path}`,
        phase: 'answer',
        status: reply.status,
        ...(label === undefined ? {} : { label }),
        ...(reply.status === 429 ? { retryAfterMs: retryAfterMs(reply.headers, exchangeNowMs()) } : {}),
      });
    if (reply.status < 200 || reply.status >= 300) {
      const { label, message } = errorLabel(reply.text);
      throw failed(`HTTP ${reply.status} ${label} ${message.slice(0, 200)}`.trimEnd(), label);
    }
    try {
      return parseJson(reply.text);
    } catch (error) {
      if (error instanceof MalformedAnswer) throw failed(error.message);
      throw error;
    }
  };

  return { send, read };
}
