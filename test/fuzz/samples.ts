import type { Random } from '../simulation/random.js';

/** Frames and answers as the exchange writes them, from its API documents, with one pair that is traded here. */
/** When all this happened. */
export const SAMPLE_MS = 1_710_488_334_073;
export const SYMBOL = 'BTC/USDT';
export const PAIR = 'BTC_USDT';
export const CLIENT_ID = 't-m1-k3f9-q7ab-0000a2s-b4x';
export const ORDER_ID = '1852454420';

export const ORDER = {
  id: ORDER_ID,
  text: CLIENT_ID,
  amend_text: '-',
  create_time: '1710488334',
  update_time: '1710488334',
  create_time_ms: SAMPLE_MS,
  update_time_ms: 1_710_488_334_074,
  status: 'closed',
  currency_pair: PAIR,
  type: 'limit',
  account: 'spot',
  side: 'buy',
  amount: '0.001',
  price: '65000.1',
  time_in_force: 'ioc',
  iceberg: '0',
  left: '0',
  filled_amount: '0.001',
  fill_price: '63.4693',
  filled_total: '63.4693',
  avg_deal_price: '63469.3',
  fee: '0.000002',
  fee_currency: 'BTC',
  point_fee: '0',
  gt_fee: '0',
  gt_discount: false,
  rebated_fee: '0',
  rebated_fee_currency: 'USDT',
  finish_as: 'filled',
};

export const TRADE = {
  id: '1232893232',
  create_time: '1710488335',
  create_time_ms: '1710488335123.456',
  currency_pair: PAIR,
  order_id: ORDER_ID,
  side: 'buy',
  role: 'taker',
  amount: '0.001',
  price: '63469.3',
  fee: '0.000002',
  fee_currency: 'BTC',
  point_fee: '0',
  gt_fee: '0',
  text: CLIENT_ID,
};

const { filled_amount: _stated, ...OLDER_ORDER } = { ...ORDER, left: '0.0004' };

/** Answers to the POST of an order, with the status of each. */
export const PLACED: readonly (readonly [status: number, body: unknown])[] = [
  [201, ORDER],
  [
    201,
    { ...ORDER, status: 'open', finish_as: 'open', left: '0.001', filled_amount: '0', filled_total: '0' },
  ],
  [201, { ...ORDER, status: 'cancelled', finish_as: 'ioc', left: '0.0004', filled_amount: '0.0006' }],
  [201, OLDER_ORDER],
  [400, { label: 'BALANCE_NOT_ENOUGH', message: 'Not enough balance' }],
  [400, { label: 'FOK_NOT_FILL', message: 'Order cannot be fully filled' }],
  [401, { label: 'INVALID_KEY', message: 'Invalid key provided' }],
  [429, { label: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded' }],
  [500, { label: 'SERVER_ERROR', message: 'Internal error' }],
];

export const ACCOUNTS = [
  { currency: 'USDT', available: '968.8', locked: '0.5', update_id: 98 },
  { currency: 'BTC', available: '0.001', locked: '0', update_id: 97 },
];

export const PAIRS = [
  {
    id: PAIR,
    base: 'BTC',
    quote: 'USDT',
    fee: '0.2',
    min_base_amount: '0.00001',
    min_quote_amount: '1.0',
    amount_precision: 5,
    precision: 1,
    trade_status: 'tradable',
    sell_start: 0,
    buy_start: 0,
  },
];

export const TIME = { server_time: SAMPLE_MS };
export const FEE = { taker_fee: '0.002', maker_fee: '0.002', gt_discount: false };

const update = (channel: string, result: unknown): object => ({
  time: 1_710_488_334,
  time_ms: SAMPLE_MS,
  channel,
  event: 'update',
  result,
});

const bookTicker = {
  t: 1_710_488_334_070,
  u: 48_733_182,
  s: PAIR,
  b: '63469.3',
  B: '0.0003341504',
  a: '63470.1',
  A: '0.09',
};
const ticker = {
  currency_pair: PAIR,
  last: '63469.9',
  lowest_ask: '63470.1',
  highest_bid: '63469.3',
  change_percentage: '0.51',
  base_volume: '13421.1',
  quote_volume: '851000000.1',
  high_24h: '64000',
  low_24h: '62000',
};
const book = {
  t: 1_710_488_334_071,
  lastUpdateId: 48_791_820,
  s: PAIR,
  bids: [['63469.3', '0.0000031'], ['63469.2', '0.5']],
  asks: [['63470.1', '0.1638'], ['63470.2', '0.1366'], ['63471', '2']],
}; // prettier-ignore

const OTHERS: readonly object[] = [
  update('spot.book_ticker', { ...bookTicker, s: 'UNKNOWN_USDT' }),
  update('spot.orders', [{ ...ORDER, event: 'finish', user: 123 }]),
  update('spot.orders', [{ ...OLDER_ORDER, event: 'put', finish_as: 'open' }]),
  update('spot.usertrades', [{ ...TRADE, id: 5_736_713, user_id: 1_000_001 }]),
  update('spot.balances', [
    { timestamp: '1667556323', currency: 'USDT', change: '0', available: '99', total: '99' },
  ]),
  {
    time: 1_710_488_334,
    id: 1,
    channel: 'spot.tickers',
    event: 'subscribe',
    error: null,
    result: { status: 'success' },
  },
  {
    time: 1_710_488_334,
    id: 1,
    channel: 'spot.book_ticker',
    event: 'subscribe',
    error: { code: 2, message: 'unknown' },
  },
  { time: 1_710_488_334, channel: 'spot.pong', event: '', result: null },
];

/** Pairs that the frames are about; a frame from the future silences one stream of one pair for a while. */
export const FED_SYMBOLS = Array.from({ length: 32 }, (_, i) => `C${i}/USDT`);

/** A frame as it could come next: a price near the last ones, or something else. */
export function drawFrame(random: Random): object {
  const pair = random.pick(FED_SYMBOLS).replace('/', '_');
  const mid = 63_400 + random.below(100);
  const t = SAMPLE_MS + random.below(50);
  switch (random.below(5)) {
    case 0:
    case 1:
      return update('spot.book_ticker', { ...bookTicker, s: pair, t, b: `${mid}.3`, a: `${mid + 1}.10` });
    case 2:
      return update('spot.tickers', { ...ticker, currency_pair: pair, last: String(mid) });
    case 3:
      return update('spot.order_book', { ...book, s: pair, t, asks: [[`${mid}.5`, '1'], ...book.asks] });
    default:
      return random.pick(OTHERS);
  }
}
