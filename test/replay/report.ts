import { waitText } from '@mtrade/cycle';
import type { OrderTroubles } from './books.js';
import type { Violation } from './checker/facts.js';
import { total } from './checker/fraction.js';
import type { PairStory } from './checker/pair-story.js';
import { countFrames, type FrameCounts } from './frames.js';
import type { RunFacts } from './run.js';
import type { PairExtremes } from './samples.js';

export interface PairReport {
  readonly symbol: string;
  readonly cycles: number;
  /** Orders that traded. */
  readonly fills: number;
  /** Realised, in quote, net of all fees: exact decimal text. */
  readonly profit: string;
  /** Per cent, at most 0: the open position at the bid against its cost, sampled. */
  readonly worstDrawdownPct: number;
  readonly maxInvested: number;
  readonly deepestRow: number;
  /** The position that is still held at the end. */
  readonly open: { readonly row: number; readonly base: string; readonly invested: string } | null;
  readonly killed: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly maxPriceAgeMs: number;
  readonly maxDecisionAgeMs: number;
}

export interface ReplayReport {
  readonly schema: 1;
  readonly recording: string;
  /** ISO, on the recording's clock. */
  readonly from: string;
  readonly to: string;
  readonly speed: number;
  readonly speedReached: number;
  readonly wallSeconds: number;
  readonly quote: string;
  readonly pairs: readonly PairReport[];
  readonly total: Omit<PairReport, 'symbol' | 'open'>;
  readonly frames: FrameCounts;
  readonly errors: number;
  readonly latencyMs: Readonly<
    Record<string, { readonly p50: number; readonly p99: number; readonly max: number }>
  >;
  readonly samples: number;
  readonly violations: readonly Violation[];
  /** Why rows or pairs did not trade, in words. */
  readonly notes: readonly string[];
}

export interface ReportInput {
  readonly recording: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly recorded: number;
  readonly speed: number;
  readonly facts: RunFacts;
  readonly stories: readonly PairStory[];
  readonly troubles: ReadonlyMap<string, OrderTroubles>;
  readonly violations: readonly Violation[];
  /** What the pairs' limits make of the ladder. */
  readonly limits: readonly string[];
}

const NONE: OrderTroubles = { killed: 0, rejected: 0, unknown: 0 };
const UNSEEN: PairExtremes = { maxPriceAgeMs: 0, maxDecisionAgeMs: 0, worstDrawdown: 0, maxInvested: 0 };

export function buildReport(input: ReportInput): ReplayReport {
  const { facts, stories } = input;
  const { samples, status, wallMs } = facts;
  const pairs = stories.map((story) =>
    pairReport(
      story,
      samples.pairs.get(story.symbol) ?? UNSEEN,
      input.troubles.get(story.symbol) ?? { ...NONE },
    ),
  );
  const sum = (pick: (pair: PairReport) => number): number => pairs.reduce((so, pair) => so + pick(pair), 0);
  const { worstDrawdown, ...extremes } = samples.all;
  return {
    schema: 1,
    recording: input.recording,
    from: new Date(input.startMs).toISOString(),
    to: new Date(input.endMs).toISOString(),
    speed: input.speed,
    speedReached: wallMs > 0 ? (input.endMs - input.startMs) / wallMs : 0,
    wallSeconds: wallMs / 1_000,
    quote: stories[0]?.symbol.split('/')[1] ?? '',
    pairs,
    total: {
      cycles: sum((pair) => pair.cycles),
      fills: sum((pair) => pair.fills),
      profit: total(stories.map((story) => story.profit)).toString(),
      worstDrawdownPct: worstDrawdown * 100,
      deepestRow: Math.max(0, ...pairs.map((pair) => pair.deepestRow)),
      killed: sum((pair) => pair.killed),
      rejected: sum((pair) => pair.rejected),
      unknown: sum((pair) => pair.unknown),
      ...extremes,
    },
    frames: countFrames(facts, input.recorded),
    errors: status.stats.errors,
    latencyMs: Object.fromEntries(
      Object.entries(status.latency_us).map(([stage, { p50, p99, max }]) => [
        stage,
        { p50: p50 / 1_000, p99: p99 / 1_000, max: max / 1_000 },
      ]),
    ),
    samples: samples.count,
    violations: input.violations,
    notes: [...input.limits, ...pairs.flatMap((pair) => untraded(pair, samples.waits.get(pair.symbol)))],
  };
}

/** A pair without one fill is what somebody will ask about. */
function untraded({ symbol, fills }: PairReport, reason: string | null | undefined): string[] {
  if (fills > 0) return [];
  const why = waitText(reason ?? null) ?? 'the recording was over before anybody looked';
  return [`${symbol}: nothing was bought: ${why}`];
}

function pairReport(story: PairStory, seen: PairExtremes, troubles: OrderTroubles): PairReport {
  const { open } = story;
  const { worstDrawdown, ...extremes } = seen;
  return {
    symbol: story.symbol,
    cycles: story.cycles.length,
    fills: story.filledOrders,
    profit: story.profit.toString(),
    worstDrawdownPct: worstDrawdown * 100,
    deepestRow: story.deepestRow,
    open: open && { row: open.step, base: open.base.toString(), invested: open.invested.toString() },
    ...troubles,
    ...extremes,
  };
}
