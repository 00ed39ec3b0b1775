import { TwinCells, type TwinShape } from './twin-cells.js';
import type { Words } from './words.js';

/** What the books say of one pair, for metrics: doubles for display, never for a rule. */
export interface PairGauge {
  /** Index into a list of states that writer and reader share. */
  state: number;
  isPermitted: boolean;
  isPaused: boolean;
  needsAttention: boolean;
  /** Permitted, or with a cycle or an order: the cycler has to look at it. */
  isWatched: boolean;
  step: number;
  /** Orders whose outcome is not known, the quarantined ones among them. */
  unknownIntents: number;
  quarantinedIntents: number;
  /** Quote coin. */
  invested: number;
  /** Quote coin. */
  realizedProfit: number;
  /** Unix ms at which the oldest of the unknown orders was committed; -1 when there is none. */
  oldestUnknownMs: number;
  /** Monotonic ms since which coins are held without the stop that they should have; -1 when they have it, or want none. */
  unprotectedSinceMono: number;
}

/** What concerns all pairs. */
export interface EngineGauge {
  isTrading: boolean;
  isKeyRefused: boolean;
  /** The last comparison of account and books listed everything. */
  isComparisonComplete: boolean;
  /** Requests left in the budget at `budgetMono`; below zero while in debt. */
  budgetTokens: number;
  budgetMono: number;
  /** Monotonic ms until which the exchange wants quiet; 0 when it does not. */
  pausedUntilMono: number;
  /** Unix ms of the last comparison of account and books; -1 before the first. */
  comparedMs: number;
  /** Other installations that trade on this account. */
  foreignEngines: number;
  /** What the account has and the books have not. */
  findings: number;
  /** Pairs with a position or an order that are no longer configured, and unknown orders among theirs. */
  forsakenPairs: number;
  forsakenUnknownIntents: number;
  /** Monotonic ms at which this life of the cycler began. */
  bornMono: number;
}

export const emptyPairGauge = (): PairGauge => ({
  state: 0,
  isPermitted: false,
  isPaused: false,
  needsAttention: false,
  isWatched: false,
  step: 0,
  unknownIntents: 0,
  quarantinedIntents: 0,
  invested: 0,
  realizedProfit: 0,
  oldestUnknownMs: -1,
  unprotectedSinceMono: -1,
});

export const emptyEngineGauge = (): EngineGauge => ({
  isTrading: false,
  isKeyRefused: false,
  isComparisonComplete: false,
  budgetTokens: 0,
  budgetMono: 0,
  pausedUntilMono: 0,
  comparedMs: -1,
  foreignEngines: 0,
  findings: 0,
  forsakenPairs: 0,
  forsakenUnknownIntents: 0,
  bornMono: 0,
});

/** Two cache lines: VERSION and copy 0 in the first, copy 1 in the second. */
export const PAIR_GAUGE_BYTES = 128;
export const PAIR_GAUGE_SHAPE: TwinShape = { doubles: 4, ints: 4, strideWords: 32, secondCopyWord: 16 };
export const ENGINE_GAUGE_BYTES = 192;
export const ENGINE_GAUGE_SHAPE: TwinShape = { doubles: 5, ints: 5, strideWords: 48, secondCopyWord: 24 };

const STATE_MASK = 0xff;
const PERMITTED = 1 << 8;
const PAUSED = 1 << 9;
const ATTENTION = 1 << 10;
const WATCHED = 1 << 11;

const TRADING = 1;
const KEY_REFUSED = 2;
const COMPARISON_COMPLETE = 4;

/** The engine's one cell. */
const CELL = 0;

/** Written by the cycler alone after its commits; read by whoever shows metrics, without asking the cycler. */
export class GaugeCells {
  readonly #pairs: TwinCells;
  readonly #engine: TwinCells;

  constructor(pairs: Words, engine: Words) {
    this.#pairs = new TwinCells(PAIR_GAUGE_SHAPE, pairs);
    this.#engine = new TwinCells(ENGINE_GAUGE_SHAPE, engine);
  }

  writePair(pair: number, gauge: Readonly<PairGauge>): void {
    const { doubles, ints } = this.#pairs;
    doubles[0] = gauge.invested;
    doubles[1] = gauge.realizedProfit;
    doubles[2] = gauge.oldestUnknownMs;
    doubles[3] = gauge.unprotectedSinceMono;
    ints[0] =
      (gauge.state & STATE_MASK) |
      (gauge.isPermitted ? PERMITTED : 0) |
      (gauge.isPaused ? PAUSED : 0) |
      (gauge.needsAttention ? ATTENTION : 0) |
      (gauge.isWatched ? WATCHED : 0);
    ints[1] = gauge.step;
    ints[2] = gauge.unknownIntents;
    ints[3] = gauge.quarantinedIntents;
    this.#pairs.publish(pair);
  }

  /** False, and `into` untouched, before the first life of the cycler has told. */
  readPair(pair: number, into: PairGauge): boolean {
    if (this.#pairs.collect(pair) === 0) return false;
    const { doubles, ints } = this.#pairs;
    const bits = ints[0] as number;
    into.invested = doubles[0] as number;
    into.realizedProfit = doubles[1] as number;
    into.oldestUnknownMs = doubles[2] as number;
    into.unprotectedSinceMono = doubles[3] as number;
    into.state = bits & STATE_MASK;
    into.isPermitted = (bits & PERMITTED) !== 0;
    into.isPaused = (bits & PAUSED) !== 0;
    into.needsAttention = (bits & ATTENTION) !== 0;
    into.isWatched = (bits & WATCHED) !== 0;
    into.step = ints[1] as number;
    into.unknownIntents = ints[2] as number;
    into.quarantinedIntents = ints[3] as number;
    return true;
  }

  writeEngine(gauge: Readonly<EngineGauge>): void {
    const { doubles, ints } = this.#engine;
    doubles[0] = gauge.budgetTokens;
    doubles[1] = gauge.budgetMono;
    doubles[2] = gauge.pausedUntilMono;
    doubles[3] = gauge.comparedMs;
    doubles[4] = gauge.bornMono;
    ints[0] =
      (gauge.isTrading ? TRADING : 0) |
      (gauge.isKeyRefused ? KEY_REFUSED : 0) |
      (gauge.isComparisonComplete ? COMPARISON_COMPLETE : 0);
    ints[1] = gauge.foreignEngines;
    ints[2] = gauge.findings;
    ints[3] = gauge.forsakenPairs;
    ints[4] = gauge.forsakenUnknownIntents;
    this.#engine.publish(CELL);
  }

  /** False, and `into` untouched, before the first life of the cycler has told. */
  readEngine(into: EngineGauge): boolean {
    if (this.#engine.collect(CELL) === 0) return false;
    const { doubles, ints } = this.#engine;
    const bits = ints[0] as number;
    into.budgetTokens = doubles[0] as number;
    into.budgetMono = doubles[1] as number;
    into.pausedUntilMono = doubles[2] as number;
    into.comparedMs = doubles[3] as number;
    into.bornMono = doubles[4] as number;
    into.isTrading = (bits & TRADING) !== 0;
    into.isKeyRefused = (bits & KEY_REFUSED) !== 0;
    into.isComparisonComplete = (bits & COMPARISON_COMPLETE) !== 0;
    into.foreignEngines = ints[1] as number;
    into.findings = ints[2] as number;
    into.forsakenPairs = ints[3] as number;
    into.forsakenUnknownIntents = ints[4] as number;
    return true;
  }
}
