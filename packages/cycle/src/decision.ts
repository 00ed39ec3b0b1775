import type { Decimal } from '@mtrade/money';
import type { EpochMs } from '@mtrade/base';
import type { OrderDraft } from './intent.js';
import type { LadderParams } from './ladder.js';
import type { AccountView, MarketRules, MarketView } from './market.js';

/** Why nothing is sent. Shown to the operator as it is: the answer to "why does this pair do nothing". */
export const WAIT_REASONS = [
  'engine_stopped',
  'key_refused',
  'not_permitted',
  'only_sells',
  'paused',
  'needs_attention',
  'restored_books',
  'foreign_engine',
  'intent_open',
  'outcome_unknown',
  'trades_missing',
  'price_unknown',
  'price_stale',
  'price_unconfirmed',
  'book_crossed',
  'account_unknown',
  'not_reconciled',
  'rules_unknown',
  'not_tradable',
  'clock_uncertain',
  'rate_limited',
  'backing_off',
  'insufficient_quote',
  'below_minimum',
  'price_above_row',
  'drop_insufficient',
  'bid_below_required',
  'ladder_exhausted',
  'unprotected',
  'stop_reached',
  'stop_ending',
  'rolling_back',
] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** Everything outside the pair that a decision rests on. `null` is "unknown", and only a known yes goes on. */
export interface DecisionContext {
  readonly nowMs: EpochMs;
  /** Null while the exchange's clock is not known. */
  readonly exchangeNowMs: EpochMs | null;
  /** After so long the exchange ends a stop. */
  readonly stopLifeMs: number;
  readonly trading: boolean;
  readonly sellWhenForbidden: boolean;
  /** False from the moment in which the exchange refused our key until the operator has looked. */
  readonly keyAccepted: boolean;
  readonly staleAfterMs: number;
  readonly market: MarketView;
  readonly account: AccountView | null;
  readonly rules: MarketRules | null;
  /** Parameters a new cycle would start with. */
  readonly params: LadderParams;
  /** Offset to the exchange clock known within one second. */
  readonly clockCertain: boolean;
  /** The account's orders and trades have been compared with the books since the engine began. */
  readonly reconciled: boolean;
  /** No other installation of mtrade is known to trade on this account. */
  readonly soleEngine: boolean;
  /** The rate budget allows one more buy, one more sale (sales have a reserve). */
  readonly budget: { readonly buy: boolean; readonly sell: boolean };
}

export type Decision =
  | { readonly type: 'wait'; readonly reason: WaitReason }
  | { readonly type: 'place'; readonly draft: OrderDraft }
  | { readonly type: 'attention'; readonly reason: string };

/** Prices at which a pass over the pair could do something; null = no such price now. Hints, rounded outward. */
export interface Triggers {
  /** A buy is possible when the ask at `askLevel` is at or below this. */
  readonly buyAtOrBelow: number | null;
  readonly askLevel: number;
  /** A sale is possible when the bid is at or above this. */
  readonly sellAtOrAbove: number | null;
}

/** The computed levels the operator sees; UI, CLI and API only render them. */
export interface Levels {
  readonly breakEven: Decimal | null;
  readonly sellPrice: Decimal | null;
  /** The price of the order that sells: `sellPrice` on the pair's grid, high enough for its smallest order. */
  readonly sellLimit: Decimal | null;
  readonly nextBuyPrice: Decimal | null;
}
