/**
 * What the checker is given, in words of its own: it shares no code and no types with the engine or the exchange.
 * Amounts and prices are plain decimal text, times Unix milliseconds.
 */
export interface OrderRecord {
  readonly id: string;
  readonly symbol: string;
  /** The client order id. */
  readonly text: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'limit' | 'market';
  /** Base; for a market buy quote. */
  readonly amount: string;
  /** `0` for market orders. */
  readonly price: string;
  readonly filledAmount: string;
  readonly filledTotal: string;
  readonly fee: string;
  readonly status: 'open' | 'closed' | 'cancelled';
}

export interface TradeRecord {
  readonly id: string;
  readonly symbol: string;
  readonly orderId: string;
  readonly side: 'buy' | 'sell';
  readonly amount: string;
  readonly price: string;
  readonly fee: string;
  readonly feeCurrency: string;
}

export interface TransferRecord {
  readonly currency: string;
  /** Signed. */
  readonly amount: string;
}

/** The exchange's own records of one account. */
export interface Records {
  readonly orders: readonly OrderRecord[];
  readonly trades: readonly TradeRecord[];
  readonly transfers: readonly TransferRecord[];
  /** Coin to what the account has of it now. */
  readonly balances: Readonly<Record<string, { readonly available: string; readonly locked: string }>>;
  /** What is wrong with the file itself: holes in the sequence, a trade told twice. */
  readonly damage: readonly string[];
}

/** The configured ladder of a pair; the names are the configuration's. */
export interface LadderFacts {
  readonly base_order: string;
  readonly safety_orders: number;
  readonly step_pct: string;
  readonly step_growth_pct: string;
  readonly volume_mode: string;
  readonly volume_scale: string;
  readonly take_profit_pct: string;
  readonly take_profit_decay_pct: string;
  /** Where it is set, a position may also be sold at a loss by its stop. */
  readonly stop_loss_pct?: string;
}

/** The pair as the exchange lists it. */
export interface MarketFacts {
  readonly symbol: string;
  readonly amountDecimals: number;
  readonly minBase: string;
  readonly minQuote: string;
  readonly feePct: string;
}

/** The engine's own books as text, for the comparison only. */
export interface Books {
  readonly pairs: readonly {
    readonly symbol: string;
    readonly realizedProfit: string;
    readonly dustBase: string;
    readonly dustCost: string;
    readonly cycle: {
      readonly step: number;
      readonly baseVolume: string;
      readonly invested: string;
      readonly proceeds: string;
    } | null;
  }[];
  /** Every cycle that has ended with a sale, oldest first. */
  readonly cycles: readonly { readonly symbol: string; readonly step: number; readonly profit: string }[];
  readonly fills: readonly {
    readonly tradeId: string;
    readonly clientOrderId: string;
    readonly amount: string;
    readonly price: string;
    readonly fee: string;
  }[];
  readonly intents: readonly {
    readonly clientOrderId: string;
    readonly symbol: string;
    readonly step: number;
    readonly state: string;
  }[];
}

export interface Violation {
  readonly rule: string;
  readonly symbol: string;
  /** Exchange order ids with their client ids. */
  readonly orders: readonly string[];
  readonly text: string;
}
