import { timingSafeEqual } from 'node:crypto';
import { isMtradeError } from '@mtrade/base';
import { decimal, text } from '@mtrade/money';
import { DEFAULT_USER_ID } from '../core/exchange.js';
import type { Quote, ScaledPrice, TradeStatus } from '../core/types.js';
import type { FaultStatus } from '../faults/fault-port.js';
import type { ExchangeControl } from './exchange-control.js';
import { GateError, invalidParam, missingParam } from './gate-error.js';
import type { RawRequest, RestAnswer } from './rest-api.js';
import { bodyText, pairOf, recordBody, unwrap } from './rest-types.js';

export const ADMIN_PATH = '/sim';
export const ADMIN_HEADER = 'x-sim-token';

type AdminHandler = (
  body: Readonly<Record<string, unknown>>,
  control: ExchangeControl,
  id: string,
) => unknown;

/** `0.00012345` as mantissa and decimals, exact. */
export function scaledPrice(value: string): ScaledPrice {
  const digits = text(decimal(value));
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  const mantissa = Number(digits.replace('.', ''));
  if (!Number.isSafeInteger(mantissa) || mantissa <= 0) throw new TypeError(`not a price: ${value}`);
  return { mantissa, decimals };
}

function needed(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = bodyText(body, name);
  if (value === undefined) throw missingParam(name);
  return value;
}

function quoteOf(body: Readonly<Record<string, unknown>>): Quote {
  const mid = bodyText(body, 'mid');
  if (mid !== undefined) return { kind: 'mid', mid: scaledPrice(mid) };
  const last = bodyText(body, 'last');
  return {
    kind: 'top',
    bid: scaledPrice(needed(body, 'bid')),
    ask: scaledPrice(needed(body, 'ask')),
    bidSize: bodyText(body, 'bidSize') ?? '1000',
    askSize: bodyText(body, 'askSize') ?? '1000',
    ...(last === undefined ? {} : { last: scaledPrice(last) }),
  };
}

const STATUSES: ReadonlySet<string> = new Set(['tradable', 'buyable', 'sellable', 'untradable']);

const user = (body: Readonly<Record<string, unknown>>): string => bodyText(body, 'userId') ?? DEFAULT_USER_ID;

/** What an operator or a test may do to the exchange. `POST /sim/quote {"symbol":"BTC/USDT","mid":"50000"}` and so on. */
const HANDLERS: Readonly<Record<string, AdminHandler>> = {
  'GET /records': (_, control) => control.records(),
  'GET /requests': (_, control) => control.requests(),
  'GET /stats': (_, control) => control.stats(),
  'GET /faults': (_, control) => control.faults.list(),
  'POST /faults': (body, control): FaultStatus => control.faults.add(body),
  'DELETE /faults': (_, control) => {
    control.faults.clear();
    return {};
  },
  'DELETE /faults/:id': (_, control, id) => ({ removed: control.faults.remove(id) }),
  'POST /quote': (body, control) => {
    const pair = pairOf(control.exchange, needed(body, 'symbol'));
    control.exchange.setQuote(pair.symbol, quoteOf(body), control.nowMs());
    return control.exchange.top(pair.symbol);
  },
  'POST /deposit': (body, control) =>
    unwrap(
      control.exchange.deposit(user(body), needed(body, 'currency'), needed(body, 'amount'), control.nowMs()),
    ),
  'POST /withdraw': (body, control) =>
    unwrap(
      control.exchange.withdraw(
        user(body),
        needed(body, 'currency'),
        needed(body, 'amount'),
        control.nowMs(),
      ),
    ),
  'POST /trade-status': (body, control) => {
    const pair = pairOf(control.exchange, needed(body, 'symbol'));
    const status = needed(body, 'status');
    if (!STATUSES.has(status)) throw invalidParam(`status must be one of ${[...STATUSES].join(', ')}`);
    control.exchange.setTradeStatus(pair.symbol, status as TradeStatus, control.nowMs());
    return { symbol: pair.symbol, status };
  },
  'POST /drop-sockets': (_, control) => ({ dropped: control.dropSockets() }),
  'POST /clock': (body, control) => {
    const offsetMs = body['offsetMs'];
    if (typeof offsetMs !== 'number' || !Number.isFinite(offsetMs))
      throw invalidParam('offsetMs is a number');
    control.setClockOffsetMs(offsetMs);
    return { offsetMs };
  },
};

/** The routes below `/sim`, closed to everybody who does not know the token. Without a token they do not exist. */
export class AdminApi {
  readonly #token: Buffer | undefined;
  readonly #control: ExchangeControl;

  constructor(token: string | undefined, control: ExchangeControl) {
    this.#token = token === undefined ? undefined : Buffer.from(token);
    this.#control = control;
  }

  answer(request: RawRequest): RestAnswer {
    try {
      return { status: 200, headers: {}, body: JSON.stringify(this.#serve(request)) };
    } catch (error) {
      if (error instanceof GateError) return { status: error.status, headers: {}, body: error.toBody() };
      if (isMtradeError(error, 'MTRADE_CONFIG') || error instanceof TypeError || error instanceof SyntaxError)
        return { status: 400, headers: {}, body: invalidParam(error.message).toBody() };
      throw error;
    }
  }

  #serve(request: RawRequest): unknown {
    const given = Buffer.from(request.header(ADMIN_HEADER) ?? '');
    if (this.#token === undefined) throw new GateError(404, 'NOT_FOUND', 'Request path not found');
    if (given.length !== this.#token.length || !timingSafeEqual(given, this.#token))
      throw new GateError(403, 'FORBIDDEN', `the header ${ADMIN_HEADER} is missing or wrong`);
    const [name = '', id] = request.path.slice(ADMIN_PATH.length + 1).split('/');
    const route = `${request.method} /${name}${id === undefined ? '' : '/:id'}`;
    const handler = Object.hasOwn(HANDLERS, route) ? HANDLERS[route] : undefined;
    if (handler === undefined) throw new GateError(404, 'NOT_FOUND', 'Request path not found');
    const body = request.body.length === 0 ? {} : recordBody(JSON.parse(request.body.toString('utf8')));
    return handler(body, this.#control, decodeURIComponent(id ?? ''));
  }
}
