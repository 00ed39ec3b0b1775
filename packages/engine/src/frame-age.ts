import type { MonoMs } from '@mtrade/base';
import type { ExchangeClock } from './exchange-clock.js';

/**
 * How old what a frame says is, ms: as old as its arrival or as its own time says, whichever is more. A frame that was
 * held up on its way, or is told again after a reconnect, was true when the exchange stamped it and not when it came.
 * The error of the clock is given to the frame; before the clock is known, and without a stamp, only the arrival counts.
 */
export function frameAgeMs(
  frame: { readonly exchangeMs: number; readonly receivedMono: number },
  exchangeClock: ExchangeClock,
  nowMono: MonoMs,
): number {
  const sinceArrivalMs = Math.max(0, nowMono - frame.receivedMono);
  if (!exchangeClock.known || frame.exchangeMs <= 0) return sinceArrivalMs;
  const sinceStampMs = exchangeClock.exactNow(nowMono) - frame.exchangeMs - exchangeClock.errorMs(nowMono);
  return Math.max(sinceArrivalMs, sinceStampMs);
}
