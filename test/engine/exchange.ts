import type { LaneEvent, OrderRequest, PlaceTimes, WireEvidence, WireFill } from '@mtrade/engine';
import { type BaseQty, type Decimal, decimal, floorToStep, quotient, text, ZERO } from '@mtrade/money';

/** One order as the exchange of these tests has it. */
export interface TestOrder {
  readonly request: OrderRequest;
  readonly exchangeOrderId: string;
  readonly finishAs: string;
  readonly filledBase: Decimal;
  readonly filledQuote: Decimal;
  readonly fills: readonly WireFill[];
}

export interface Execution {
  /** Price of the trades. */
  readonly at: string;
  /** How much of the order trades; 1 is all of it. */
  readonly share?: string;
  /** Fee as a fraction; in base on buys, in quote on sales, or in `feeCoin`. */
  readonly fee?: string;
  readonly feeCoin?: string;
  /** Trades that the fill is cut into. */
  readonly trades?: number;
}

const STEP = decimal('0.0001') as BaseQty;

/**
 * The exchange's own truth, without a network: orders by client id, trades and balances. What it does with an order and
 * what the engine hears of it are two separate calls, so that a test can lose, double or delay every word.
 */
export class TestExchange {
  readonly orders = new Map<string, TestOrder>();
  readonly balances = new Map<string, Decimal>();
  #ids = 0;

  constructor(balances: Readonly<Record<string, string>>) {
    for (const [coin, amount] of Object.entries(balances)) this.balances.set(coin, decimal(amount));
  }

  balance(coin: string): Decimal {
    return this.balances.get(coin) ?? ZERO;
  }

  move(coin: string, amount: Decimal): void {
    this.balances.set(coin, this.balance(coin).plus(amount));
  }

  /** The order arrives and trades. */
  execute(request: OrderRequest, execution: Execution): TestOrder {
    const { at, share = '1', fee = '0.002', trades = 1 } = execution;
    const [base = '', quote = ''] = request.symbol.split('/');
    const price = decimal(at);
    const asked = decimal(request.amount);
    const isQuoteSized = request.type === 'market' && request.side === 'buy';
    const whole = isQuoteSized ? quotient(asked, price) : asked;
    const filledBase = floorToStep(whole.times(decimal(share)) as BaseQty, STEP);
    this.#ids += 1;
    const exchangeOrderId = `x${this.#ids}`;
    const fills: WireFill[] = [];
    let left: Decimal = filledBase;
    for (let index = 1; left.gt(ZERO); index += 1) {
      const part = floorToStep(quotient(filledBase, decimal(String(trades))) as BaseQty, STEP);
      const amount = index >= trades || part.lte(ZERO) ? left : part;
      left = left.minus(amount);
      const feeCoin = execution.feeCoin ?? (request.side === 'buy' ? base : quote);
      const feeOf = feeCoin === base ? amount : amount.times(price);
      fills.push({
        tradeId: `${exchangeOrderId}-${index}`,
        symbol: request.symbol,
        side: request.side,
        baseAmount: text(amount),
        price: text(price),
        fee: text(feeOf.times(decimal(fee))),
        feeCoin,
        role: 'taker',
        epochMs: 1_700_000_000_000,
      });
    }
    const filledQuote = filledBase.times(price);
    const sign = request.side === 'buy' ? ZERO.plus('1') : ZERO.minus('1');
    this.move(base, filledBase.times(sign));
    this.move(quote, filledQuote.times(sign).times('-1'));
    for (const fill of fills) this.move(fill.feeCoin, decimal(fill.fee).times('-1'));
    const order: TestOrder = {
      request,
      exchangeOrderId,
      finishAs: left.eq(ZERO) && share === '1' ? 'filled' : filledBase.eq(ZERO) ? request.timeInForce : 'ioc',
      filledBase,
      filledQuote,
      fills,
    };
    this.orders.set(request.clientOrderId, order);
    return order;
  }

  /** The order arrives and is cancelled at once. */
  kill(request: OrderRequest): TestOrder {
    return this.execute(request, { at: request.price ?? '1', share: '0' });
  }
}

const NOT_TIMED: PlaceTimes = { pickedMono: 0, signedMono: null, sentMono: null, answeredMono: 0 };

/** What the order thread would say. */
export const say = {
  acked: (order: TestOrder, times = NOT_TIMED): LaneEvent => ({
    type: 'placed',
    intentId: order.request.intentId,
    outcome: {
      type: 'acked',
      exchangeOrderId: order.exchangeOrderId,
      finished: true,
      finishAs: order.finishAs,
      filledBase: text(order.filledBase),
      filledQuote: text(order.filledQuote),
    },
    times,
  }),
  settled: (order: TestOrder): LaneEvent => ({
    type: 'settled',
    intentId: order.request.intentId,
    exchangeOrderId: order.exchangeOrderId,
    finishAs: order.finishAs,
    filledBase: text(order.filledBase),
    filledQuote: text(order.filledQuote),
    fills: order.fills,
  }),
  followed: (intentId: number, orders: readonly TestOrder[]): LaneEvent => ({
    type: 'followed',
    intentId,
    orders: orders.map((order) => ({
      exchangeOrderId: order.exchangeOrderId,
      finishAs: order.finishAs,
      filledBase: text(order.filledBase),
      filledQuote: text(order.filledQuote),
      fills: order.fills,
    })),
  }),
  rejected: ({ intentId }: OrderRequest, label: string, retryAfterMs: number | null = null): LaneEvent => ({
    type: 'placed',
    intentId,
    outcome: { type: 'rejected', label, message: label, retryAfterMs },
    times: NOT_TIMED,
  }),
  unknown: ({ intentId }: OrderRequest): LaneEvent => ({
    type: 'placed',
    intentId,
    outcome: { type: 'unknown', reason: 'timeout' },
    times: NOT_TIMED,
  }),
  settleFailed: (intentId: number): LaneEvent => ({ type: 'settle-failed', intentId, reason: 'not yet' }),
  scanned: (
    intentId: number,
    startedAtMs: number,
    found: readonly WireEvidence[] = [],
    complete = true,
  ): LaneEvent => ({
    type: 'scanned',
    intentId,
    record: { startedAtMs: startedAtMs as never, complete, openRows: 0, finishedRows: 7, tradeRows: 3 },
    found,
  }),
  evidence: (evidence: WireEvidence): LaneEvent => ({ type: 'evidence', evidence }),
};

/** The order as a list of finished orders, or the private stream, shows it. */
export const seen = (order: TestOrder, changes: Partial<WireEvidence> = {}): WireEvidence => ({
  clientOrderId: order.request.clientOrderId,
  symbol: order.request.symbol,
  exchangeOrderId: order.exchangeOrderId,
  finished: true,
  finishAs: order.finishAs,
  filledBase: text(order.filledBase),
  filledQuote: text(order.filledQuote),
  ...changes,
});
