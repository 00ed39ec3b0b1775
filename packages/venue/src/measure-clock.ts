import type { Clock } from '@mtrade/base';
import type { ClockOffset } from '@mtrade/engine';
import { decimalField, asRow } from './answer.js';

const SAMPLES = 3;
const MOST_REQUESTS = 6;
/** More than this between the two clocks within one sample: the wall clock was set meanwhile (N20). */
const JUMP_MS = 20;

/**
 * Offset of the exchange's clock by the best of three samples, the one with the shortest round trip. The exchange's
 * stamp was taken somewhere within that round trip, so its middle is wrong by at most half of it, plus the millisecond
 * that the stamp is cut to. Rejects when six requests do not give three samples.
 */
export async function measureClock(readTime: () => Promise<unknown>, clock: Clock): Promise<ClockOffset> {
  const samples: Sample[] = [];
  let problem: unknown = null;
  for (let request = 0; request < MOST_REQUESTS && samples.length < SAMPLES; request += 1) {
    try {
      samples.push(await takeSample(readTime, clock));
    } catch (error) {
      problem = error;
    }
  }
  if (samples.length < SAMPLES) throw problem;
  const best = samples.reduce((one, other) => (other.errorMs < one.errorMs ? other : one));
  // By the wall clock of this moment: it may have been set since the best sample was taken.
  return { offsetMs: best.exchangeMinusMono + clock.monoMs() - clock.epochMs(), errorMs: best.errorMs };
}

interface Sample {
  readonly exchangeMinusMono: number;
  readonly errorMs: number;
}

async function takeSample(readTime: () => Promise<unknown>, clock: Clock): Promise<Sample> {
  const sentEpoch = clock.epochMs();
  const sentMono = clock.monoMs();
  const serverMs = Number(decimalField(asRow(await readTime()), 'server_time').toFixed());
  const roundTrip = clock.monoMs() - sentMono;
  if (Math.abs(clock.epochMs() - sentEpoch - roundTrip) > JUMP_MS)
    throw new Error('the system clock was set during the measurement');
  return { exchangeMinusMono: serverMs - (sentMono + roundTrip / 2), errorMs: roundTrip / 2 + 1 };
}
