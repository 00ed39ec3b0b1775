import type { EpochMs } from '@mtrade/base';
import type { BaseQty, Decimal, QuoteAmount } from '@mtrade/money';
import type {
  ClosedCycle,
  Cycle,
  Fill,
  Intent,
  MarketRules,
  PairState,
  Position,
  ScanRecord,
  Side,
  TakenIn,
} from '@mtrade/cycle';

/**
 * The ports of the engine: what it needs from the world, said in its own words. Adapters (`feed`, `venue`, `store`)
 * implement them; a simulation implements them too.
 */

// ---------------------------------------------------------------------------------------------- exchange, REST

/** When a request passed the stages of its way out, monotonic ms; null for a stage that it did not come to. */
export interface SendMarks {
  /** Built and signed. */
  signedMono: number | null;
  /** Handed to the socket, every byte of it. */
  sentMono: number | null;
}

export interface PlaceOptions {
  /** Asked once all is built and signed, before the first byte: nothing is sent unless it resolves with true. */
  readonly permitted: () => Promise<boolean>;
  /** Written to: how far the request came, and when. */
  readonly marks?: SendMarks | undefined;
}

/** What one POST of an order led to. Everything that is not listed as definite is `unknown` (protocol 2.5). */
export type PlaceOutcome =
  | {
      readonly type: 'acked';
      readonly exchangeOrderId: string;
      /** False while the order rests on the book. */
      readonly finished: boolean;
      readonly finishAs: string | null;
      readonly filledBase: BaseQty;
      readonly filledQuote: QuoteAmount;
    }
  | {
      readonly type: 'rejected';
      readonly label: string;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: 'unknown'; readonly reason: string };

/** One of our orders as a scan or the private stream saw it. */
export interface OrderEvidence {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly finished: boolean;
  readonly finishAs: string | null;
  /** Null when the source does not say (a trade row). */
  readonly filledBase: BaseQty | null;
  readonly filledQuote: QuoteAmount | null;
}

export interface ScanResult {
  readonly record: ScanRecord;
  /** Every order found under the client id; two of them mean quarantine. */
  readonly found: readonly OrderEvidence[];
}

export interface Balance {
  readonly available: Decimal;
  readonly locked: Decimal;
}
export type Balances = Readonly<Record<string, Balance>>;

export interface ClockOffset {
  /** Exchange clock less our monotonic clock: nothing that anybody does to the wall clock changes it (N20). */
  readonly exchangeMinusMono: number;
  /** Half the best round trip: the truth lies within +- this. */
  readonly errorMs: number;
}

/** A list read to its end, or as far as it went: then `missing` says why, and absence from `rows` proves nothing. */
export interface Listing<T> {
  readonly rows: readonly T[];
  readonly missing: string | null;
}

/** An order that rests on the book, as a list shows it. */
export interface OpenOrder {
  /** Empty when it was sent without a name. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly side: Side;
}

/** One line of the own trades with the name under which its order was sent; empty when it had none. */
export interface OwnTrade {
  readonly clientOrderId: string;
  readonly exchangeOrderId: string;
  readonly fill: Fill;
}

/** What goes on the wire, already exact text; made from a committed intent and nothing else. */
export interface OrderRequest {
  readonly intentId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'market' | 'limit';
  readonly timeInForce: 'ioc' | 'fok';
  /** Base text; for a market buy quote text. */
  readonly amount: string;
  readonly price: string | null;
  /** Exchange clock: sent as the request's expiry. */
  readonly deadlineMs: EpochMs;
}

/**
 * A stop on the exchange: when the last price is at or below `triggerPrice` it sells `amount` at once, for `limitPrice` or
 * better (IOC). It has no client id and no expiry of its request (Gate).
 */
export interface StopRequest {
  readonly intentId: number;
  readonly symbol: string;
  /** Exact text on the pair's price grid. */
  readonly triggerPrice: string;
  /** The lowest price that it takes, exact text on the pair's price grid. */
  readonly limitPrice: string;
  /** Base, exact text on the pair's amount grid. */
  readonly amount: string;
  /** After so long the exchange ends it by itself, whole seconds. */
  readonly expirationS: number;
  /** Exchange clock; nothing created earlier is this order. */
  readonly notBeforeMs: EpochMs;
}

/** What one POST of a stop led to; the same whitelist of definite refusals as for an order. */
export type StopOutcome =
  | { readonly type: 'acked'; readonly stopId: string }
  | {
      readonly type: 'rejected';
      readonly label: string;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | {
      readonly type: 'unknown';
      readonly reason: string;
      /** Of a refusal (4xx) that is not on the list of those which prove something: it counts once no stop has been found. */
      readonly label?: string;
    };

export type StopStatus = 'open' | 'cancelled' | 'fired' | 'failed' | 'expired';

/** One stop as the exchange lists it, whoever made it. */
export interface StopEvidence {
  readonly stopId: string;
  readonly symbol: string;
  readonly triggerPrice: Decimal;
  readonly amount: Decimal;
  /** Exchange clock; the latest moment it can have been, where the exchange tells whole seconds. */
  readonly createdMs: EpochMs;
  readonly status: StopStatus;
  /** The order that it has placed; its trades decide. */
  readonly firedOrderId: string | null;
  /** The exchange's own words for a failure. */
  readonly reason: string | null;
}

/** Every stop of a pair since a moment, open and finished. */
export interface StopScan {
  /** False when any page was missing or failed: then an absence proves nothing. */
  readonly complete: boolean;
  /** Exchange clock when the first request left. */
  readonly startedAtMs: EpochMs;
  readonly stops: readonly StopEvidence[];
}

/**
 * The exchange's REST side. Every method has a deadline of its own and rejects with an Error when it did not get a
 * complete answer, except `place` and `placeStop`, which never reject: whatever happens is an outcome; and except `scan`,
 * `openOrders`, `allStops` and `trades`, which say how far they came.
 */
export interface Venue {
  /** Rules of the given pairs; a pair that the exchange does not list is missing from the answer. */
  readonly loadRules: (symbols: readonly string[]) => Promise<readonly MarketRules[]>;
  readonly measureClock: () => Promise<ClockOffset>;
  /** The pair's book now, `depth` levels deep. */
  readonly book: (symbol: string, depth: number) => Promise<RestPrice>;
  /** Best prices of many pairs in one call; a pair that the exchange has no price for is missing. */
  readonly tickers: (symbols: readonly string[]) => Promise<readonly RestPrice[]>;
  readonly balances: () => Promise<Balances>;
  /** Exactly one POST, or none when it is not permitted. */
  readonly place: (request: OrderRequest, options: PlaceOptions) => Promise<PlaceOutcome>;
  /**
   * Current word on one order by the exchange's own id. When the exchange says that it has no such order, the error
   * carries `label: 'ORDER_NOT_FOUND'`, and no other error does.
   */
  readonly order: (symbol: string, exchangeOrderId: string) => Promise<OrderEvidence>;
  /** All trades of one order, every page. */
  readonly fills: (symbol: string, exchangeOrderId: string) => Promise<readonly Fill[]>;
  /** Looks for a client id among open orders, finished orders and own trades since `fromMs`, every page. */
  readonly scan: (symbol: string, clientOrderId: string, fromMs: EpochMs) => Promise<ScanResult>;
  /** Exactly one POST. */
  readonly placeStop: (request: StopRequest) => Promise<StopOutcome>;
  /** Its answer proves nothing: the stop may have fired on the way. Look afterwards. */
  readonly cancelStop: (symbol: string, stopId: string) => Promise<void>;
  readonly stop: (symbol: string, stopId: string) => Promise<StopEvidence>;
  /** Stops created at or after `fromMs` (exchange clock), open and finished, every page. */
  readonly findStops: (symbol: string, fromMs: EpochMs) => Promise<StopScan>;
  /** Every stop of the account, of all pairs, whoever made it: open ones, and those that ended since `fromMs` (exchange clock). */
  readonly allStops: (fromMs: EpochMs) => Promise<Listing<StopEvidence>>;
  /** Every order of the account that rests on a book, of all pairs. */
  readonly openOrders: () => Promise<Listing<OpenOrder>>;
  /** Every own trade of the account, of all pairs, up to `toMs` or until now; exchange clock. At most 30 days. */
  readonly trades: (fromMs: EpochMs, toMs: EpochMs | null) => Promise<Listing<OwnTrade>>;
  readonly close: () => Promise<void>;
}

// ---------------------------------------------------------------------------------------------- exchange, WebSocket

/** One price as it lies in shared memory: `mantissa x 10^-decimals`, mantissa a safe integer. */
export interface ScaledPrice {
  readonly mantissa: number;
  readonly decimals: number;
}

/** A pair's prices that were asked for, because its stream is silent or not believed. Plain data. */
export interface RestPrice {
  readonly symbol: string;
  readonly bid: ScaledPrice | null;
  readonly ask: ScaledPrice | null;
  /** Asks from best to worst; null when only the best prices were asked for. */
  readonly asks: readonly ScaledPrice[] | null;
  /** Exchange clock: when this was surely true, at the latest the moment of the answer. */
  readonly exchangeMs: EpochMs;
}

/** Best prices of one pair from one frame; null where the frame does not say. Times in ms. */
export interface Tick {
  readonly symbol: string;
  readonly bid: ScaledPrice | null;
  readonly ask: ScaledPrice | null;
  readonly last: ScaledPrice | null;
  /** Asks from best to worst, only for pairs whose ladder looks deeper than the best price. */
  readonly asks: readonly ScaledPrice[] | null;
  readonly exchangeMs: number;
  /** Monotonic time when the frame came off the socket. */
  readonly receivedMono: number;
  /** True for a price that was asked for because the pair's stream is silent. */
  readonly isRest?: boolean;
}

export interface FeedHandlers {
  /** The tick and its prices stand until the call returns: whoever keeps them copies them. */
  readonly onTick: (tick: Tick) => void;
  /** An order event of the private stream; a hint that starts a look at the trades. */
  readonly onOrder: (evidence: OrderEvidence) => void;
  readonly onBalances: () => void;
  readonly onState: (state: FeedState) => void;
}

export interface FeedState {
  readonly connected: boolean;
  readonly reconnects: number;
  readonly malformedFrames: number;
  /** Frames dropped because a newer one of the same pair and channel had come before. */
  readonly staleFrames?: number;
  /** Pairs whose subscription the exchange refused, with its words. */
  readonly refused: Readonly<Record<string, string>>;
  readonly reason: string | null;
}

export interface PriceFeed {
  readonly start: (handlers: FeedHandlers) => void;
  readonly close: () => void;
}

// ---------------------------------------------------------------------------------------------- database

export interface JournalEntry {
  readonly epochMs: EpochMs;
  readonly symbol: string | null;
  /** `order.intent`, `order.filled`, `cycle.closed`, `operator.reset`, ...: dotted, stable. */
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * One atomic step of the books: all of it is committed, durably, or none. Every list may be empty.
 * The order of application is pair, cycle, position, intents, fills, closed cycle, journal.
 */
export interface ChangeSet {
  /** New value of the pair's own columns (flags, attention, dust, back-off, counters). */
  readonly pair?: PairState;
  /** Inserted or replaced by id. */
  readonly cycle?: Cycle & { readonly symbol: string };
  /** Ends a cycle: its row becomes history. */
  readonly closedCycle?: ClosedCycle & { readonly symbol: string };
  /** The protected side of a cycle, open or ended: inserted or replaced by cycle. */
  readonly position?: Position & { readonly symbol: string };
  /** New rows; refused by the schema when the pair already has an open one on that side, or is not permitted (buys). */
  readonly newIntents?: readonly Intent[];
  /** Compare-and-set on the state: the whole commit fails when a row is not in `from`. */
  readonly intentMoves?: readonly { readonly intent: Intent; readonly from: Intent['state'] }[];
  readonly fills?: readonly { readonly fill: Fill; readonly intentId: number; readonly cycleId: number }[];
  /** Coins from outside the books that a cycle has sold: they enter its ledger, and nothing else. */
  readonly takenIn?: TakenIn & { readonly symbol: string; readonly cycleId: number };
  readonly journal?: readonly JournalEntry[];
  /** Engine-wide operator switch. */
  readonly trading?: boolean;
  /** Own trades up to here (exchange clock) have been compared with the books. */
  readonly comparedToMs?: EpochMs;
  /** Inserted or replaced by install id. While one is not acknowledged, the schema refuses every buy. */
  readonly foreignInstalls?: readonly ForeignInstall[];
  /** Inserted; one that is known already is left as it is. */
  readonly discrepancies?: readonly Discrepancy[];
}

/** Another installation of mtrade that was seen to trade on this account. */
export interface ForeignInstall {
  readonly installId: string;
  readonly firstSeenMs: EpochMs;
  /** Exchange clock of the latest thing that it is known to have done. */
  readonly lastSeenMs: EpochMs;
  /** What it did last, in words. */
  readonly lastSeen: string;
  /** The operator knows of everything until then; null: of nothing yet. Exchange clock. */
  readonly acknowledgedMs: EpochMs | null;
}

/** Something of this installation on the account that the ledger does not have, and that nobody may guess into it. */
export interface Discrepancy {
  readonly symbol: string;
  readonly kind: 'orphan-order' | 'orphan-trade' | 'ended-order' | 'late-trade';
  /** The exchange's id of the trade, or of the order. */
  readonly reference: string;
  readonly clientOrderId: string;
  readonly seenMs: EpochMs;
}

/** An intent by its row or by the name under which its order was sent. */
export type IntentKey = { readonly id: number } | { readonly clientOrderId: string };

/** What the rows of a stop are looked for by. */
export type StopKey = { readonly stopId: string } | { readonly triggerPrice: Decimal };

/** An ended intent with every trade that is booked under it. */
export interface ClosedIntent {
  readonly intent: Intent;
  readonly fills: readonly Fill[];
}

export interface CycleStore {
  /** Everything a cycler needs to begin, after the schema check: pairs with open cycles and open intents. */
  readonly load: () => StoreSnapshot;
  /** One IMMEDIATE transaction, synchronous=FULL. Throws and changes nothing when anything is refused. */
  readonly commit: (change: ChangeSet) => void;
  /** A cycle that is history, by id; null when there is none. */
  readonly closedCycle: (id: number) => ClosedCycle | null;
  /** An intent that has come to its end; null when there is none, or when it is still open. */
  readonly closedIntent: (key: IntentKey) => ClosedIntent | null;
  /** Stops of a pair, open and ended, by the exchange's id of one or by their price. */
  readonly stopIntents: (symbol: string, key: StopKey) => readonly Intent[];
  /** The row of the intent that a trade is booked under; null when it is not booked. */
  readonly bookedUnder: (symbol: string, tradeId: string) => number | null;
  readonly close: () => void;
}

export interface StoreSnapshot {
  readonly installId: string;
  readonly startNonce: string;
  readonly epoch: number;
  readonly trading: boolean;
  readonly nextIntentId: number;
  readonly nextCycleId: number;
  readonly pairs: readonly PairState[];
  /** When these books were begun; wall clock. */
  readonly createdMs: EpochMs;
  /** Own trades up to here (exchange clock) were compared with the books; null: none yet. */
  readonly comparedToMs: EpochMs | null;
  readonly foreignInstalls: readonly ForeignInstall[];
  readonly discrepancies: readonly Discrepancy[];
}

// ---------------------------------------------------------------------------------------------- order lane

/** From the cycler to the order thread. A `place` is sent only for a committed intent, once. */
export type LaneRequest =
  /** Handed over before the intent is committed: nothing of it may be sent until the board's gate says so of `ticket`. */
  | { readonly type: 'place'; readonly order: OrderRequest; readonly ticket: number }
  /** Follow an acknowledged order to its end and bring its trades. */
  | {
      readonly type: 'settle';
      readonly intentId: number;
      readonly symbol: string;
      readonly exchangeOrderId: string;
      /** The order was placed by a stop: it has no name of ours under which it could be looked for. */
      readonly firedByStop?: true;
    }
  /** The same for several orders at once: more than one under a client id, or one whose intent has ended already. */
  | {
      readonly type: 'follow';
      readonly intentId: number;
      readonly symbol: string;
      readonly exchangeOrderIds: readonly string[];
      /** Each was placed by a stop and is told of by itself: an order without trades is forgotten. */
      readonly firedByStop?: true;
    }
  | {
      readonly type: 'scan';
      readonly intentId: number;
      readonly symbol: string;
      readonly clientOrderId: string;
      readonly fromMs: EpochMs;
    }
  | { readonly type: 'refresh-rules'; readonly symbols: readonly string[] }
  /** Look at the whole account: open orders, then stops and own trades of this time. */
  | {
      readonly type: 'survey';
      readonly askedMs: EpochMs;
      readonly fromMs: EpochMs;
      readonly toMs: EpochMs | null;
    }
  /** A POST for a committed stop, once; not after `sendBeforeMs` (exchange clock), for nothing on the wire expires. */
  | { readonly type: 'place-stop'; readonly stop: StopRequest; readonly sendBeforeMs: EpochMs }
  /** Cancels and then looks: only what the look shows counts. */
  | StopLook<'cancel-stop'>
  | StopLook<'look-stop'>
  | {
      readonly type: 'find-stops';
      readonly intentId: number;
      readonly symbol: string;
      readonly fromMs: EpochMs;
    }
  | { readonly type: 'refresh-balances' }
  | { readonly type: 'refresh-clock' }
  /** One call for each book, one for all tickers together. */
  | {
      readonly type: 'refresh-prices';
      readonly books: readonly { readonly symbol: string; readonly depth: number }[];
      readonly tickers: readonly string[];
    };

interface StopLook<T extends string> {
  readonly type: T;
  readonly intentId: number;
  readonly symbol: string;
  readonly stopId: string;
}

/** Why nothing may be sent for a while: too many requests (429), a ban (418), a firewall in between (403 without a label). */
export type PauseReason = 'rate_limited' | 'banned' | 'blocked';

/** What a call shows beside its own answer, and what concerns every call after it. */
export type VenueNews =
  /** So many requests have gone out. */
  | { readonly type: 'spent'; readonly calls: number }
  | { readonly type: 'paused'; readonly reason: PauseReason; readonly untilMono: number }
  /** The exchange refuses the key, or what it wants to do with it. */
  | { readonly type: 'key-refused'; readonly label: string }
  /** The exchange says that a request came too late: our idea of its clock may be wrong (N19). */
  | { readonly type: 'clock-doubted' };

/** From the order thread to the cycler. Plain data only: it crosses a thread border (decimals as text). */
export type LaneEvent =
  | VenueNews
  | {
      readonly type: 'placed';
      readonly intentId: number;
      readonly outcome: WirePlaceOutcome;
      readonly times: PlaceTimes;
    }
  | ({ readonly type: 'settled'; readonly intentId: number } & WireSettledOrder)
  /** What a `follow` led to: every order that was asked for, with all of its trades. */
  | { readonly type: 'followed'; readonly intentId: number; readonly orders: readonly WireSettledOrder[] }
  /** A `settle` or a `follow` that did not bring everything. */
  | {
      readonly type: 'settle-failed';
      readonly intentId: number;
      readonly reason: string;
      /** The order exists all the same; `filledBase` null: it was not said how much it has filled. */
      readonly seen?: { readonly exchangeOrderId: string; readonly filledBase: string | null };
    }
  | {
      readonly type: 'scanned';
      readonly intentId: number;
      readonly record: ScanRecord;
      readonly found: readonly WireEvidence[];
    }
  | { readonly type: 'evidence'; readonly evidence: WireEvidence }
  | Survey
  /** The private stream has begun anew: what happened in between, it will not tell. */
  | { readonly type: 'stream-opened' }
  | {
      readonly type: 'stop-placed';
      readonly intentId: number;
      readonly outcome: StopOutcome;
      readonly sentMono: number;
      readonly answeredMono: number;
    }
  /** `askedMono`: at that moment at the earliest the stop was as it is shown. */
  | {
      readonly type: 'stop-seen';
      readonly intentId: number;
      readonly askedMono: number;
      readonly stop: WireStop;
    }
  | {
      readonly type: 'stop-look-failed';
      readonly intentId: number;
      readonly stopId: string;
      readonly reason: string;
    }
  /** The exchange does not know the order that a stop has fired, and the whole list of its trades is empty. */
  | {
      readonly type: 'stop-traded-nothing';
      readonly intentId: number;
      readonly exchangeOrderId: string;
      readonly record: ScanRecord;
    }
  | {
      readonly type: 'stops-found';
      readonly intentId: number;
      readonly record: ScanRecord;
      readonly stops: readonly WireStop[];
    }
  | {
      readonly type: 'balances';
      readonly requestedMono: number;
      readonly balances: Readonly<Record<string, { available: string; locked: string }>>;
    }
  | { readonly type: 'balances-failed'; readonly reason: string }
  /** `exchangeMinusMono`: exchange clock less the monotonic clock, so that a jump of the wall clock changes nothing. */
  | {
      readonly type: 'clock';
      readonly exchangeMinusMono: number;
      readonly errorMs: number;
      readonly measuredMono: number;
    }
  | { readonly type: 'clock-failed'; readonly reason: string }
  /** The answers to one `refresh-prices`; `reason` says why some or all are missing. */
  | {
      readonly type: 'prices';
      readonly prices: readonly RestPrice[];
      readonly receivedMono: number;
      readonly reason: string | null;
    }
  | { readonly type: 'rules'; readonly rules: readonly WireRules[] }
  | { readonly type: 'rules-failed'; readonly reason: string };

/** For the latency histograms; no rule looks at them. */
export interface PlaceTimes extends Readonly<SendMarks> {
  /** When the order thread had the order in its hands. */
  readonly pickedMono: number;
  readonly answeredMono: number;
}

/** What the account shows of mtrade's orders, ours and other installations'; the user's own are left out. */
export interface Survey {
  readonly type: 'surveyed';
  /** Wall clock of the cycler when it asked: what it has booked since may be missing in the lists. */
  readonly askedMs: EpochMs;
  /** Exchange clock, as early as its error allows; null while that clock is not known. */
  readonly startedAtMs: EpochMs | null;
  readonly fromMs: EpochMs;
  /** Null: until the moment of the survey. */
  readonly toMs: EpochMs | null;
  readonly openOrders: Listing<OpenOrder>;
  /** Whoever made them: they carry no name. */
  readonly stops: Listing<WireStop>;
  readonly trades: Listing<WireOwnTrade>;
}

export interface WireOwnTrade {
  readonly clientOrderId: string;
  readonly exchangeOrderId: string;
  readonly fill: WireFill;
}

export type WirePlaceOutcome =
  | {
      readonly type: 'acked';
      readonly exchangeOrderId: string;
      readonly finished: boolean;
      readonly finishAs: string | null;
      readonly filledBase: string;
      readonly filledQuote: string;
    }
  | {
      readonly type: 'rejected';
      readonly label: string;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: 'unknown'; readonly reason: string };

/** An order that is over, with the trades that make up what it filled. */
export interface WireSettledOrder {
  readonly exchangeOrderId: string;
  readonly finishAs: string | null;
  readonly filledBase: string;
  readonly filledQuote: string;
  readonly fills: readonly WireFill[];
}

export interface WireFill {
  readonly tradeId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly baseAmount: string;
  readonly price: string;
  readonly fee: string;
  readonly feeCoin: string;
  readonly role: 'maker' | 'taker' | 'unknown';
  readonly epochMs: number;
}

export interface WireEvidence {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly finished: boolean;
  readonly finishAs: string | null;
  readonly filledBase: string | null;
  readonly filledQuote: string | null;
}

export type WireStop = Omit<StopEvidence, 'triggerPrice' | 'amount'> & {
  readonly triggerPrice: string;
  readonly amount: string;
};

export interface WireRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly amountStep: string;
  readonly priceStep: string;
  readonly minBase: string;
  readonly minQuote: string;
  readonly tradable: 'both' | 'buy-only' | 'sell-only' | 'none';
  readonly feeRate: string;
  readonly supportsFok: boolean;
}

/** The cycler's end of the wire to the order thread. Never blocks. */
export interface OrderLane {
  readonly request: (request: LaneRequest) => void;
}
