import type { Fault, FaultKind } from './fault.js';
import { CRASH_POINTS } from './crash-points.js';
import { Random } from './random.js';
import { REFUSALS } from './refusals.js';

const HOUR_MS = 3_600_000;

interface Habit {
  /** Mean number per hour when the kind is on in a run: drawn between these, more often near the lower. */
  readonly perHour: readonly [number, number];
  readonly value: (random: Random) => number;
}

const nothing = (): number => 0;
const whole = (low: number, high: number) => (random: Random) => Math.floor(random.between(low, high));
/** Mostly short, seldom long. */
const skewed = (low: number, high: number) => (random: Random) =>
  Math.floor(low + (high - low) * random.unit() ** 6);
const ofPair =
  (amount: (random: Random) => number) =>
  (random: Random): number =>
    amount(random) * 100 + random.below(100);

const HABITS: Readonly<Record<Exclude<FaultKind, 'restore'>, Habit>> = {
  'answer-lost': { perHour: [1, 20], value: nothing },
  'request-lost': { perHour: [1, 20], value: nothing },
  'request-delayed': {
    perHour: [1, 20],
    // Half of them around an order's expiry.
    value: (random) =>
      Math.floor(random.chance(0.5) ? random.between(500, 11_000) : random.between(2_000, 40_000)),
  },
  'error-before': { perHour: [1, 10], value: nothing },
  'error-after': { perHour: [1, 10], value: nothing },
  refused: { perHour: [1, 10], value: whole(0, REFUSALS.length) },
  'wrong-text': { perHour: [1, 5], value: nothing },
  'processed-twice': { perHour: [0.2, 1], value: nothing },
  'cut-off': { perHour: [0.5, 8], value: skewed(5_000, 300_000) },
  unseen: { perHour: [0.5, 8], value: whole(1_000, 9_900) },
  queued: { perHour: [0.2, 1], value: whole(15_000, 60_000) },
  'slow-exchange': { perHour: [1, 20], value: whole(1_000, 9_900) },
  'read-lost': { perHour: [1, 20], value: skewed(1, 12) },
  'read-error': { perHour: [1, 20], value: skewed(1, 12) },
  'balances-stale': { perHour: [1, 10], value: skewed(500, 30_000) },
  outage: { perHour: [0.1, 1.5], value: skewed(2_000, 7_200_000) },
  'price-jump': { perHour: [1, 15], value: ofPair(whole(400, 600)) },
  'thin-book': { perHour: [1, 8], value: ofPair(whole(5, 300)) },
  'trade-status': { perHour: [0.5, 3], value: ofPair(whole(5, 300)) },
  'feed-stale': { perHour: [0.5, 5], value: ofPair(whole(5, 300)) },
  'frames-late': { perHour: [0.5, 5], value: ofPair(whole(5, 150)) },
  'price-spike': {
    perHour: [0.5, 8],
    value: ofPair((random) => random.pick([1, 100, 500, 700, 1_500, 3_000, 1_000_000])),
  },
  'stream-lost': { perHour: [0.5, 10], value: skewed(1_000, 600_000) },
  'stream-late': { perHour: [0.5, 10], value: skewed(1_000, 120_000) },
  kill: { perHour: [0.5, 12], value: whole(0, CRASH_POINTS.length) },
  'cycler-death': { perHour: [0.5, 10], value: whole(0, CRASH_POINTS.length) },
  'lane-death': { perHour: [0.5, 10], value: whole(0, CRASH_POINTS.length) },
  'reactor-death': { perHour: [0.5, 3], value: nothing },
  freeze: { perHour: [0.5, 6], value: whole(500, 60_000) },
  zombie: { perHour: [0.5, 6], value: whole(500, 60_000) },
  'clock-jump': {
    perHour: [0.2, 2],
    value: (random) => Math.floor((random.unit() - 0.5) ** 3 * 3 * 9_600_000),
  },
  'disk-full': { perHour: [0.5, 5], value: skewed(1, 20) },
  'disk-error': { perHour: [0.2, 2], value: nothing },
  pause: { perHour: [0.5, 3], value: ofPair(nothing) },
  resume: { perHour: [1, 8], value: ofPair(nothing) },
  reset: { perHour: [0.5, 4], value: ofPair(nothing) },
  forbid: { perHour: [0.5, 3], value: ofPair(nothing) },
  permit: { perHour: [1, 8], value: ofPair(nothing) },
  'sell-now': { perHour: [0.5, 6], value: ofPair(nothing) },
  'trading-off': { perHour: [0.2, 1], value: nothing },
  'trading-on': { perHour: [1, 6], value: nothing },
  'user-buys': { perHour: [0.5, 6], value: ofPair(whole(5, 60)) },
  'user-sells': { perHour: [0.2, 2], value: ofPair(whole(1, 100)) },
  'user-trades': { perHour: [0.5, 6], value: ofPair(whole(2, 12)) },
  'stop-cancelled': { perHour: [0.5, 6], value: ofPair(nothing) },
  'stop-doubled': { perHour: [0.5, 4], value: nothing },
  // Half of them past the minute after which a stop counts as never placed.
  'stop-queued': { perHour: [0.5, 4], value: whole(10_000, 150_000) },
};

const LATER: Readonly<Partial<Record<FaultKind, string>>> = {
  'stop-cancelled': 'plan of stops',
  'stop-doubled': 'plan of doubled stops',
  'stop-queued': 'plan of queued stops',
};

/** What is taken back goes with what takes it back, or most of a run would stand still. */
const TOGETHER: readonly (readonly FaultKind[])[] = [
  ['pause', 'reset', 'user-sells', 'resume'],
  ['forbid', 'permit'],
  ['trading-off', 'trading-on'],
];

/**
 * The faults of one run. Each run draws which kinds it has and how often (so some runs see one kind only, and some all
 * of them), then the moments.
 */
export function planFaults(seed: number, lengthMs: number): Fault[] {
  const random = new Random(seed, 'plan');
  const share = random.pick([0.15, 0.3, 0.5, 0.8, 1]);
  const off = new Set<FaultKind>();
  const kinds = Object.keys(HABITS) as (keyof typeof HABITS)[];
  for (const kind of kinds) {
    // Came in later: drawn from their own streams, so that the older ones are drawn as before.
    const stream = LATER[kind];
    const chances = stream === undefined ? random : new Random(seed, stream);
    if (!chances.chance(share)) off.add(kind);
  }
  for (const group of TOGETHER) {
    if (random.chance(share)) for (const kind of group) off.delete(kind);
    else for (const kind of group) off.add(kind);
  }
  const faults: Fault[] = [];
  for (const kind of kinds) {
    const stream = new Random(seed, kind);
    if (off.has(kind)) continue;
    const { perHour, value } = HABITS[kind];
    const [low, high] = perHour;
    const meanMs = HOUR_MS / (low + (high - low) * stream.unit() ** 2);
    // Twice a uniform share of the mean: the same density as a Poisson process, without a logarithm.
    for (let atMs = 2 * meanMs * stream.unit(); atMs < lengthMs; atMs += 2 * meanMs * stream.unit())
      faults.push({ atMs: Math.floor(atMs), kind, value: value(stream) });
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}
