import type { EpochMs } from '@mtrade/base';
import type { ScanRecord } from '@mtrade/cycle';
import type { Listing, OpenOrder } from './account.js';
import type { SendMarks } from './orders.js';
import type { RestPrice } from './prices.js';
import type { StopOutcome } from './stops.js';
import type {
  WireEvidence,
  WireOwnTrade,
  WirePlaceOutcome,
  WireRules,
  WireSettledOrder,
  WireStop,
} from './wire-rows.js';

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

export type LaneEventOf<T extends LaneEvent['type']> = Extract<LaneEvent, { type: T }>;

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
