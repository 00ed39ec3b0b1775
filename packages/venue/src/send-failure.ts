import { errorText } from '@mtrade/base';
import type { PlaceOutcome } from '@mtrade/engine';
import { VenueError } from './venue-error.js';

/** What became of a request that brought no answer to judge. */
export type UnansweredOutcome = Exclude<PlaceOutcome, { readonly type: 'acked' }>;

export const notSent = (message: string): UnansweredOutcome => ({
  type: 'rejected',
  label: 'NOT_SENT',
  message,
  retryAfterMs: null,
});

/** Only what certainly was not written is a rejection; a failed connection is left unknown, as the protocol asks. */
export function outcomeOfFailure(error: unknown): UnansweredOutcome {
  if (error instanceof VenueError && error.phase === 'not-sent')
    return {
      type: 'rejected',
      label: error.label === 'TOO_MANY_REQUESTS' ? error.label : 'NOT_SENT',
      message: error.message,
      retryAfterMs: error.retryAfterMs,
    };
  return { type: 'unknown', reason: errorText(error) };
}
