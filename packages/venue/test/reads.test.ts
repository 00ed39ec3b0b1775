import type { EpochMs } from '@mtrade/base';
import { systemClock } from '@mtrade/base';
import { text } from '@mtrade/money';
import { afterEach, describe, expect, test } from 'vitest';
import { VenueError } from '../src/venue-error.js';
import { type Answer, type Setup, expectedSignature, filledAnswer, json, setUp } from './exchange-stub.js';

let setup: Setup | null = null;
afterEach(async () => {
  await setup?.close();
  setup = null;
});

async function venueWith(answer: Answer, options: Parameters<typeof setUp>[1] = {}) {
  setup = await setUp(answer, options);
  return setup.venue;
}

const trade = (change: Record<string, unknown> = {}) => ({
  id: '1232893232',
  create_time: '1548000000',
  create_time_ms: '1548000000123.456',
  currency_pair: 'BTC_USDT',
  order_id: '4128442423',
  side: 'buy',
  role: 'taker',
  amount: '0.15',
  price: '0.03',
  fee: '0.0005',
  fee_currency: 'BTC',
  point_fee: '0',
  gt_fee: '0',
  text: 't-ours',
  ...change,
});
const trades = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => trade({ id: String(first + index) }));

describe('fills', () => {
  test('come from every page, exact (N30)', async () => {
    const venue = await venueWith((request, response) => {
      const page = Number(request.query.get('page'));
      json(response, 200, page === 1 ? trades(100) : trades(3, 100));
    });

    const fills = await venue.fills('BTC/USDT', '4128442423');

    expect(fills).toHaveLength(103);
    expect(setup?.seen.map((one) => one.query.get('order_id'))).toEqual(['4128442423', '4128442423']);
    expect(fills[0]).toMatchObject({
      symbol: 'BTC/USDT',
      side: 'buy',
      role: 'taker',
      epochMs: 1548000000123,
    });
    expect(fills[0] && text(fills[0].price)).toBe('0.03');
    const [first] = setup?.seen ?? [];
    expect(first?.headers['sign']).toBe(first && expectedSignature(first));
  });

  test.each([
    ['in base', {}, '0.0005', 'BTC'],
    ['in GT', { fee: '0', gt_fee: '0.0123' }, '0.0123', 'GT'],
    ['in points', { fee: '0', point_fee: '1.5' }, '1.5', 'POINT'],
    ['nothing', { fee: '0', fee_currency: 'USDT' }, '0', 'USDT'],
  ])('book the coin that was really charged: %s (X10)', async (_, change, fee, coin) => {
    const venue = await venueWith((__, response) => json(response, 200, [trade(change)]));

    const [fill] = await venue.fills('BTC/USDT', '4128442423');

    expect([fill && text(fill.fee), fill?.feeCoin]).toEqual([fee, coin]);
  });

  test.each([
    ['a trade of another order', trade({ order_id: '1' })],
    ['a trade of another pair', trade({ currency_pair: 'ETH_USDT' })],
    ['a price in exponent form', trade({ price: '3e-2' })],
    ['a fee in an unnamed coin', trade({ fee_currency: '' })],
    ['a trade of nothing', trade({ amount: '0' })],
    ['a trade for nothing', trade({ price: '0.000' })],
    ['a row that is no object', 7],
  ])('are refused as a whole because of %s', async (_, row) => {
    const venue = await venueWith((__, response) => json(response, 200, [trade(), row]));

    await expect(venue.fills('BTC/USDT', '4128442423')).rejects.toBeInstanceOf(VenueError);
  });

  test('are refused when the second page fails', async () => {
    const venue = await venueWith((request, response) => {
      if (request.query.get('page') === '1') json(response, 200, trades(100));
      else json(response, 500, '');
    });

    await expect(venue.fills('BTC/USDT', '4128442423')).rejects.toThrow(/page 2/);
  });
});

describe('scan', () => {
  const lists =
    (open: unknown[], finished: unknown[], own: unknown[]): Answer =>
    (request, response) => {
      const rows = request.path.endsWith('my_trades')
        ? own
        : request.query.get('status') === 'open'
          ? open
          : finished;
      const page = Number(request.query.get('page'));
      json(response, 200, rows.slice((page - 1) * 100, page * 100));
    };
  const from = (Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000) as EpochMs;
  const ours = (change = {}) => filledAnswer({ text: 't-ours', ...change });
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) => filledAnswer({ text: 't-no', id: `${9_000 + index}` }));

  test('finds a finished order on the third page and says how much it read (N30)', async () => {
    const venue = await venueWith(lists([], [...others(250), ours()], []));

    const { record, found } = await venue.scan('BTC/USDT', 't-ours', from);

    expect(record).toMatchObject({ complete: true, openRows: 0, finishedRows: 251, tradeRows: 0 });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ exchangeOrderId: '1852454420', finished: true, finishAs: 'filled' });
    const finished = setup?.seen.filter((one) => one.query.get('status') === 'finished');
    expect(finished?.[0]?.query.get('from')).toBe(String(from / 1_000 - 60));
  });

  test('finds an order that only the trades still show (fact A)', async () => {
    const venue = await venueWith(lists([], [], [trade()]));

    const { found } = await venue.scan('BTC/USDT', 't-ours', from);

    expect(found).toEqual([
      {
        clientOrderId: 't-ours',
        symbol: 'BTC/USDT',
        exchangeOrderId: '4128442423',
        finished: false,
        finishAs: null,
        filledBase: null,
        filledQuote: null,
      },
    ]);
  });

  test('reports two orders under one client id as two (N24)', async () => {
    const venue = await venueWith(
      lists([], [ours({ id: '1' }), ours({ id: '2' })], [trade({ order_id: '1' })]),
    );

    const { found } = await venue.scan('BTC/USDT', 't-ours', from);

    expect(found.map((one) => one.exchangeOrderId)).toEqual(['1', '2']);
  });

  test('knows one order once, by its latest word, when it ends between two lists', async () => {
    const open = ours({ status: 'open', finish_as: 'open', filled_amount: '0', filled_total: '0' });
    const venue = await venueWith(lists([open], [ours()], [trade({ order_id: '1852454420' })]));

    const { found } = await venue.scan('BTC/USDT', 't-ours', from);

    expect(found).toHaveLength(1);
    expect(found[0]?.finished).toBe(true);
  });

  test.each([
    [
      'the open orders',
      (one: { path: string; query: URLSearchParams }) => one.query.get('status') === 'open',
    ],
    ['the finished orders', (one: { query: URLSearchParams }) => one.query.get('status') === 'finished'],
    ['the trades', (one: { path: string }) => one.path.endsWith('my_trades')],
  ])('is no negative evidence when %s could not be read', async (_, broken) => {
    const venue = await venueWith((request, response) => {
      if (broken(request)) json(response, 503, '');
      else json(response, 200, []);
    });

    const { record, found } = await venue.scan('BTC/USDT', 't-ours', from);

    expect(record.complete).toBe(false);
    expect(found).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['a row cannot be read', lists([], [{ id: '5', text: 't-ours' }], [])],
    ['the list is no list', (_, response) => json(response, 200, { label: 'OK' })],
    ['the server repeats its first page', (_, response) => json(response, 200, others(100))],
  ])('is no negative evidence when %s', async (_, answer) => {
    const venue = await venueWith(answer);

    const { record } = await venue.scan('BTC/USDT', 't-ours', from);

    expect(record.complete).toBe(false);
  });
});

describe('single reads', () => {
  test('order: by the id of the exchange', async () => {
    const venue = await venueWith((_, response) => json(response, 200, filledAnswer()));

    const evidence = await venue.order('BTC/USDT', '1852454420');

    expect(setup?.seen[0]?.path).toBe('/api/v4/spot/orders/1852454420');
    expect(evidence).toMatchObject({ finished: true, finishAs: 'filled' });
  });

  test('order: an answer about another order is refused (N26)', async () => {
    const venue = await venueWith((_, response) => json(response, 200, filledAnswer({ id: '5' })));

    await expect(venue.order('BTC/USDT', '1852454420')).rejects.toBeInstanceOf(VenueError);
  });

  test('balances are exact', async () => {
    const venue = await venueWith((_, response) =>
      json(response, 200, [{ currency: 'USDT', available: '968.80000001', locked: '0' }]),
    );

    const balances = await venue.balances();

    expect(balances['USDT'] && text(balances['USDT'].available)).toBe('968.80000001');
  });

  test.each([
    ['INVALID_KEY', 401],
    ['REQUEST_EXPIRED', 403],
  ])('a refused read carries the label %s and the status', async (label, status) => {
    const venue = await venueWith((_, response) => json(response, status, { label, message: 'no' }));

    await expect(venue.balances()).rejects.toMatchObject({
      label,
      status,
      code: 'MTRADE_EXCHANGE_UNAVAILABLE',
    });
  });
});

describe('exchange clock', () => {
  test('the offset is within its own error bound, and signs and stamps what follows', async () => {
    const aheadMs = 45_000;
    const venue = await venueWith((request, response) => {
      if (request.path.endsWith('/time')) json(response, 200, { server_time: Date.now() + aheadMs });
      else json(response, 200, []);
    });

    const { exchangeMinusMono, errorMs } = await venue.measureClock();
    const offsetMs = systemClock.monoMs() + exchangeMinusMono - Date.now();
    await venue.balances();

    expect(Math.abs(offsetMs - aheadMs)).toBeLessThanOrEqual(errorMs + 1);
    expect(setup?.seen.filter((one) => one.path.endsWith('/time'))).toHaveLength(3);
    const stamp = Number(setup?.seen.at(-1)?.headers['timestamp']) * 1_000;
    expect(Math.abs(stamp - Date.now() - aheadMs)).toBeLessThan(5_000);
  });

  test('N20: a jump of the wall clock after the measurement changes nothing', async () => {
    let jumpMs = 0;
    const clock = { ...systemClock, epochMs: () => (Date.now() + jumpMs) as EpochMs };
    const venue = await venueWith(
      (request, response) => {
        json(response, 200, request.path.endsWith('/time') ? { server_time: Date.now() } : []);
      },
      { clock },
    );
    await venue.measureClock();

    jumpMs = 3_600_000;
    await venue.balances();

    const stamp = Number(setup?.seen.at(-1)?.headers['timestamp']) * 1_000;
    expect(Math.abs(stamp - Date.now())).toBeLessThan(5_000);
  });

  test('N20: the system clock is set during the measurement, and the answer is as good as ever', async () => {
    let jumpMs = 0;
    const clock = { ...systemClock, epochMs: () => (Date.now() + jumpMs) as EpochMs };
    let requests = 0;
    const venue = await venueWith(
      (_, response) => {
        requests += 1;
        if (requests === 2) jumpMs = 3_600_000;
        json(response, 200, { server_time: Date.now() });
      },
      { clock },
    );

    const { exchangeMinusMono, errorMs } = await venue.measureClock();

    expect(requests).toBe(3);
    const offsetMs = systemClock.monoMs() + exchangeMinusMono - Date.now();
    expect(Math.abs(offsetMs)).toBeLessThanOrEqual(errorMs + 1);
  });
});

describe('market rules', () => {
  const pair = {
    id: 'BTC_USDT',
    base: 'BTC',
    quote: 'USDT',
    fee: '0.2',
    min_base_amount: '0.000001',
    min_quote_amount: '3',
    amount_precision: 6,
    precision: 1,
    trade_status: 'tradable',
  };
  const exchange =
    (rows: unknown[], fee?: string): Answer =>
    (request, response) => {
      if (request.path.endsWith('/wallet/fee'))
        json(response, fee === undefined ? 500 : 200, { taker_fee: fee });
      else json(response, 200, rows);
    };

  test('steps, minimums and the fee of the account', async () => {
    const venue = await venueWith(exchange([{ id: 'X_Y' }, pair], '0.0015'));

    const rules = await venue.loadRules(['BTC/USDT', 'GONE/USDT']);

    expect(rules).toHaveLength(1);
    const [btc] = rules;
    if (btc === undefined) throw new Error('no rules');
    expect(
      [btc.amountStep, btc.priceStep, btc.minBase, btc.minQuote, btc.feeRate].map((one) => text(one)),
    ).toEqual(['0.000001', '0.1', '0.000001', '3', '0.0015']);
    expect(btc).toMatchObject({ base: 'BTC', quote: 'USDT', tradable: 'both', supportsFok: true });
  });

  test('the fee of the pair, in per cent, when the account fee is not to be had', async () => {
    const venue = await venueWith(exchange([pair]));

    const [btc] = await venue.loadRules(['BTC/USDT']);

    expect(btc && text(btc.feeRate)).toBe('0.002');
  });

  test.each([
    ['buyable', 'buy-only'],
    ['sellable', 'sell-only'],
    ['untradable', 'none'],
    ['a new word', 'none'],
    ['constructor', 'none'],
  ])('trade_status "%s" means %s (X13)', async (status, tradable) => {
    const venue = await venueWith(exchange([{ ...pair, trade_status: status }]), { apiKey: '' });

    const [btc] = await venue.loadRules(['BTC/USDT']);

    expect(btc?.tradable).toBe(tradable);
  });

  test.each([
    ['tradable', 1_900_000_000, 'sell-only'],
    ['tradable', '1900000000', 'sell-only'],
    ['sellable', 1_900_000_000, 'sell-only'],
    ['buyable', 1_900_000_000, 'none'],
    ['tradable', 0, 'both'],
  ])('X14: a pair that is %s and whose end is set to %s is %s', async (status, delistingTime, tradable) => {
    const row = { ...pair, trade_status: status, delisting_time: delistingTime };
    const venue = await venueWith(exchange([row]), { apiKey: '' });

    const [btc] = await venue.loadRules(['BTC/USDT']);

    expect(btc?.tradable).toBe(tradable);
  });

  test('a pair whose rules cannot be read stops the start, it is not guessed', async () => {
    const venue = await venueWith(exchange([{ ...pair, precision: 'many' }]), { apiKey: '' });

    await expect(venue.loadRules(['BTC/USDT'])).rejects.toThrow(/precision/);
  });
});

describe('prices over REST (W03)', () => {
  const book = (change: Record<string, unknown> = {}) => ({
    current: Date.now() - 50,
    update: Date.now() - 9_000,
    asks: [
      ['100.2', '1'],
      ['100.3', '2'],
    ],
    bids: [['100.1', '1']],
    ...change,
  });

  test("a book: exact prices, as many levels as asked for, the exchange's own time", async () => {
    const current = Date.now() - 1_000;
    const venue = await venueWith((_, response) => json(response, 200, book({ current })));

    expect(await venue.book('BTC/USDT', 2)).toEqual({
      symbol: 'BTC/USDT',
      bid: { mantissa: 1001, decimals: 1 },
      ask: { mantissa: 1002, decimals: 1 },
      asks: [
        { mantissa: 1002, decimals: 1 },
        { mantissa: 1003, decimals: 1 },
      ],
      exchangeMs: current,
    });
    const [seen] = setup?.seen ?? [];
    expect([seen?.query.get('currency_pair'), seen?.query.get('limit')]).toEqual(['BTC_USDT', '2']);
  });

  test('a time that has not come yet is cut off: such a price would never grow old', async () => {
    const venue = await venueWith((_, response) => json(response, 200, book({ current: 9e12 })));
    expect((await venue.book('BTC/USDT', 1)).exchangeMs).toBeLessThanOrEqual(Date.now());
  });

  test('an empty side is no price', async () => {
    const venue = await venueWith((_, response) => json(response, 200, book({ asks: [] })));
    expect(await venue.book('BTC/USDT', 1)).toMatchObject({ ask: null, asks: [] });
  });

  test.each([
    ['a level that is no price', { asks: [['NaN', '1']] }],
    ['a negative price', { bids: [['-1', '1']] }],
    ['a price of zero', { bids: [['0', '1']] }],
    ['no time', { current: null }],
    ['no list', { asks: 'none' }],
  ])('a book with %s is no answer', async (_, change) => {
    const venue = await venueWith((__, response) => json(response, 200, book(change)));
    await expect(venue.book('BTC/USDT', 1)).rejects.toThrow(VenueError);
  });

  test('tickers: one call for all, as old as the question', async () => {
    const venue = await venueWith((_, response) =>
      json(response, 200, [
        { currency_pair: 'DOGE_USDT', last: '1', lowest_ask: '2', highest_bid: '1' },
        { currency_pair: 'BTC_USDT', last: '100', lowest_ask: '100.2', highest_bid: '' },
      ]),
    );
    const before = Date.now();
    const prices = await venue.tickers(['BTC/USDT', 'ETH/USDT']);

    expect(prices).toMatchObject([{ symbol: 'BTC/USDT', bid: null, ask: { mantissa: 1002 }, asks: null }]);
    expect(prices[0]?.exchangeMs).toBeLessThanOrEqual(Date.now());
    expect(prices[0]?.exchangeMs).toBeGreaterThanOrEqual(before - 1);
    expect(setup?.seen).toHaveLength(1);
  });
});

describe('the whole account', () => {
  const HEAD = { status: 'open', side: 'buy', type: 'limit', amount: '1', left: '1', filled_total: '0' };
  const openRow = (id: number, pair: string, name = 't-ours') => ({
    ...HEAD,
    id: String(id),
    currency_pair: pair,
    text: name,
  });

  test('open orders of all pairs come in one request; a full group of one pair asks for its next page (N30)', async () => {
    const full = Array.from({ length: 100 }, (_, index) => openRow(index, 'BTC_USDT', ''));
    const venue = await venueWith(({ query }, response) =>
      json(
        response,
        200,
        query.get('page') === '1'
          ? [
              { currency_pair: 'BTC_USDT', total: 101, orders: full },
              { currency_pair: 'ETH_USDT', total: 1, orders: [openRow(500, 'ETH_USDT')] },
            ]
          : [
              { currency_pair: 'BTC_USDT', total: 101, orders: [openRow(101, 'BTC_USDT')] },
              { currency_pair: 'ETH_USDT', total: 1, orders: [] },
            ],
      ),
    );

    const { rows, missing } = await venue.openOrders();

    expect(missing).toBeNull();
    expect(rows).toHaveLength(102);
    expect(
      rows.filter(({ clientOrderId }) => clientOrderId === 't-ours').map(({ symbol }) => symbol),
    ).toEqual(['ETH/USDT', 'BTC/USDT']);
    expect(setup?.seen.map(({ path }) => path)).toEqual([
      '/api/v4/spot/open_orders',
      '/api/v4/spot/open_orders',
    ]);
  });

  test('own trades of all pairs come with the names of their orders, from the second the time begins in', async () => {
    const venue = await venueWith((_, response) =>
      json(response, 200, [trade({ id: '1' }), trade({ id: '2', currency_pair: 'ETH_USDT', text: '' })]),
    );

    const { rows, missing } = await venue.trades(1_999 as EpochMs, 5_001 as EpochMs);

    expect(missing).toBeNull();
    expect(rows.map(({ clientOrderId, fill }) => [clientOrderId, fill.symbol])).toEqual([
      ['t-ours', 'BTC/USDT'],
      ['', 'ETH/USDT'],
    ]);
    const query = setup?.seen[0]?.query;
    expect([query?.get('from'), query?.get('to'), query?.has('currency_pair')]).toEqual(['1', '6', false]);
  });

  test('scenario 54: an error, a malformed row or half a list is missing something, and is never empty', async () => {
    let answers = 0;
    const venue = await venueWith(({ path }, response) => {
      answers += 1;
      if (path.endsWith('open_orders')) return json(response, 502, { label: 'SERVER_ERROR', message: 'no' });
      return answers === 2
        ? json(response, 200, [trade({ id: '1' }), trade({ id: '2', amount: 'much' })])
        : json(response, 500, {});
    });

    expect(await venue.openOrders()).toMatchObject({
      rows: [],
      missing: expect.stringContaining('502') as unknown,
    });
    const cut = await venue.trades(0 as EpochMs, null);
    expect(cut.rows).toHaveLength(1);
    expect(cut.missing).toContain('amount');
    expect((await venue.trades(0 as EpochMs, null)).missing).toContain('500');
  });

  test('X28: a scan that would have to look further back than 30 days finds what it can and proves no absence', async () => {
    const venue = await venueWith((_, response) => json(response, 200, []));

    const longAgo = Date.now() - 31 * 86_400_000;
    const { record, found } = await venue.scan('BTC/USDT', 't-ours', longAgo as EpochMs);

    expect(found).toEqual([]);
    expect(record.complete).toBe(false);
    const asked = setup?.seen.filter(({ query }) => query.has('from')) ?? [];
    expect(asked.length).toBeGreaterThan(0);
    for (const { query } of asked)
      expect(Date.now() / 1_000 - Number(query.get('from'))).toBeLessThanOrEqual(30 * 86_400);
  });

  test('X28: the trades of one order are asked for over all that is listed, not over the last week', async () => {
    const venue = await venueWith((_, response) => json(response, 200, trades(1)));

    await venue.fills('BTC/USDT', '4128442423');

    const from = Number(setup?.seen[0]?.query.get('from'));
    expect(Date.now() / 1_000 - from).toBeGreaterThan(29 * 86_400);
    expect(Date.now() / 1_000 - from).toBeLessThanOrEqual(30 * 86_400);
  });
});
