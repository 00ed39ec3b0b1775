import { type LatencyDistribution, STAGES } from '@mtrade/board';
import type { Family, Sample } from './exposition.js';
import type { Scrape } from './sources.js';

const SECONDS_PER_US = 1e-6;

/**
 * Upper edges, us. Each is an edge of the histograms in shared memory too, so the counts are exact; between 64 us and
 * 16 ms, where orders are, four to each power of two, so that `histogram_quantile` is off by a tenth at most.
 */
const EDGES_US: readonly number[] = [
  ...steps(4, 6, 2),
  ...steps(6, 14, 4),
  ...steps(14, 20, 2),
  ...steps(20, 27, 1),
];

/** From 2^from up to 2^to, `parts` to each power of two. */
function steps(from: number, to: number, parts: number): number[] {
  return Array.from(
    { length: (to - from) * parts },
    (_, index) => 2 ** (from + Math.floor(index / parts)) * (1 + (index % parts) / parts),
  );
}

/** The nearest short text, or a binary edge would be printed with the dust of a double. */
const EDGE_TEXTS = EDGES_US.map((edge) => String(Number((edge * SECONDS_PER_US).toFixed(6))));

function samplesOf(stage: string, { below, sum, count }: LatencyDistribution): Sample[] {
  const bucket = (le: string, value: number): Sample => ({ suffix: '_bucket', labels: { stage, le }, value });
  return [
    ...EDGES_US.map((edge, index) => bucket(EDGE_TEXTS[index] as string, below(edge))),
    bucket('+Inf', count),
    { suffix: '_sum', labels: { stage }, value: Number((sum * SECONDS_PER_US).toFixed(6)) },
    { suffix: '_count', labels: { stage }, value: count },
  ];
}

export const latencyFamilies: readonly Family<Scrape>[] = [
  {
    name: 'mtrade_latency_seconds',
    type: 'histogram',
    help: "time of each stage of an order's way, since the start of the process",
    labels: ['stage'],
    read: ({ board }) => STAGES.flatMap((stage) => samplesOf(stage, board.latencies.distribution(stage))),
  },
  {
    name: 'mtrade_latency_max_seconds',
    type: 'gauge',
    help: 'longest time of the stage since the start of the process',
    labels: ['stage'],
    read: ({ board }) =>
      STAGES.map((stage) => ({
        labels: { stage },
        value: Number((board.latencies.max(stage) * SECONDS_PER_US).toFixed(6)),
      })),
  },
];
