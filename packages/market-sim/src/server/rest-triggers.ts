import type { PlaceTrigger, TriggerOrder, TriggerQuery } from '../core/types.js';
import { GateError, invalidParam, missingParam } from './gate-error.js';
import { triggerRow } from './gate-rows.js';
import {
  type RestCall,
  type RestServices,
  type Route,
  bodyText,
  optionalPair,
  recordBody,
  unwrap,
  wholeNumber,
} from './rest-types.js';

const MOST_ROWS = 1_000;

function marketOf({ exchange }: RestServices, id: string | null | undefined): string {
  if (id === null || id === undefined || id === '') throw missingParam('market');
  const pair = exchange.pair(id);
  if (pair === undefined) throw new GateError(400, 'INVALID_CURRENCY_PAIR', `Invalid currency pair ${id}`);
  return pair.symbol;
}

function accountOf(account: string | null | undefined): string {
  if (account !== undefined && account !== null && account !== 'normal' && account !== 'unified')
    throw invalidParam('invalid argument: put.account');
  return account ?? 'normal';
}

/** Gate's own: `currency_pair` is `market` here, `spot` is `normal`, and neither a client id nor an expiry header exists. */
function triggerRequest(given: unknown, services: RestServices): PlaceTrigger {
  const body = recordBody(given);
  const trigger = recordBody(body['trigger']);
  const put = recordBody(body['put']);
  const needed = (part: Readonly<Record<string, unknown>>, name: string): string => {
    const value = bodyText(part, name);
    if (value === undefined) throw missingParam(name);
    return value;
  };
  const side = needed(put, 'side');
  if (side !== 'buy' && side !== 'sell') throw invalidParam('invalid argument: put.side');
  const type = bodyText(put, 'type') ?? 'limit';
  if (type !== 'limit' && type !== 'market') throw invalidParam('invalid argument: put.type');
  const timeInForce = bodyText(put, 'time_in_force') ?? 'gtc';
  if (timeInForce !== 'gtc' && timeInForce !== 'ioc')
    throw invalidParam('invalid argument: put.time_in_force');
  const rule = needed(trigger, 'rule');
  if (rule !== '<=' && rule !== '>=') throw invalidParam('invalid argument: Trigger.rule');
  return {
    symbol: marketOf(services, bodyText(body, 'market')),
    rule,
    triggerPrice: needed(trigger, 'price'),
    expirationS: Number(needed(trigger, 'expiration')),
    put: {
      side,
      type,
      amount: needed(put, 'amount'),
      price: needed(put, 'price'),
      timeInForce,
      account: accountOf(bodyText(put, 'account')),
      text: bodyText(put, 'text') ?? 'api',
    },
  };
}

const place = (call: RestCall, services: RestServices): unknown => {
  const request = triggerRequest(call.body, services);
  const { id } = unwrap(services.exchange.triggers.place(call.userId, request, call.nowMs));
  return { id: Number(id) };
};

const isVisible =
  ({ hideNewerThanMs, nowMs }: RestCall) =>
  (order: TriggerOrder): boolean =>
    hideNewerThanMs === 0 || (order.finishMs ?? order.createMs) <= nowMs - hideNewerThanMs;

function list(call: RestCall, services: RestServices): unknown {
  const status = call.query.get('status');
  if (status !== 'open' && status !== 'finished') throw invalidParam('invalid argument: status');
  accountOf(call.query.get('account'));
  const query: TriggerQuery = {
    userId: call.userId,
    status,
    symbol: optionalPair(services.exchange, call.query.get('market'))?.symbol,
    limit: wholeNumber(call.query, 'limit', 100, 1, MOST_ROWS),
    offset: wholeNumber(call.query, 'offset', 0, 0, 1_000_000),
  };
  return services.exchange.triggers.list(query, call.nowMs).filter(isVisible(call)).map(triggerRow);
}

function one(call: RestCall, services: RestServices): unknown {
  const id = call.params['id'] ?? '';
  const order = unwrap(services.exchange.triggers.one(call.userId, id, call.nowMs));
  if (!isVisible(call)(order))
    throw new GateError(400, 'AUTO_ORDER_NOT_FOUND', `auto order not found: ${id}`);
  return triggerRow(order);
}

const cancel = (call: RestCall, { exchange }: RestServices): unknown =>
  triggerRow(unwrap(exchange.triggers.cancel(call.userId, call.params['id'] ?? '', call.nowMs)));

function cancelAll(call: RestCall, { exchange }: RestServices): unknown {
  accountOf(call.query.get('account'));
  const symbol = optionalPair(exchange, call.query.get('market'))?.symbol;
  return exchange.triggers.cancelAll(call.userId, symbol, call.nowMs).map(triggerRow);
}

/** Price-triggered orders. */
export const triggerRoutes: readonly Route[] = [
  { method: 'POST', path: '/spot/price_orders', access: 'private', status: 201, handle: place },
  { method: 'GET', path: '/spot/price_orders', access: 'private', handle: list },
  { method: 'DELETE', path: '/spot/price_orders', access: 'private', handle: cancelAll },
  { method: 'GET', path: '/spot/price_orders/:id', access: 'private', handle: one },
  { method: 'DELETE', path: '/spot/price_orders/:id', access: 'private', handle: cancel },
];
