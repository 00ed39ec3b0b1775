import type { ListQuery, Order, PlaceOrder, TimeInForce } from '../core/types.js';
import { GateError, invalidParam, missingParam } from './gate-error.js';
import { idOf, myTradeRow, orderRow } from './gate-rows.js';
import {
  type RestCall,
  type RestServices,
  type Route,
  bodyText,
  optionalPair,
  pairOf,
  recordBody,
  secondsAsMs,
  unwrap,
  wholeNumber,
} from './rest-types.js';

const ACCOUNTS: ReadonlySet<string> = new Set(['spot', 'unified']);
const TIMES_IN_FORCE: ReadonlySet<string> = new Set(['gtc', 'ioc', 'fok', 'poc']);
const MAX_BATCH = 10;
const DAY_MS = 86_400_000;

function orderRequest(given: unknown, { exchange }: RestServices): PlaceOrder {
  const body = recordBody(given);
  const pair = pairOf(exchange, bodyText(body, 'currency_pair'));
  const side = bodyText(body, 'side');
  if (side === undefined) throw missingParam('side');
  if (side !== 'buy' && side !== 'sell') throw invalidParam('Invalid request parameter `side`');
  const type = bodyText(body, 'type') ?? 'limit';
  if (type !== 'limit' && type !== 'market') throw invalidParam('Invalid request parameter `type`');
  const amount = bodyText(body, 'amount');
  if (amount === undefined) throw missingParam('amount');
  const price = bodyText(body, 'price');
  if (type === 'limit' && price === undefined) throw missingParam('price');
  const timeInForce = bodyText(body, 'time_in_force') ?? (type === 'limit' ? 'gtc' : undefined);
  if (timeInForce !== undefined && !TIMES_IN_FORCE.has(timeInForce))
    throw invalidParam('Invalid request parameter `time_in_force`');
  const account = bodyText(body, 'account') ?? 'spot';
  if (!ACCOUNTS.has(account))
    throw new GateError(400, 'MARGIN_NOT_SUPPORTED', 'This exchange has spot accounts only');
  return {
    symbol: pair.symbol,
    side,
    type,
    amount,
    price,
    timeInForce: timeInForce as TimeInForce | undefined,
    text: bodyText(body, 'text'),
    account,
    slippage: bodyText(body, 'slippage'),
  };
}

const place = (call: RestCall, services: RestServices): unknown =>
  orderRow(unwrap(services.exchange.place(call.userId, orderRequest(call.body, services), call.nowMs)));

/** Each order of a batch stands for itself: a refused one is a row with `succeeded: false`. */
function each(items: unknown, run: (item: unknown) => unknown): unknown[] {
  if (!Array.isArray(items)) throw new GateError(400, 'INVALID_REQUEST_BODY', 'Invalid request body');
  if (items.length === 0 || items.length > MAX_BATCH)
    throw invalidParam(`between 1 and ${MAX_BATCH} orders are allowed`);
  return items.map((item: unknown) => {
    try {
      return { ...(run(item) as object), succeeded: true, label: '', message: '' };
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      const { text, currency_pair } = recordBody(item);
      return { text, currency_pair, succeeded: false, label: error.label, message: error.message };
    }
  });
}

function listQuery(call: RestCall, services: RestServices, maxLimit: number): ListQuery {
  const side = call.query.get('side') ?? undefined;
  if (side !== undefined && side !== 'buy' && side !== 'sell')
    throw invalidParam('Invalid request parameter `side`');
  const toMs = secondsAsMs(call.query, 'to');
  return {
    userId: call.userId,
    symbol: optionalPair(services.exchange, call.query.get('currency_pair'))?.symbol,
    side,
    orderId: call.query.get('order_id') ?? undefined,
    fromMs: secondsAsMs(call.query, 'from'),
    // The second that is named counts in full.
    toMs: toMs === undefined ? undefined : toMs + 999,
    page: wholeNumber(call.query, 'page', 1, 1, 1_000_000),
    limit: wholeNumber(call.query, 'limit', 100, 1, maxLimit),
  };
}

const visibleOrders = (call: RestCall, orders: readonly Order[]): Order[] =>
  orders.filter(
    (order) =>
      call.hideNewerThanMs === 0 || (order.finishMs ?? order.createMs) <= call.nowMs - call.hideNewerThanMs,
  );

function list(call: RestCall, services: RestServices): unknown {
  const status = call.query.get('status');
  if (status === 'open') {
    pairOf(services.exchange, call.query.get('currency_pair'));
    return visibleOrders(call, services.exchange.openOrders(listQuery(call, services, 100), call.nowMs)).map(
      orderRow,
    );
  }
  if (status !== 'finished') throw invalidParam('invalid argument: status');
  return visibleOrders(
    call,
    services.exchange.finishedOrders(listQuery(call, services, 1_000), call.nowMs),
  ).map(orderRow);
}

/** Grouped by pair, pairs in the order of their newest order. Every pair is there; the page is one within each. */
function openByPair(call: RestCall, services: RestServices): unknown {
  const query = listQuery(call, services, 100);
  const all = { ...query, page: 1, limit: Infinity };
  const groups = new Map<string, Order[]>();
  for (const order of visibleOrders(call, services.exchange.openOrders(all, call.nowMs))) {
    const group = groups.get(order.symbol);
    if (group === undefined) groups.set(order.symbol, [order]);
    else group.push(order);
  }
  const { page = 1, limit = 100 } = query;
  return [...groups].map(([symbol, orders]) => ({
    currency_pair: idOf(symbol),
    total: orders.length,
    orders: orders.slice((page - 1) * limit, page * limit).map(orderRow),
  }));
}

function one(call: RestCall, services: RestServices): unknown {
  const pair = pairOf(services.exchange, call.query.get('currency_pair'));
  const order = unwrap(
    services.exchange.order(call.userId, pair.symbol, call.params['id'] ?? '', call.nowMs),
  );
  if (visibleOrders(call, [order]).length === 0)
    throw new GateError(404, 'ORDER_NOT_FOUND', 'Order not found');
  return orderRow(order);
}

function cancel(call: RestCall, services: RestServices, pairId: string | null, id: string): unknown {
  const pair = pairOf(services.exchange, pairId);
  return orderRow(unwrap(services.exchange.cancel(call.userId, pair.symbol, id, call.nowMs)));
}

function cancelAll(call: RestCall, services: RestServices): unknown {
  const side = call.query.get('side') ?? undefined;
  if (side !== undefined && side !== 'buy' && side !== 'sell')
    throw invalidParam('Invalid request parameter `side`');
  const symbol = optionalPair(services.exchange, call.query.get('currency_pair'))?.symbol;
  return services.exchange
    .cancelAll(call.userId, { symbol, side }, call.nowMs)
    .map((order) => ({ ...orderRow(order), succeeded: true }));
}

function amend(call: RestCall, services: RestServices): unknown {
  one(call, services);
  throw invalidParam('this exchange does not amend orders: cancel and place a new one');
}

function countdown(call: RestCall, services: RestServices): unknown {
  const body = recordBody(call.body);
  const timeoutS = Number(bodyText(body, 'timeout') ?? Number.NaN);
  if (!Number.isSafeInteger(timeoutS) || timeoutS < 0 || (timeoutS > 0 && timeoutS < 5) || timeoutS > 86_400)
    throw invalidParam('Invalid request parameter `timeout`: 0, or at least 5 seconds');
  const pair = optionalPair(services.exchange, bodyText(body, 'currency_pair') ?? null);
  return { triggerTime: String(services.countdown.arm(call.userId, pair?.symbol, timeoutS)) };
}

/** A week when no begin is named; a month at most. */
function trades(call: RestCall, services: RestServices): unknown {
  const query = listQuery(call, services, 1_000);
  const endMs = query.toMs ?? call.nowMs;
  const fromMs = query.fromMs ?? endMs - 7 * DAY_MS;
  if (endMs - fromMs > 30 * DAY_MS + 1_000) throw invalidParam('time range exceeds 30 days');
  return services.exchange
    .myTrades({ ...query, fromMs }, call.nowMs)
    .filter((trade) => call.hideNewerThanMs === 0 || trade.ms <= call.nowMs - call.hideNewerThanMs)
    .map(myTradeRow);
}

/** Orders and own trades. */
export const orderRoutes: readonly Route[] = [
  { method: 'POST', path: '/spot/orders', access: 'private', status: 201, order: true, handle: place },
  { method: 'GET', path: '/spot/orders', access: 'private', handle: list },
  { method: 'DELETE', path: '/spot/orders', access: 'private', handle: cancelAll },
  { method: 'GET', path: '/spot/orders/:id', access: 'private', handle: one },
  {
    method: 'DELETE',
    path: '/spot/orders/:id',
    access: 'private',
    handle: (call, services) =>
      cancel(call, services, call.query.get('currency_pair'), call.params['id'] ?? ''),
  },
  { method: 'PATCH', path: '/spot/orders/:id', access: 'private', order: true, handle: amend },
  {
    method: 'POST',
    path: '/spot/batch_orders',
    access: 'private',
    order: true,
    handle: (call, services) => each(call.body, (item) => place({ ...call, body: item }, services)),
  },
  {
    method: 'POST',
    path: '/spot/cancel_batch_orders',
    access: 'private',
    handle: (call, services) =>
      each(call.body, (item) => {
        const body = recordBody(item);
        return cancel(call, services, bodyText(body, 'currency_pair') ?? null, bodyText(body, 'id') ?? '');
      }),
  },
  { method: 'GET', path: '/spot/open_orders', access: 'private', handle: openByPair },
  { method: 'GET', path: '/spot/my_trades', access: 'private', handle: trades },
  { method: 'POST', path: '/spot/countdown_cancel_all', access: 'private', handle: countdown },
];
