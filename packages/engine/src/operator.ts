import type { WireError } from '@mtrade/base';

/** What an operator may ask of the engine. Every one is answered by the cycler after its commit. */
export type OperatorCommand =
  | { readonly name: 'permit'; readonly symbol: string; readonly on: boolean }
  | { readonly name: 'pause'; readonly symbol: string }
  | { readonly name: 'resume'; readonly symbol: string }
  | { readonly name: 'reset'; readonly symbol: string }
  | { readonly name: 'sell-now'; readonly symbol: string }
  /** The engine-wide switch: off sends no new order, in-flight ones are followed. Kept over restarts. */
  | { readonly name: 'trading'; readonly on: boolean };

/** A position that wants a stop. */
export interface ProtectionView {
  /** `pending_entry`, `entry_placed`, `pending_sl` or `active`. */
  readonly state: string;
  /** Where the stop stands, or will; null before the entry is filled. */
  readonly stop_price: string | null;
  /** The exchange's id of the stop that lies there. */
  readonly stop_id: string | null;
  /** How long coins have been held without a stop; null while they have one. */
  readonly unprotected_ms: number | null;
  /** Why there is none, in words. */
  readonly problem: string | null;
  /** Why the engine sells the position itself. */
  readonly rollback: string | null;
}

/** One pair as status shows it: exact amounts as text, times in ms. Field names are the public contract. */
export interface PairView {
  readonly symbol: string;
  readonly trade: boolean;
  readonly paused: boolean;
  readonly state: string;
  readonly cycle_start_state: 0 | 1 | 2;
  readonly cycle: number;
  readonly step: number;
  readonly start_price: string | null;
  readonly last_buy_price: string | null;
  readonly base_volume: string;
  readonly invested: string;
  readonly break_even: string | null;
  readonly sell_price: string | null;
  /** The price of the order that sells: `sell_price` on the pair's grid. */
  readonly sell_limit: string | null;
  readonly next_buy_price: string | null;
  readonly last_price: string | null;
  readonly bid: string | null;
  readonly ask: string | null;
  readonly price_age_ms: number | null;
  /** Where bid and ask come from; null while there are none. */
  readonly price_source: 'stream' | 'rest' | null;
  /** Why the pair's stream cannot be relied on; null while it can. */
  readonly blind: string | null;
  readonly decision_age_ms: number | null;
  readonly realized_profit: string;
  readonly attention: string | null;
  /** Cycles in a row that a stop has ended with a loss. */
  readonly stop_outs: number;
  /** What the engine did with a position that it could not protect, in words; until a profitable cycle, resume or reset. */
  readonly last_exit: string | null;
  /** The position's protective stop; null where none is wanted or nothing is held. */
  readonly protection: ProtectionView | null;
  /** Why the last pass sent nothing: a WaitReason; null when it sent something. */
  readonly waiting_for: string | null;
  /** The last row of the running cycle's ladder; null without a ladder. */
  readonly last_step: number | null;
}

/** How the account and the books compare. Times in ISO 8601, UTC. */
export interface ReconciliationView {
  /** When the account was last looked at; null: not yet in this run. */
  readonly last_at: string | null;
  /** `complete`: everything was listed and compared; `incomplete`: `reason` says what was not. */
  readonly result: 'complete' | 'incomplete' | null;
  readonly reason: string | null;
  /** Other installations that trade on this account; while there is one, nothing is bought. */
  readonly foreign_engines: readonly {
    readonly install_id: string;
    readonly first_seen: string;
    readonly last_seen: string;
    readonly what: string;
  }[];
  /** Open stops at the exchange that the books do not know, by the last comparison. */
  readonly unknown_stops: readonly {
    readonly symbol: string;
    readonly stop_id: string;
    readonly stop_price: string;
    readonly amount: string;
    /** The pair holds a position: when this stop fires, it may sell coins of it. */
    readonly may_sell_ours: boolean;
  }[];
  /** What the account has and the books have not, of pairs that nobody has resumed or reset since. */
  readonly findings: readonly {
    readonly symbol: string;
    readonly kind: string;
    readonly reference: string;
    readonly client_order_id: string;
    readonly seen: string;
  }[];
}

/** Whether requests may be sent to the exchange, and why not. */
export interface AccessView {
  /** Requests that may be made at once; below zero while more was asked than the budget has. */
  readonly budget: number;
  /** ISO 8601, UTC; null while there is no pause. */
  readonly paused_until: string | null;
  /** `rate_limited`, `banned` or `blocked`. */
  readonly paused_reason: string | null;
  /** The exchange's label for a key that it refuses: nothing is sent until `mtrade trading on`. */
  readonly key_refused: string | null;
}

export interface EngineView {
  readonly access: AccessView;
  readonly trading: boolean;
  readonly pairs: readonly PairView[];
  /** Realised profit per quote coin. */
  readonly profit: Readonly<Record<string, string>>;
  /** Intents in an open state whose outcome is not known yet. */
  readonly unknown_intents: number;
  /** Highest decision age of a permitted pair, ms. */
  readonly max_decision_age_ms: number;
  readonly reconciliation: ReconciliationView;
}

/** To the cycler, from the supervisor. */
export type CyclerRequest =
  | { readonly type: 'command'; readonly id: number; readonly command: OperatorCommand }
  | { readonly type: 'view'; readonly id: number }
  /** No new orders from now on; answered once nothing is in flight any more. */
  | { readonly type: 'drain'; readonly id: number };

/** From the cycler, to the supervisor. */
export type CyclerReply =
  | { readonly type: 'reply'; readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly ok: false; readonly error: WireError }
  /** One line of the journal, as it was committed: for the terminal, the event stream and alerts. */
  | {
      readonly type: 'journal';
      readonly event: string;
      readonly symbol: string | null;
      readonly epochMs: number;
      readonly details: Readonly<Record<string, unknown>>;
    };
