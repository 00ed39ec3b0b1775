import { type Decimal, ONE, decimal, text as textOf } from '@mtrade/money';
import { type Result, done, refuse } from './result.js';
import type { OrderSide, OrderType, PairSpec, PlaceOrder, TimeInForce } from './types.js';
import { unitsOf } from './units.js';

/** A request whose form is right: numbers parsed, precision and names checked. Nothing is known about money yet. */
export interface CheckedRequest {
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly amount: Decimal;
  /** Null for market orders. */
  readonly price: Decimal | null;
  readonly priceTicks: number | null;
  readonly slippage: Decimal | null;
  readonly text: string;
  readonly account: string;
}

const CUSTOM_TEXT = /^t-[0-9A-Za-z_.-]{1,28}$/;
/** A market buy is sized in quote; the exchange names no precision for it, balances have at most this many decimals. */
const QUOTE_DECIMALS = 8;

export function checkRequest(spec: PairSpec, request: PlaceOrder): Result<CheckedRequest> {
  const text = request.text === undefined || request.text === '' ? 'apiv4' : request.text;
  if (text !== 'apiv4' && !CUSTOM_TEXT.test(text))
    return refuse('INVALID_PARAM_VALUE', 'Invalid text: must be t- and at most 28 of 0-9 A-Z a-z _ - .');

  // The types promise these words, but a request comes from outside.
  if (!['buy', 'sell'].includes(request.side)) return refuse('INVALID_PARAM_VALUE', 'Invalid side');
  if (!['limit', 'market'].includes(request.type)) return refuse('INVALID_PARAM_VALUE', 'Invalid type');
  if (!['gtc', 'ioc', 'fok', 'poc', undefined].includes(request.timeInForce))
    return refuse('INVALID_PARAM_VALUE', 'Invalid time_in_force');

  const isMarket = request.type === 'market';
  const timeInForce = request.timeInForce ?? 'gtc';
  if (isMarket && timeInForce !== 'ioc' && timeInForce !== 'fok')
    return refuse(
      'INVALID_PARAM_VALUE',
      `Invalid time_in_force ${timeInForce}: market orders are ioc or fok`,
    );
  if (timeInForce === 'fok' && !spec.supportsFok)
    return refuse('INVALID_PARAM_VALUE', `time_in_force fok is not supported by ${spec.id}`);

  const amount = positive(request.amount);
  if (amount === null) return refuse('INVALID_PARAM_VALUE', `Invalid amount ${request.amount}`);
  const decimals = isMarket && request.side === 'buy' ? QUOTE_DECIMALS : spec.amountDecimals;
  if (hasMoreDecimals(amount, decimals))
    return refuse('INVALID_PRECISION', `Amount ${request.amount} has more than ${decimals} decimals`);

  const slippage = request.slippage === undefined ? null : positive(request.slippage);
  if (request.slippage !== undefined && (slippage === null || slippage.gte(ONE)))
    return refuse('INVALID_PARAM_VALUE', `Invalid slippage ${request.slippage}`);

  const account = request.account ?? 'spot';
  const common = { side: request.side, type: request.type, timeInForce, amount, text, account };
  if (isMarket) return done({ ...common, price: null, priceTicks: null, slippage });

  const price = checkPrice(spec, request.price ?? '');
  return price.ok ? done({ ...common, ...price.value, slippage: null }) : price;
}

/** A price in whole price steps. */
export function checkPrice(
  spec: PairSpec,
  given: string,
): Result<{ readonly price: Decimal; readonly priceTicks: number }> {
  const price = positive(given);
  if (price === null)
    return refuse('INVALID_PARAM_VALUE', `Invalid price ${given === '' ? '(none)' : given}`);
  if (hasMoreDecimals(price, spec.priceDecimals))
    return refuse('INVALID_PRECISION', `Price ${textOf(price)} has more than ${spec.priceDecimals} decimals`);
  const priceTicks = unitsOf(textOf(price), spec.priceDecimals);
  if (priceTicks >= Number.MAX_SAFE_INTEGER)
    return refuse('INVALID_PARAM_VALUE', `Price ${textOf(price)} is too high`);
  return done({ price, priceTicks });
}

/** The smallest order of the pair. `value` in quote; null when nobody can say (a market sell without a bid). */
export function checkSize(spec: PairSpec, base: Decimal | null, value: Decimal | null): Result<null> {
  if (base !== null && base.lt(decimal(spec.minBase)))
    return refuse(
      'AMOUNT_TOO_LITTLE',
      `Your order size ${textOf(base)} ${spec.base} is too small. The minimum is ${spec.minBase} ${spec.base}`,
    );
  // Gate answers a value below the minimum with this general label, not with AMOUNT_TOO_LITTLE.
  if (value !== null && value.lt(decimal(spec.minQuote)))
    return refuse(
      'INVALID_PARAM_VALUE',
      `Your order size ${textOf(value)} ${spec.quote} is too small. The minimum is ${spec.minQuote} ${spec.quote}`,
    );
  return done(null);
}

export function mayTrade(spec: PairSpec, side: OrderSide): boolean {
  if (spec.tradeStatus === 'tradable') return true;
  return side === 'buy' ? spec.tradeStatus === 'buyable' : spec.tradeStatus === 'sellable';
}

function positive(value: string): Decimal | null {
  try {
    const parsed = decimal(value);
    return parsed.s > 0 && parsed.c[0] !== 0 ? parsed : null;
  } catch {
    return null;
  }
}

const hasMoreDecimals = (value: Decimal, decimals: number): boolean => !value.eq(value.round(decimals, 0));
