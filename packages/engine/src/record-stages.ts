import type { Latencies } from '@mtrade/board';
import type { IntentMemory } from './context.js';
import type { PlaceTimes } from './ports/index.js';

/**
 * Writes the way of one order into the histograms, after its answer: on the way out nothing but the clock is read.
 * A stage to which the order did not come is left out, so that a refusal of our own does not look like a fast exchange.
 */
export function recordStages(
  latencies: Latencies,
  { committedMono, tickMono }: Pick<IntentMemory, 'committedMono' | 'tickMono'>,
  { pickedMono, signedMono, sentMono, answeredMono }: PlaceTimes,
): void {
  latencies.record('commit_to_lane', micros(committedMono, pickedMono));
  if (signedMono === null) return;
  latencies.record('lane_to_signed', micros(pickedMono, signedMono));
  if (sentMono === null) return;
  // A request that is signed before its intent is on disk waits for the commit: that wait is the commit's.
  latencies.record('signed_to_send', micros(Math.max(signedMono, committedMono), sentMono));
  latencies.record('commit_to_send', micros(committedMono, sentMono));
  latencies.record('send_to_answer', micros(sentMono, answeredMono));
  if (tickMono !== null) latencies.record('tick_to_order', micros(tickMono, sentMono));
}

const micros = (fromMono: number, toMono: number): number => (toMono - fromMono) * 1_000;
