import type { EpochMs } from '@mtrade/base';
import type { Intent } from './intent.js';
import type { PairState } from './pair-state.js';

/**
 * A killed order lost a race and may soon win it; a rejected one will likely be rejected again. A price outside the
 * exchange's band is refused until the market has come nearer to it: the price of a row or a sale is what it is, so only
 * time can help.
 */
export type FailureKind = 'kill' | 'rejection' | 'price-band';

const DELAYS: Readonly<Record<FailureKind, { readonly firstMs: number; readonly maxMs: number }>> = {
  kill: { firstMs: 1_000, maxMs: 30_000 },
  rejection: { firstMs: 5_000, maxMs: 300_000 },
  'price-band': { firstMs: 60_000, maxMs: 300_000 },
};

/** Doubles with every failure in a row, up to the kind's longest. `failures` is their number before this one. */
export function backoffMs(kind: FailureKind, failures: number): number {
  const { firstMs, maxMs } = DELAYS[kind];
  return Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30));
}

type RetryState = Pick<PairState, 'failures' | 'retryAtMs'>;

export const afterFailure = (kind: FailureKind, failures: number, nowMs: EpochMs): RetryState => ({
  failures: failures + 1,
  retryAtMs: (nowMs + backoffMs(kind, failures)) as EpochMs,
});

/** Longer than this no back-off ever lasts. */
const LONGEST_MS = Math.max(...Object.values(DELAYS).map(({ maxMs }) => maxMs));

/** A moment further ahead than any back-off can be was noted before the wall clock was set back, and means nothing. */
export const isBackingOff = ({ retryAtMs }: Pick<PairState, 'retryAtMs'>, nowMs: EpochMs): boolean =>
  nowMs < retryAtMs && retryAtMs - nowMs <= LONGEST_MS;

/** A fill ends every back-off. */
export const AFTER_SUCCESS: RetryState = { failures: 0, retryAtMs: 0 as EpochMs };

/** Gate may answer a fill-or-kill order that found no counterpart with an error label; it is a lost race all the same. */
const LOST_RACE = 'FOK_NOT_FILL';

/** Refused for its price, or accepted and then ended for it (Gate's labels and `finish_as`). */
const PRICE_BAND: ReadonlySet<string | null> = new Set([
  'PRICE_TOO_DEVIATED',
  'MARKET_PRICE_TOO_DEVIATED',
  'price_protect_cancelled',
]);

export function failureKind({ state, finishAs }: Pick<Intent, 'state' | 'finishAs'>): FailureKind {
  if (PRICE_BAND.has(finishAs)) return 'price-band';
  return state === 'KILLED' || finishAs === LOST_RACE ? 'kill' : 'rejection';
}
