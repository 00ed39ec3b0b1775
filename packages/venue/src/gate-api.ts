import { type Clock, errorText } from '@mtrade/base';
import type { PauseReason, Permission, SendMarks, VenueNews } from '@mtrade/engine';
import { MalformedAnswer, notJson, parseJson } from './answer.js';
import type { GateCall, GateSigner } from './gate-signer.js';
import type { HttpClient, HttpReply, HttpRequest, SendHooks } from './http-client.js';
import { rejectionKind } from './labels.js';
import { errorLabel } from './place-outcome.js';
import { quietAfter } from './quiet.js';
import { retryAfterMs } from './retry-after.js';
import { sendPermitted } from './send-permitted.js';
import { VenueError } from './venue-error.js';

export interface SendOptions {
  /** Asked right before the first byte; without it nothing is sent. */
  readonly permission?: Permission;
  /** Asked right before the first byte is written; false means that nothing was or will be sent. */
  readonly mayStart?: () => boolean;
  /** Written to as the request comes along. */
  readonly marks?: SendMarks | undefined;
}

export interface GateApi {
  /** Any complete answer, whatever its status. Rejects with a VenueError. */
  readonly send: (call: GateCall, options?: SendOptions) => Promise<HttpReply>;
  /** The JSON of a 2xx answer. Everything else rejects with a VenueError that carries the exchange's label. */
  readonly read: (call: GateCall) => Promise<unknown>;
}

export interface GateApiDeps {
  readonly sign: GateSigner;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly exchangeNowMs: () => number;
  readonly scrub: (text: string) => string;
  /** Hears of every request that goes out, and of what the answers mean for all others. */
  readonly onNews?: ((news: VenueNews) => void) | undefined;
}

/** One signed request, with the exchange's wish for quiet respected by every caller (N14, N15, N16). */
export function createGateApi(deps: GateApiDeps): GateApi {
  const { sign, http, clock, exchangeNowMs, scrub, onNews = () => undefined } = deps;
  let quiet: { readonly reason: PauseReason; readonly untilMono: number } = {
    reason: 'rate_limited',
    untilMono: 0,
  };

  const learn = (reply: HttpReply, { section }: GateCall): void => {
    const wanted = quietAfter(reply, exchangeNowMs());
    if (wanted !== null) {
      const untilMono = clock.monoMs() + wanted.forMs;
      if (untilMono > quiet.untilMono) quiet = { reason: wanted.reason, untilMono };
      onNews({ type: 'paused', ...quiet });
    }
    if (reply.status < 400 || reply.status >= 500) return;
    const { label } = errorLabel(reply.text);
    const kind = rejectionKind(label);
    // A key may be allowed to trade and not to look at the wallet.
    if (kind === 'key' && section === 'spot') onNews({ type: 'key-refused', label });
    if (kind === 'clock') onNews({ type: 'clock-doubted' });
  };

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

  /** In a time in which the exchange wants quiet nothing goes out. */
  const keepQuiet = (call: GateCall): void => {
    const quietMs = Math.ceil(quiet.untilMono - clock.monoMs());
    if (quietMs <= 0) return;
    const isRate = quiet.reason === 'rate_limited';
    throw new VenueError(
      `${call.method} /${call.path}: not sent, the exchange asked to wait ${quietMs} ms more (${quiet.reason})`,
      {
        url: `/${call.section}/${call.path}`,
        phase: 'not-sent',
        label: isRate ? 'TOO_MANY_REQUESTS' : 'PAUSED',
        ...(isRate && { retryAfterMs: quietMs }),
      },
    );
  };

  const send: GateApi['send'] = async (call, { permission, mayStart, marks } = {}) => {
    const request = build(call);
    if (marks) marks.signedMono = clock.monoMs();
    const onStart = marks && (() => (marks.sentMono = clock.monoMs()));
    // Told when it is on its way: nobody waits for whoever counts.
    const onSent = (): void => onNews({ type: 'spent', calls: 1 });
    const start = (hooks: SendHooks): Promise<HttpReply> => {
      keepQuiet(call);
      return http.send(request, { ...hooks, onStart, onSent });
    };
    const reply = await (permission ? sendPermitted({ permission, mayStart, start }) : start({ mayStart }));
    if (reply === null)
      throw new VenueError(`${call.method} /${call.path}: not sent, it was not permitted`, {
        url: `/${call.section}/${call.path}`,
        phase: 'not-sent',
        label: 'NOT_PERMITTED',
      });
    learn(reply, call);
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
      // Before anything is cut: half a secret would not be known as one.
      const { label, message } = errorLabel(scrub(reply.text));
      throw failed(`HTTP ${reply.status} ${label} ${message.slice(0, 200)}`.trimEnd(), label);
    }
    try {
      return parseJson(reply.text);
    } catch (error) {
      if (error instanceof MalformedAnswer) throw failed(notJson(scrub(reply.text)));
      throw error;
    }
  };

  return { send, read };
}
