import type { BaseQty, Price, QuoteAmount } from '@mtrade/money';
import type { EpochMs } from '@mtrade/base';
import type { Intent } from './intent.js';
import type { Ladder, LadderParams } from './ladder.js';
import type { Position } from './position.js';

/** One run of start buy, averaging buys and sale. Numbers are the sums of its fills, net of fees. */
export interface Cycle {
  readonly id: number;
  /** 1 for the pair's first cycle. */
  readonly number: number;
  /** `buying` until the start buy has fills; a closed cycle is history and is not held in `PairState`. */
  readonly phase: 'buying' | 'active';
  /** Frozen when the start buy is decided; a changed configuration waits for the next cycle. */
  readonly params: LadderParams;
  /** Built from P0, the executed average price of the start buy; null while buying. */
  readonly ladder: Ladder | null;
  /** Last row that was bought; 0 after the start buy. */
  readonly step: number;
  /** P0. */
  readonly startPrice: Price | null;
  /** Executed average price of the latest buy. */
  readonly lastBuyPrice: Price | null;
  /** Base held: bought, less base fees, less sold, plus dust taken over. */
  readonly baseVolume: BaseQty;
  /** Quote paid for all buys including quote fees, plus the cost of dust taken over. */
  readonly invested: QuoteAmount;
  /** Quote received for sales, less quote fees. */
  readonly proceeds: QuoteAmount;
  readonly startedMs: EpochMs;
  /** When the last fill was booked: a balance asked for shortly after it may not show it yet. */
  readonly lastFillMs: EpochMs | null;
}

export type Outcome = 'closed' | 'reset' | 'abandoned';

/** A finished cycle, as history shows it. */
export interface ClosedCycle extends Omit<Cycle, 'phase'> {
  readonly outcome: Outcome;
  /** proceeds - (invested - cost carried over as dust); for a reset cycle what has been realised so far. */
  readonly profit: QuoteAmount;
  readonly closedMs: EpochMs;
}

/** Base too small to sell, waiting for the pair's next cycle, with what it cost. */
export interface Dust {
  readonly base: BaseQty;
  readonly cost: QuoteAmount;
}

/** Everything the engine keeps about one pair. Immutable: a transition makes a new one. */
export interface PairState {
  readonly symbol: string;
  /** Operator-owned: may this pair trade. The engine never writes it. */
  readonly permitted: boolean;
  /** Operator-owned: no new cycle starts. The engine never writes it except as part of `reset`. */
  readonly paused: boolean;
  /** Why a human must look; blocks buying. */
  readonly attention: string | null;
  /** The running cycle; null when idle. */
  readonly cycle: Cycle | null;
  /** The running cycle's protected side; null when the cycle wants no stop. It follows cycle and intents, see `followPosition`. */
  readonly position: Position | null;
  /** Intents in an open state: a protective stop that lies on the exchange, and at most one other. */
  readonly openIntents: readonly Intent[];
  /** Cycles ever started: the next cycle's number less one. */
  readonly cyclesStarted: number;
  readonly dust: Dust;
  /** Sum of the profit of all closed cycles. */
  readonly realizedProfit: QuoteAmount;
  /** No new intent before this time: back-off after a rejection or a killed order. */
  readonly retryAtMs: EpochMs;
  /** Rejections or kills in a row; sets the length of the back-off. */
  readonly failures: number;
  /** Decisions made for this pair, ever: part of the intent's identity. */
  readonly decisions: number;
  /** Cycles in a row that a stop has ended with a loss; a profitable one and the operator begin the count anew. */
  readonly stopOuts: number;
  /** What the engine did with a position that it could not protect, in words; stays until a profitable cycle or the operator. */
  readonly lastExit: string | null;
}

/** The seven public states, derived, never stored. */
export const PUBLIC_STATES = [
  'idle',
  'buying',
  'active',
  'averaging',
  'selling',
  'unknown',
  'needs_attention',
] as const;
export type PublicState = (typeof PUBLIC_STATES)[number];
