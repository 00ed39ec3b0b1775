import type { PauseReason } from '@mtrade/engine';
import type { HttpReply } from './http-client.js';
import { errorLabel } from './place-outcome.js';
import { retryAfterMs, type WaitBounds } from './retry-after.js';

export interface Quiet {
  readonly reason: PauseReason;
  readonly forMs: number;
}

/** Bans are said to last from two minutes to three days (N15). */
const OF_BAN: WaitBounds = { withoutAWordMs: 120_000, longestMs: 3 * 86_400_000 };
const BLOCKED_MS = 60_000;

/** For how long nothing may be sent after this answer, whatever was asked (N14, N15, N16); null when it does not say so. */
export function quietAfter({ status, headers, text }: HttpReply, exchangeNowMs: number): Quiet | null {
  if (status === 429) return { reason: 'rate_limited', forMs: retryAfterMs(headers, exchangeNowMs) };
  if (status === 418) return { reason: 'banned', forMs: retryAfterMs(headers, exchangeNowMs, OF_BAN) };
  // The exchange itself gives its refusals a label; a page without one comes from a firewall before it.
  if (status === 403 && errorLabel(text).label === '') return { reason: 'blocked', forMs: BLOCKED_MS };
  return null;
}
