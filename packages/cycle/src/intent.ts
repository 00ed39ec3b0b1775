import type { BaseQty, Price, QuoteAmount } from '@mtrade/money';
import type { EpochMs } from '@mtrade/base';

export type Side = 'buy' | 'sell';

/** Why an order exists. The first letter stands in its client id. */
export type Purpose = 'start' | 'average' | 'take-profit' | 'manual-sell' | 'stop-loss';

/**
 * Life of an intent (order-protocol section 2.4). The row is committed as SUBMITTED before anything is sent; each client
 * id is sent at most once, ever.
 */
export const INTENT_STATES = [
  'SUBMITTED',
  'UNKNOWN',
  'ACKED',
  'LIVE',
  'SETTLING',
  'QUARANTINED',
  'REJECTED',
  'NEVER',
  'FILLED',
  'PARTIAL',
  'KILLED',
] as const;
export type IntentState = (typeof INTENT_STATES)[number];

/** The one definition of "open": the unique index, every check and every query use this list. */
export const OPEN_INTENT_STATES = [
  'SUBMITTED',
  'UNKNOWN',
  'ACKED',
  'LIVE',
  'SETTLING',
  'QUARANTINED',
] as const satisfies readonly IntentState[];

/** What makes an intent a stop that lies on the exchange: it has no client id there, so this is its identity. */
export interface IntentStop {
  /** The last price at or below which the exchange sells. */
  readonly triggerPrice: Price;
  /** The exchange's own id of the stop; null until it is known. `exchangeOrderId` is the order that it has fired. */
  readonly stopId: string | null;
}

/** An order that has been decided but has no row yet. Exactly one of `baseAmount`, `quoteAmount` is set. */
export interface OrderDraft {
  readonly side: Side;
  readonly purpose: Purpose;
  /** The ladder row this order acts on. */
  readonly step: number;
  readonly type: 'market' | 'limit';
  readonly timeInForce: 'ioc' | 'fok';
  /** Base to buy or sell; null for a market buy, which is sized in quote. */
  readonly baseAmount: BaseQty | null;
  /** Quote to spend; only for a market buy. */
  readonly quoteAmount: QuoteAmount | null;
  /** The guarantee of a limit order; null for a market order. */
  readonly limitPrice: Price | null;
  /** Only on a stop: the exchange holds it back until its price is reached. */
  readonly stop?: IntentStop;
}

/** One line of the exchange's trade history that belongs to one of our orders. */
export interface Fill {
  readonly tradeId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly baseAmount: BaseQty;
  readonly price: Price;
  readonly fee: QuoteAmount | BaseQty;
  readonly feeCoin: string;
  readonly role: 'maker' | 'taker' | 'unknown';
  readonly epochMs: EpochMs;
}

/** One complete look at the exchange for one client id: open orders, finished orders, own trades, every page. */
export interface ScanRecord {
  /** Exchange clock when the first request left. */
  readonly startedAtMs: EpochMs;
  /** False when any page was missing or failed: then it is no negative evidence. */
  readonly complete: boolean;
  readonly openRows: number;
  readonly finishedRows: number;
  readonly tradeRows: number;
}

/** A committed intent. */
export interface Intent extends OrderDraft {
  /** Row number; with install id and start nonce it makes the client id. */
  readonly id: number;
  readonly clientOrderId: string;
  readonly epoch: number;
  readonly symbol: string;
  readonly cycleId: number;
  readonly decisionNo: number;
  readonly state: IntentState;
  readonly createdMs: EpochMs;
  /** Exchange clock; the exchange refuses the order when it arrives later. */
  readonly deadlineMs: EpochMs;
  readonly offsetErrorMs: number;
  readonly exchangeOrderId: string | null;
  /** The exchange's own word for the end (`filled`, `ioc`, `fok`, ...), or the label of a rejection; of an open stop one that proves nothing yet. */
  readonly finishAs: string | null;
  readonly filledBase: BaseQty | null;
  readonly filledQuote: QuoteAmount | null;
  /** Scans after T_safe that found nothing; two make NEVER. */
  readonly proof: readonly ScanRecord[];
  readonly closedMs: EpochMs | null;
}
