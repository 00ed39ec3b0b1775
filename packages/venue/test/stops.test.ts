import { inspect } from 'node:util';
import type { EpochMs } from '@mtrade/base';
import type { StopOutcome, StopRequest } from '@mtrade/engine';
import { text } from '@mtrade/money';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Answer,
  KEY,
  SECRET,
  type Setup,
  expectedSignature,
  filledAnswer,
  json,
  setUp,
} from './exchange-stub.js';

let setup: Setup | null = null;
afterEach(async () => {
  await setup?.close();
  setup = null;
});

const request = (change: Partial<StopRequest> = {}): StopRequest => ({
  intentId: 7,
  symbol: 'BTC/USDT',
  triggerPrice: '45000.10',
  limitPrice: '42750.09',
  amount: '0.00100000',
  expirationS: 2_592_000,
  notBeforeMs: 1_800_000_000_000 as EpochMs,
  ...change,
});

interface RowChange {
  readonly trigger?: object;
  readonly put?: object;
  readonly [field: string]: unknown;
}

/** One row as the exchange lists it. */
const row = ({ trigger, put, ...change }: RowChange = {}) => ({
  market: 'BTC_USDT',
  user: 1000,
  trigger: { price: '45000.1', rule: '<=', expiration: 2_592_000, ...trigger },
  put: {
    type: 'market',
    side: 'sell',
    price: '0',
    amount: '0.00100000000000000000',
    account: 'normal',
    time_in_force: 'ioc',
    text: 'api',
    ...put,
  },
  id: 5_891_843,
  ctime: 1_800_000_000,
  status: 'open',
  ...change,
});

async function place(answer: Answer, change = {}, options = {}): Promise<StopOutcome> {
  setup = await setUp(answer, options);
  return setup.venue.placeStop(request(change));
}

async function venueWith(answer: Answer) {
  setup = await setUp(answer);
  return setup.venue;
}

describe('placing a stop', () => {
  test('is one signed POST with exact texts, and its id is the answer (fact I)', async () => {
    const outcome = await place((_, response) => json(response, 201, { id: 1_432_329 }));

    expect(outcome).toEqual({ type: 'acked', stopId: '1432329' });
    const [post] = setup?.seen ?? [];
    expect(setup?.seen).toHaveLength(1);
    expect(post).toMatchObject({ method: 'POST', path: '/api/v4/spot/price_orders' });
    expect(JSON.parse(post?.body ?? '')).toEqual({
      trigger: { price: '45000.10', rule: '<=', expiration: 2_592_000 },
      put: {
        type: 'limit',
        side: 'sell',
        price: '42750.09',
        amount: '0.00100000',
        account: 'normal',
        time_in_force: 'ioc',
        text: 'api',
      },
      market: 'BTC_USDT',
    });
    expect(post?.headers['sign']).toBe(post && expectedSignature(post));
  });

  test('an id that no double holds is taken from its text', async () => {
    const outcome = await place((_, response) =>
      json(response, 201, '{"id":2007047737421336576,"id_string":"2007047737421336577"}'),
    );

    expect(outcome).toEqual({ type: 'acked', stopId: '2007047737421336577' });
  });

  test('nothing is sent for a pair that is not configured', async () => {
    const outcome = await place((_, response) => json(response, 201, { id: 1 }), { symbol: 'ETH/USDT' });

    expect(outcome).toMatchObject({ type: 'rejected', label: 'NOT_SENT' });
    expect(setup?.seen).toHaveLength(0);
  });

  test.each([
    [400, 'AUTO_TRIGGER_PRICE_LESS_LAST'], // X26
    [400, 'AUTO_TRIGGER_PRICE_GREATE_LAST'], // X26
    [400, 'BALANCE_NOT_ENOUGH'],
    [400, 'INVALID_PARAM_VALUE'],
    [401, 'INVALID_KEY'],
    [403, 'REQUEST_EXPIRED'],
  ])('X26: HTTP %i %s is a definite refusal', async (status, label) => {
    const outcome = await place((_, response) => json(response, status, { label, message: 'because' }));

    expect(outcome).toEqual({ type: 'rejected', label, message: 'because', retryAfterMs: null });
  });

  test('429 is a refusal that says how long to wait, and the next stop is not sent before', async () => {
    const outcome = await place((_, response) =>
      json(response, 429, { label: 'TOO_MANY_REQUESTS' }, { 'retry-after': '7' }),
    );

    expect(outcome).toMatchObject({ type: 'rejected', label: 'TOO_MANY_REQUESTS', retryAfterMs: 7_000 });
    expect(await setup?.venue.placeStop(request())).toMatchObject({ type: 'rejected' });
    expect(setup?.seen).toHaveLength(1);
  });

  test('X26: an unlisted label is kept beside the unknown outcome, one of a server that is in trouble is not', async () => {
    const answer = (status: number, label: string) =>
      place((_, response) => json(response, status, { label, message: 'because' }));

    expect(await answer(400, 'INVALID_PARAM')).toEqual({
      type: 'unknown',
      reason: 'HTTP 400 INVALID_PARAM',
      label: 'INVALID_PARAM',
    });
    expect(await answer(400, '')).not.toHaveProperty('label');
    expect(await answer(503, 'TOO_BUSY')).not.toHaveProperty('label');
  });

  const unclear: [name: string, answer: Answer][] = [
    ['500', (_, r) => json(r, 500, { label: 'SERVER_ERROR' })],
    ['502 with a definite label', (_, r) => json(r, 502, { label: 'AUTO_TRIGGER_PRICE_LESS_LAST' })],
    ['524 of a proxy', (_, r) => json(r, 524, '<html>timeout</html>')],
    ['400 without a label', (_, r) => json(r, 400, { message: 'no' })],
    ['a label we do not know', (_, r) => json(r, 400, { label: 'TOO_BUSY' })],
    // A copy of it came before: the one that is refused says nothing about the other.
    ['a repeated request', (_, r) => json(r, 400, { label: 'REPEAT_REQUEST', message: 'repeat request' })],
    ['403 of a firewall', (_, r) => json(r, 403, '<html>denied</html>')],
    ['404', (_, r) => json(r, 404, { label: 'ORDER_NOT_FOUND' })],
    ['201 empty', (_, r) => json(r, 201, '')],
    ['201 truncated', (_, r) => json(r, 201, '{"id":14323')],
    ['201 HTML', (_, r) => json(r, 201, '<html>welcome</html>')],
    ['201 without an id', (_, r) => json(r, 201, {})],
    ['201 with the id 0', (_, r) => json(r, 201, { id: 0 })],
    ['201 with an id that a double rounds', (_, r) => json(r, 201, { id: 2 ** 60 })],
    ['201 list', (_, r) => json(r, 201, [{ id: 1 }])],
    ['201 of an ordinary order (N26)', (_, r) => json(r, 201, filledAnswer())],
    ['a reset connection', (_, r) => r.socket?.resetAndDestroy()],
    [
      'a body shorter than announced',
      (_, r) => {
        r.writeHead(201, { 'content-length': '500' });
        r.write('{"id":1}');
        setTimeout(() => r.socket?.destroy(), 20);
      },
    ],
  ];
  test.each(unclear)('%s is unknown, after one request only', async (_, answer) => {
    const outcome = await place(answer);

    expect(outcome.type).toBe('unknown');
    expect(setup?.seen).toHaveLength(1);
  });

  test('silence is unknown, before the headers and after them', async () => {
    const before = await place(() => undefined, {}, { requestDeadlineMs: 100 });
    await setup?.close();
    const after = await place(
      (_, r) => void r.writeHead(201).write('{"id":'),
      {},
      { requestDeadlineMs: 100 },
    );

    expect(before).toMatchObject({ type: 'unknown', reason: expect.stringContaining('headers') as string });
    expect(after).toMatchObject({ type: 'unknown', reason: expect.stringContaining('body') as string });
  });

  test('a redirect is unknown and not followed with our credentials', async () => {
    const outcome = await place((_, response) => {
      response.writeHead(307, { location: '/api/v4/spot/price_orders?again=1' });
      response.end();
    });

    expect(outcome).toMatchObject({ type: 'unknown', reason: 'HTTP 307' });
    expect(setup?.seen).toHaveLength(1);
  });

  test('no secret in what it says', async () => {
    const outcome = await place((_, r) =>
      json(r, 400, { label: 'INVALID_KEY', message: `${KEY} ${SECRET}` }),
    );

    expect(inspect(outcome)).toContain('INVALID_KEY');
    expect(inspect(outcome)).not.toMatch(new RegExp(`${KEY}|${SECRET}`));
  });
});

describe('one stop', () => {
  test.each([
    ['open', {}, 'open', null, null],
    ['open, as in the documents', { status: 'open', fired_order_id: 0, reason: '' }, 'open', null, null],
    ['cancelled', { status: 'cancelled', reason: 'by user' }, 'cancelled', null, 'by user'],
    ['cancelled, as it was once spelled', { status: 'canceled' }, 'cancelled', null, null],
    ['fired', { status: 'finish', fired_order_id: 95_282_841_887 }, 'fired', '95282841887', null],
    ['X25: failed', { status: 'failed', reason: 'BALANCE_NOT_ENOUGH' }, 'failed', null, 'BALANCE_NOT_ENOUGH'],
    ['X25: expired', { status: 'expired' }, 'expired', null, null],
  ] as const)('is read: %s', async (_, change, status, firedOrderId, reason) => {
    const venue = await venueWith((__, response) => json(response, 200, row(change)));

    const stop = await venue.stop('BTC/USDT', '5891843');

    expect(setup?.seen[0]).toMatchObject({ method: 'GET', path: '/api/v4/spot/price_orders/5891843' });
    expect(stop).toMatchObject({ stopId: '5891843', symbol: 'BTC/USDT', status, firedOrderId, reason });
    expect([text(stop.triggerPrice), text(stop.amount)]).toEqual(['45000.1', '0.001']);
  });

  test('its creation is told as late as the exchange’s rounding allows', async () => {
    const times = [1_800_000_000, '1800000000', 1_800_000_000.25];
    const venue = await venueWith((_, response) => json(response, 200, row({ ctime: times.shift() })));

    const told = [1, 2, 3].map(async () => (await venue.stop('BTC/USDT', '5891843')).createdMs);

    expect((await Promise.all(told)).toSorted((a, b) => a - b)).toEqual([
      1_800_000_000_250, 1_800_000_000_999, 1_800_000_000_999,
    ]);
  });

  test.each([
    ['another id', row({ id: 1 })],
    ['another pair', row({ market: 'ETH_USDT' })],
    ['a purchase', row({ put: { side: 'buy' } })],
    ['a sale on the way up', row({ trigger: { rule: '>=' } })],
    ['an unknown status', row({ status: 'maybe' })],
    ['a status of nothing', row({ status: '' })],
    ['an amount as a fraction', row({ put: { amount: 0.001 } })],
    ['an amount of NaN', row({ put: { amount: 'NaN' } })],
    ['a fired order whose id was rounded', row({ status: 'finish', fired_order_id: 2 ** 60 })],
    ['no time', row({ ctime: undefined })],
    ['a time of 0', row({ ctime: 0 })],
    ['no trigger', { ...row(), trigger: null }],
    ['a list', [row()]],
  ])('is not read from an answer with %s', async (_, answer) => {
    const venue = await venueWith((__, response) => json(response, 200, answer));

    await expect(venue.stop('BTC/USDT', '5891843')).rejects.toMatchObject({
      code: 'MTRADE_EXCHANGE_UNAVAILABLE',
    });
  });

  test('X24: its cancel is one DELETE; a refused one rejects with the label', async () => {
    let known = true;
    const venue = await venueWith((_, response) =>
      known
        ? json(response, 200, row({ status: 'cancelled' }))
        : json(response, 400, { label: 'AUTO_ORDER_NOT_FOUND', message: 'gone' }),
    );

    await venue.cancelStop('BTC/USDT', '5891843');
    known = false;

    await expect(venue.cancelStop('BTC/USDT', '5891843')).rejects.toMatchObject({
      label: 'AUTO_ORDER_NOT_FOUND',
    });
    expect(
      setup?.seen.map(({ method, path, query, headers }) => [method, path, query.size, headers['key']]),
    ).toEqual([
      ['DELETE', '/api/v4/spot/price_orders/5891843', 0, KEY],
      ['DELETE', '/api/v4/spot/price_orders/5891843', 0, KEY],
    ]);
    const [first] = setup?.seen ?? [];
    expect(first?.headers['sign']).toBe(first && expectedSignature(first));
  });
});

describe('finding stops', () => {
  const FROM = 1_800_000_000_000 as EpochMs;
  type Rows = readonly ReturnType<typeof row>[];
  /** Serves both lists by limit and offset; `onRead` may change them between pages. */
  const serve =
    (
      open: Rows,
      finished: Rows,
      onRead: (status: string, offset: number) => void = () => undefined,
    ): Answer =>
    ({ query }, response) => {
      const status = query.get('status') ?? '';
      const offset = Number(query.get('offset'));
      const list = status === 'open' ? open : finished;
      const rows = list.slice(offset, offset + Number(query.get('limit')));
      onRead(status, offset);
      json(response, 200, rows);
    };
  const many = (count: number, change: (n: number) => RowChange = () => ({})) =>
    Array.from({ length: count }, (_, n) => row({ id: 10_000 - n, ...change(n) }));

  test('reads the open list before the finished one, of that pair, and tells when it began', async () => {
    const fired = row({ id: 2, status: 'finish', fired_order_id: 9, ftime: 1_800_000_001 });
    const venue = await venueWith(serve([row({ id: 1 })], [fired]));
    const beforeMs = Date.now();

    const scan = await venue.findStops('BTC/USDT', FROM);

    expect(scan.complete).toBe(true);
    expect(scan.stops.map(({ stopId, status }) => [stopId, status])).toEqual([
      ['1', 'open'],
      ['2', 'fired'],
    ]);
    expect(scan.startedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(setup?.seen.map(({ query }) => [query.get('status'), query.get('market')])).toEqual([
      ['open', 'BTC_USDT'],
      ['finished', 'BTC_USDT'],
    ]);
  });

  test('one that moved to the finished list in between counts as what it is now', async () => {
    const open = [row({ id: 1 })];
    const finished: ReturnType<typeof row>[] = [];
    const venue = await venueWith(
      serve(open, finished, (status) => {
        if (status === 'open') finished.push(row({ id: 1, status: 'cancelled', ftime: 1_800_000_002 }));
      }),
    );

    expect((await venue.findStops('BTC/USDT', FROM)).stops).toMatchObject([
      { stopId: '1', status: 'cancelled' },
    ]);
  });

  test('passes over what is older and what is no stop, and takes one of the same second', async () => {
    const venue = await venueWith(
      serve(
        [
          row({ id: 1, ctime: 1_799_999_999 }),
          row({ id: 2 }),
          row({ id: 3, put: { side: 'buy' } }),
          row({ id: 4, trigger: { rule: '>=' } }),
        ],
        [],
      ),
    );

    const scan = await venue.findStops('BTC/USDT', (FROM + 500) as EpochMs);

    expect([scan.complete, scan.stops.map(({ stopId }) => stopId)]).toEqual([true, ['2']]);
  });

  test('N30: reads every page of both lists', async () => {
    const venue = await venueWith(
      serve(
        many(250),
        many(100, (n) => ({ id: 5_000 - n, status: 'cancelled', ftime: 1_800_000_009 })),
      ),
    );

    const scan = await venue.findStops('BTC/USDT', FROM);

    expect([scan.complete, scan.stops.length]).toEqual([true, 350]);
    expect(setup?.seen.map(({ query }) => query.get('offset'))).toEqual(['0', '99', '198', '0', '99']);
  });

  test('N30: a row that slips past because one above it went makes the scan incomplete', async () => {
    const open = many(150);
    const venue = await venueWith(
      serve(open, [], (status, offset) => {
        if (status === 'open' && offset === 0) open.splice(3, 1);
      }),
    );

    expect((await venue.findStops('BTC/USDT', FROM)).complete).toBe(false);
  });

  test('rows that come on top meanwhile are no harm', async () => {
    const open = many(150);
    const venue = await venueWith(
      serve(open, [], (status, offset) => {
        if (status === 'open' && offset === 0) open.unshift(row({ id: 20_000 }));
      }),
    );

    const scan = await venue.findStops('BTC/USDT', FROM);

    expect([scan.complete, scan.stops.length]).toEqual([true, 150]);
  });

  const old = (n: number): RowChange => ({
    status: 'cancelled',
    ctime: 1_700_000_000 - n,
    ftime: 1_750_000_000 - n,
  });
  test('does not read years of finished ones: a full page of older ends is the last', async () => {
    const venue = await venueWith(serve([], many(5_000, old)));

    const scan = await venue.findStops('BTC/USDT', FROM);

    expect([scan.complete, setup?.seen.length]).toEqual([true, 2]);
  });

  test.each([
    ['in rising order', (n: number) => ({ ...old(n), id: n + 1, ftime: 1_750_000_000 + n })],
    [
      'in no order',
      (n: number) => ({ ...old(n), id: ((n * 7) % 400) + 1, ftime: 1_750_000_000 + ((n * 3) % 400) }),
    ],
  ])('but reads on when they come %s', async (_, change) => {
    const finished = [...many(399, change), row({ id: 9_000, status: 'cancelled', ftime: 1_800_000_009 })];
    const venue = await venueWith(serve([], finished));

    const scan = await venue.findStops('BTC/USDT', FROM);

    expect([scan.complete, scan.stops.map(({ stopId }) => stopId)]).toEqual([true, ['9000']]);
  });

  test.each([
    ['a row of another pair', row({ market: 'ETH_USDT' })],
    ['a row with an unknown status', row({ status: 'maybe' })],
    ['a row with an unknown side', row({ put: { side: 'short' } })],
    ['a row without an id', row({ id: undefined })],
    ['a row that is no object', 7],
  ])('%s makes it incomplete; what it found still counts', async (_, bad) => {
    const venue = await venueWith(({ query }, response) =>
      json(response, 200, query.get('status') === 'open' ? [row({ id: 1 })] : [bad]),
    );

    const scan = await venue.findStops('BTC/USDT', FROM);

    expect([scan.complete, scan.stops.map(({ stopId }) => stopId)]).toEqual([false, ['1']]);
  });

  test.each([
    ['a 502 in place of a page', (_: unknown, r: Parameters<Answer>[1]) => json(r, 502, '')],
    ['no list', (_: unknown, r: Parameters<Answer>[1]) => json(r, 200, { label: '' })],
    ['a cut connection', (_: unknown, r: Parameters<Answer>[1]) => r.socket?.destroy()],
    ['the same full page for ever', (_: unknown, r: Parameters<Answer>[1]) => json(r, 200, many(100))],
  ])('N30: %s makes it incomplete, and it does not reject', async (_, answer) => {
    const venue = await venueWith(answer);

    expect(await venue.findStops('BTC/USDT', FROM)).toMatchObject({ complete: false });
  });
});

describe('every stop of the account', () => {
  const FROM = 1_800_000_000_000 as EpochMs;
  const serve =
    (open: readonly object[], finished: readonly object[]): Answer =>
    ({ query }, response) => {
      const list = query.get('status') === 'open' ? open : finished;
      const offset = Number(query.get('offset'));
      json(response, 200, list.slice(offset, offset + Number(query.get('limit'))));
    };

  test('of all pairs: open ones however old, ended ones since a moment; what buys or fires on the way up is passed over', async () => {
    const ended = (id: number, ftime: number, change: RowChange = {}) =>
      row({ id, status: 'cancelled', ctime: 1_700_000_000, ftime, ...change });
    const venue = await venueWith(
      serve(
        [
          row({ id: 1, ctime: 1_600_000_000 }),
          row({ id: 2, market: 'ETH_USDT' }),
          row({ id: 3, put: { side: 'buy' } }),
          row({ id: 4, trigger: { rule: '>=' } }),
        ],
        [ended(6, 1_800_000_005), ended(5, 1_799_999_000)],
      ),
    );

    const { rows, missing } = await venue.allStops(FROM);

    expect(missing).toBeNull();
    expect(rows.map(({ stopId, symbol, status }) => [stopId, symbol, status])).toEqual([
      ['1', 'BTC/USDT', 'open'],
      ['2', 'ETH/USDT', 'open'],
      ['6', 'BTC/USDT', 'cancelled'],
    ]);
    expect(setup?.seen.map(({ query }) => [query.get('status'), query.get('market')])).toEqual([
      ['open', null],
      ['finished', null],
    ]);
  });

  test('a row of a pair that is not configured, and that cannot be read, hides nothing of ours', async () => {
    const strange = { market: 'DOGE_USDT', status: 'sleeping' };
    const venue = await venueWith(
      serve([row({ id: 1 }), row({ id: 2, ...strange }), row({ id: 3, market: 'DOGE_USDT' })], []),
    );
    const { rows, missing } = await venue.allStops(FROM);
    expect([rows.map(({ stopId }) => stopId), missing]).toEqual([['1', '3'], null]);
  });

  test('a list that fails, or a row that cannot be read, is said, and what was read stays', async () => {
    const unreadable = await venueWith(serve([row({ id: 1 }), row({ id: 2, status: 'sleeping' })], []));
    expect(await unreadable.allStops(FROM)).toMatchObject({
      rows: [{ stopId: '1' }],
      missing: expect.stringMatching(/^open: unknown status/) as string,
    });
    await setup?.close();

    const broken = await venueWith(({ query }, response) =>
      query.get('status') === 'open' ? json(response, 200, [row({ id: 1 })]) : json(response, 503, {}),
    );
    expect(await broken.allStops(FROM)).toMatchObject({
      rows: [{ stopId: '1' }],
      missing: expect.stringMatching(/^finished: page 1/) as string,
    });
  });
});
