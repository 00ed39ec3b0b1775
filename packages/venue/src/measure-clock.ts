import type { Clock } from '@mtrade/base';
import type { ClockOffset } from '@mtrade/engine';
import { decimalField, asRow } from './answer.js';

const SAMPLES = 3;
const MOST_REQUESTS = 6;

/**
 * The exchange's clock against our monotonic one, by the best of three samples, the one with the shortest round trip.
 * The exchange's stamp was taken somewhere within that round trip, so its middle is wrong by at most half of it, plus
 * the millisecond that the stamp is cut to. The wall clock plays no part: it may be set at any time (N20). Rejects when six requests do not give three samples.
 */
export async function measureClock(readTime: () => Promise<unknown>, clock: Clock): Promise<ClockOffset> {
  const samples: ClockOffset[] = [];
  let problem: unknown = null;
  for (let request = 0; request < MOST_REQUESTS && samples.length < SAMPLES; request += 1) {
    try {
      samples.push(await takeSample(readTime, clock));
    } catch (error) {
      problem = error;
    }
  }
  if (samples.length < SAMPLES) throw problem;
  return samples.reduce((one, other) => (other.errorMs < one.errorMs ? other : one));
}

async function takeSample(readTime: () => Promise<unknown>, clock: Clock): Promise<ClockOffset> {
  const sentMono = clock.monoMs();
  const serverMs = Number(decimalField(asRow(await readTime()), 'server_time').toFixed());
  const roundTrip = clock.monoMs() - sentMono;
  return { exchangeMinusMono: serverMs - (sentMono + roundTrip / 2), errorMs: roundTrip / 2 + 1 };
}
