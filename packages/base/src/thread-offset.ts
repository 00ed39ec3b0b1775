const READINGS = 16;

/**
 * What has to be added to a thread's own time for the machine's. Each reading comes out too small by whatever lies
 * between its two calls: in a fresh thread a millisecond, on a busy machine as long as another thread has the core. So
 * the largest of a few is the right one, to a microsecond.
 */
export function threadOffsetMs(machineMs: () => number, threadMs: () => number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let reading = 0; reading < READINGS; reading += 1)
    largest = Math.max(largest, machineMs() - threadMs());
  return largest;
}
