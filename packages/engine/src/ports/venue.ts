import type { EpochMs } from '@mtrade/base';
import type { Fill, MarketRules } from '@mtrade/cycle';
import type { Balances, ClockOffset, Listing, OpenOrder, OwnTrade } from './account.js';
import type { OrderEvidence, OrderRequest, PlaceOptions, PlaceOutcome, ScanResult } from './orders.js';
import type { RestPrice } from './prices.js';
import type { StopEvidence, StopOutcome, StopRequest, StopScan } from './stops.js';

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
