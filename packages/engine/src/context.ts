import type { Clock, MonoMs } from '@mtrade/base';
import type { Board } from '@mtrade/board';
import type { LadderParams, MarketRules, WaitReason } from '@mtrade/cycle';
import type { Logger } from '@mtrade/log';
import type { Account } from './account.js';
import type { Books } from './books.js';
import type { ExchangeClock } from './exchange-clock.js';
import type { OrderLane, Tick } from './ports/index.js';
import type { RateBudget } from './rate-budget.js';

export interface EngineOptions {
  readonly debounceMs: number;
  readonly maxUrgentPerCycle: number;
  readonly staleAfterMs: number;
  readonly sellWhenForbidden: boolean;
  /** How long an order may travel before the exchange refuses it. */
  readonly orderExpiryMs: number;
  /** The order thread's own deadline for one request; after it and a margin a silent send is unknown. */
  readonly requestDeadlineMs: number;
  /** The offset to the exchange clock must be known this well before anything is sent. */
  readonly maxClockErrorMs: number;
  readonly balanceEveryMs: number;
  readonly clockEveryMs: number;
  /** How often the whole account is compared with the books. */
  readonly reconcileEveryMs: number;
  /** After so long the exchange ends a stop by itself; a new one is placed before. */
  readonly stopLifeMs: number;
  /** So many cycles in a row that a stop has ended with a loss, and the pair buys nothing until a human has looked; 0: never. */
  readonly maxStopOuts: number;
}

/** What the cycler remembers about a pair beside the books: hints for scheduling and display, lost with the process. */
export interface PairMemory {
  readonly index: number;
  /** When this life of the cycler began. */
  readonly bornMono: MonoMs;
  /** When `decide` last looked at the pair. */
  decidedMono: MonoMs | null;
  waitingFor: WaitReason | null;
  /** Why the pair's stream cannot be relied on; null while it can. */
  blind: string | null;
  /** When an order of the pair last came to its end: a balance asked for before may not show it. */
  lastActivityMono: MonoMs | null;
  /** After an unexpected error the pair rests until then, and the others go on. */
  restUntilMono: number;
  /** When the operator's sale that waits for the end of the stop is given up, by the clock of this life; null when there is none. */
  sellUntilMono: number | null;
  /** Why the position has no stop, in words; null while it has one or wants none. */
  stopProblem: string | null;
  /** What the placing of its stop waits for; null while it waits for nothing. */
  stopWaitsFor: WaitReason | null;
  /** Since when this life has seen the position without a stop; null while it has one. */
  bareSinceMono: MonoMs | null;
  /** The alarm about a position without a stop has been told. */
  isAlarmed: boolean;
  errors: number;
  /** Stops of ours that lie beside the right one, or have sold beside it and are not booked; while there is one, nothing is bought. */
  readonly surplusStops: Set<string>;
  /** An order was refused as one that does not fit the rules of the pair; true until one is accepted. */
  rulesDoubted: boolean;
}

/** One open intent's in-memory companion: when to ask again. Rebuilt from nothing after a restart. */
export interface IntentMemory {
  /** Monotonic time of the frame that caused it, for the latency histograms; null when none did. */
  readonly tickMono: number | null;
  readonly committedMono: MonoMs;
  askAtMono: number;
  /** When the request that is now under way is given up; null when none is. */
  askedUntilMono: number | null;
  attempts: number;
  /** Since when the order has been known to be accepted, so that its trades are due; null while it is not. */
  followedMono: number | null;
  /** They have been missing for so long that somebody was told. */
  isStuck: boolean;
}

export const newIntentMemory = (
  known: Pick<IntentMemory, 'tickMono' | 'committedMono' | 'askAtMono'>,
): IntentMemory => ({ ...known, askedUntilMono: null, attempts: 0, followedMono: null, isStuck: false });
/** An open stop's companion. Lost with the process, like the other one. */
export interface StopMemory {
  /** Why it is being taken back; null when nobody is at it. */
  cancelling: string | null;
  /** True once this life has asked the exchange to cancel it: then its end is no loss. */
  wasCancelled: boolean;
  /** It had not fired at this moment; null before the first look. */
  openAtMono: number | null;
  /** When it was last looked at because the price has come to it. */
  nearMono: number;
  /** Since when it is seen as fired without the order that it has placed; null while it is not. */
  unnamedSinceMono: MonoMs | null;
  /** Somebody was told of that. */
  isUnnamedTold: boolean;
}

/** Whether the account may be used at all. */
export interface Access {
  /** The label with which the exchange refused our key; nothing is sent until the operator says that trading goes on. */
  keyRefused: string | null;
}

/** Everything the cycler's parts share. One thread, one owner: no part of it is ever awaited. */
export interface EngineContext {
  readonly options: EngineOptions;
  readonly board: Board;
  readonly books: Books;
  readonly clock: Clock;
  readonly exchangeClock: ExchangeClock;
  readonly account: Account;
  readonly budget: RateBudget;
  readonly access: Access;
  readonly lane: OrderLane;
  /** Hands a price from REST to the reactor, which alone writes the cells. */
  readonly restPrice: (tick: Tick) => void;
  readonly log: Logger;
  readonly symbols: readonly string[];
  /** This thread's life number: flags left by an earlier life are swept. */
  readonly generation: number;
  /** What a new cycle of the pair starts with. */
  readonly params: ReadonlyMap<string, LadderParams>;
  readonly rules: Map<string, MarketRules>;
  readonly pairs: ReadonlyMap<string, PairMemory>;
  /** For each pair the others with the same base coin; usually none. */
  readonly sameBase: ReadonlyMap<string, readonly string[]>;
  readonly intents: Map<number, IntentMemory>;
  /** What is remembered of stops beside that, by intent. */
  readonly stops: Map<number, StopMemory>;
  /** Pairs whose order has come to its end: looked at in the next turn, which also arms their new levels. */
  readonly followUps: Set<string>;
  /** True once this life has compared the account with its books: before that it does not know what it has bought. */
  reconciled: boolean;
  /** The account is to be compared soon, and not only when it is due. */
  wantsComparison: boolean;
  /** Set once by a shutdown: nothing new is sent, what is in flight is followed. */
  draining: boolean;
}
