/** A time as one word: monotonic ms modulo 2^32 (49.7 days). 0 means never, so a real 0 is stored as 1. */
export const NEVER = 0;

export function toStamp(nowMono: number): number {
  const stamp = Math.floor(nowMono) | 0;
  return stamp === NEVER ? 1 : stamp;
}

/**
 * Whole ms from `stamp` to now, right across the wrap; Infinity for a stamp never made. A stamp up to a second ahead
 * (another thread read its clock a moment later) counts as 0.
 */
export function elapsedMsSince(stamp: number, nowMono: number): number {
  if (stamp === NEVER) return Infinity;
  const gap = (toStamp(nowMono) - stamp) | 0;
  return gap < 0 && gap > -1_000 ? 0 : gap >>> 0;
}
