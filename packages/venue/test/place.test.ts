import { inspect } from 'node:util';
import { systemClock } from '@mtrade/base';
import {
  DEFAULT_ORDER_DESK_OPTIONS,
  type LaneEvent,
  OrderDesk,
  type PlaceOutcome,
  type SendMarks,
} from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
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
  order,
  PERMITTED,
  setUp,
  withWord,
} from './exchange-stub.js';

let setup: Setup | null = null;
afterEach(async () => {
  await setup?.close();
  setup = null;
});

async function place(answer: Answer, change = {}, options = {}): Promise<PlaceOutcome> {
  setup = await setUp(answer, options);
  return setup.venue.place(order(change), PERMITTED);
}

describe('what goes on the wire', () => {
  test('one POST with exact texts, the spot account, no borrowing, the whole client id, the expiry and a right signature (N28, X23, fact H)', async () => {
    const deadlineMs = Date.now() + 2_500;
    const outcome = await place((_, response) => json(response, 201, filledAnswer()), { deadlineMs });

    expect(outcome.type).toBe('acked');
    expect(setup?.seen).toHaveLength(1);
    const [post] = setup?.seen ?? [];
    expect(post).toMatchObject({ method: 'POST', path: '/api/v4/spot/orders' });
    expect(JSON.parse(post?.body ?? '')).toEqual({
      text: order().clientOrderId,
      currency_pair: 'BTC_USDT',
      type: 'limit',
      account: 'spot',
      side: 'buy',
      amount: '0.00100000',
      price: '65000.10',
      time_in_force: 'ioc',
      auto_borrow: false,
    });
    expect(post?.headers['x-gate-exptime']).toBe(String(deadlineMs));
    expect(post?.headers['key']).toBe(KEY);
    expect(post?.headers['sign']).toBe(post && expectedSignature(post));
  });

  test('a market buy carries quote text and no price', async () => {
    await place((_, response) => json(response, 201, filledAnswer({ type: 'market' })), {
      type: 'market',
      price: null,
      amount: '60.5',
    });

    expect(JSON.parse(setup?.seen[0]?.body ?? '')).toMatchObject({ type: 'market', amount: '60.5' });
    expect(setup?.seen[0]?.body).not.toContain('price');
  });

  test.each([
    ['a deadline that has passed (N27)', { deadlineMs: Date.now() - 1 }],
    ['a pair that is not configured', { symbol: 'ETH/USDT' }],
    ['a client id that is too long', { clientOrderId: `t-${'a'.repeat(27)}` }],
    ['a client id without its prefix', { clientOrderId: 'tabc' }],
    ['a limit order without a price', { price: null }],
  ])('nothing is sent for %s', async (_, change) => {
    const outcome = await place((__, response) => json(response, 201, filledAnswer()), change);

    expect(outcome).toMatchObject({ type: 'rejected', label: 'NOT_SENT' });
    expect(setup?.seen).toHaveLength(0);
  });
});

describe('accepted', () => {
  test('a fill is taken from filled_amount and filled_total, not from the amount asked for (fact F)', async () => {
    const outcome = await place(
      (_, response) =>
        json(response, 201, {
          ...filledAnswer({ status: 'cancelled', finish_as: 'ioc', amount: '60', left: '59' }),
          filled_amount: '0.00001538',
          filled_total: '0.99970000',
        }),
      { type: 'market', price: null, amount: '60' },
    );

    if (outcome.type !== 'acked') throw new Error(inspect(outcome));
    expect([text(outcome.filledBase), text(outcome.filledQuote)]).toEqual(['0.00001538', '0.9997']);
    expect(outcome).toMatchObject({ exchangeOrderId: '1852454420', finished: true, finishAs: 'ioc' });
  });

  test('a killed order is finished with nothing filled', async () => {
    const killed = {
      status: 'cancelled',
      finish_as: 'fok',
      left: '0.001',
      filled_amount: '0',
      filled_total: '0',
    };
    const outcome = await place((_, response) => json(response, 201, filledAnswer(killed)));

    if (outcome.type !== 'acked') throw new Error(inspect(outcome));
    expect(outcome.finished).toBe(true);
    expect(outcome.finishAs).toBe('fok');
    expect(text(outcome.filledBase)).toBe('0');
  });

  test('an older answer without filled_amount is derived exactly', async () => {
    const { filled_amount: _, ...older } = filledAnswer({ amount: '0.3', left: '0.2' });
    const outcome = await place((__, response) => json(response, 201, older));

    if (outcome.type !== 'acked') throw new Error(inspect(outcome));
    expect(text(outcome.filledBase)).toBe('0.1');
  });

  test.each(['filled', 'depth_not_enough', 'trader_not_enough', 'price_protect_cancelled', 'small', 'stp'])(
    'whatever ended it (%s), what was filled counts (X03)',
    async (cause) => {
      const ended = { status: cause === 'filled' ? 'closed' : 'cancelled', finish_as: cause };
      const outcome = await place((_, response) => json(response, 201, filledAnswer(ended)));

      if (outcome.type !== 'acked') throw new Error(inspect(outcome));
      expect([outcome.finished, outcome.finishAs, text(outcome.filledBase)]).toEqual([true, cause, '0.001']);
    },
  );

  test('a resting order is not finished', async () => {
    const open = { status: 'open', finish_as: 'open', left: '0.001', filled_amount: '0', filled_total: '0' };
    const outcome = await place((_, response) => json(response, 201, filledAnswer(open)));

    expect(outcome).toMatchObject({ type: 'acked', finished: false, finishAs: null });
  });
});

describe('rejected: only what the exchange says is definite', () => {
  test.each([
    [400, 'BALANCE_NOT_ENOUGH (X21)'],
    [400, 'FOK_NOT_FILL (X02)'],
    [400, 'POC_FILL_IMMEDIATELY (X05)'],
    [400, 'AMOUNT_TOO_LITTLE (X06)'],
    [400, 'INVALID_PRECISION (X07)'],
    [400, 'PRICE_TOO_DEVIATED (X08)'],
    [400, 'INVALID_CURRENCY_PAIR (X14)'],
    [400, 'ORDER_BOOK_NOT_FOUND'],
    [400, 'INVALID_PARAM_VALUE'],
    [401, 'INVALID_KEY (N17)'],
    [401, 'INVALID_SIGNATURE (N17)'],
    [403, 'FORBIDDEN'],
    [400, 'REQUEST_EXPIRED'], // N03, N19: its own label, never a bad key
  ])('HTTP %i %s', async (status, name) => {
    const [label = ''] = name.split(' ');
    const outcome = await place((_, response) => json(response, status, { label, message: 'because' }));

    expect(outcome).toEqual({ type: 'rejected', label, message: 'because', retryAfterMs: null });
  });

  test('429 says how long to wait, and nothing more goes out in that time (N14)', async () => {
    const outcome = await place((_, response) =>
      json(response, 429, { label: 'TOO_MANY_REQUESTS', message: 'slow down' }, { 'retry-after': '7' }),
    );
    const second = await setup?.venue.place(order({ clientOrderId: 't-second' }), PERMITTED);
    const read = setup?.venue.balances();

    expect(outcome).toMatchObject({ type: 'rejected', label: 'TOO_MANY_REQUESTS', retryAfterMs: 7_000 });
    expect(second).toMatchObject({ type: 'rejected', label: 'TOO_MANY_REQUESTS' });
    await expect(read).rejects.toMatchObject({ label: 'TOO_MANY_REQUESTS', phase: 'not-sent' });
    expect(setup?.seen).toHaveLength(1);
  });

  test("429 understands Gate's reset time in seconds of Unix time (N14)", async () => {
    const reset = Math.floor(Date.now() / 1_000) + 30;
    const outcome = await place((_, response) =>
      json(
        response,
        429,
        { label: 'TOO_MANY_REQUESTS' },
        { 'X-Gate-RateLimit-Reset-Timestamp': String(reset) },
      ),
    );

    if (outcome.type !== 'rejected') throw new Error(inspect(outcome));
    expect(outcome.retryAfterMs).toBeGreaterThan(25_000);
    expect(outcome.retryAfterMs).toBeLessThanOrEqual(30_000);
  });
});

describe('unknown: everything else', () => {
  const answers: [name: string, answer: Answer][] = [
    ['500 (N05, N06)', (_, r) => json(r, 500, { label: 'SERVER_ERROR', message: 'x' })],
    ['502 with a definite label (N05)', (_, r) => json(r, 502, { label: 'BALANCE_NOT_ENOUGH' })],
    ['524 of a proxy (N12)', (_, r) => json(r, 524, '<html>timeout</html>')],
    ['400 without a label', (_, r) => json(r, 400, { message: 'no' })],
    [
      '400 with a label we do not know: maintenance (X15)',
      (_, r) => json(r, 400, { label: 'TOO_BUSY', message: 'x' }),
    ],
    ['403 of a firewall (N16)', (_, r) => json(r, 403, '<html>denied</html>')],
    ['404', (_, r) => json(r, 404, { label: 'ORDER_NOT_FOUND' })],
    ['409', (_, r) => json(r, 409, { label: 'CONFLICT' })],
    ['429 of a proxy, without a label', (_, r) => json(r, 429, 'slow down')],
    ['201 empty (N10)', (_, r) => json(r, 201, '')],
    ['202 empty (N10)', (_, r) => json(r, 202, '')],
    ['201 truncated JSON (N09)', (_, r) => json(r, 201, JSON.stringify(filledAnswer()).slice(0, 60))],
    ['200 HTML (N11)', (_, r) => json(r, 200, '<html>welcome to the hotel</html>')],
    ['200 list', (_, r) => json(r, 200, [filledAnswer()])],
    ['200 null', (_, r) => json(r, 200, 'null')],
    ['201 of another order (N26)', (_, r) => json(r, 201, filledAnswer({ text: 't-other' }))],
    ['201 without text (N26)', (_, r) => json(r, 201, filledAnswer({ text: '' }))],
    ['201 of another pair (N26)', (_, r) => json(r, 201, filledAnswer({ currency_pair: 'ETH_USDT' }))],
    ['201 of the other side (N26)', (_, r) => json(r, 201, filledAnswer({ side: 'sell' }))],
    ['201 without an id', (_, r) => json(r, 201, filledAnswer({ id: '' }))],
    ['201 with an id that a double rounds (X30)', (_, r) => json(r, 201, filledAnswer({ id: 2 ** 60 }))],
    ['201 with a strange status', (_, r) => json(r, 201, filledAnswer({ status: 'maybe' }))],
    ['201 with a fill of NaN', (_, r) => json(r, 201, filledAnswer({ filled_amount: 'NaN' }))],
    ['201 with a negative fill', (_, r) => json(r, 201, filledAnswer({ filled_total: '-1' }))],
    ['201 with a fill as a JSON fraction', (_, r) => json(r, 201, filledAnswer({ filled_amount: 0.001 }))],
    [
      '201 with more left than there was (found by fuzzing)',
      (_, r) => json(r, 201, filledAnswer({ filled_amount: undefined, left: '5' })),
    ],
    ['201 without filled_total', (_, r) => json(r, 201, filledAnswer({ filled_total: undefined }))],
    ['a reset connection (N23)', (_, r) => r.socket?.resetAndDestroy()],
    ['a closed connection', (_, r) => r.socket?.end()],
    [
      'a body shorter than announced (N08)',
      (_, r) => {
        r.writeHead(201, { 'content-length': '500' });
        r.write('{"id":"1"');
        setTimeout(() => r.socket?.destroy(), 20);
      },
    ],
    ['an answer that is no HTTP', (_, r) => r.socket?.end('hello\r\n\r\n')],
    ['an answer that is not UTF-8', (_, r) => r.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    [
      'an answer without an end',
      (_, r) => {
        r.writeHead(201);
        const flood = setInterval(() => r.write('x'.repeat(1 << 20)), 1);
        r.on('close', () => clearInterval(flood));
      },
    ],
  ];
  test.each(answers)('%s, after one request only (N29)', async (_, answer) => {
    const outcome = await place(answer);

    expect(outcome.type).toBe('unknown');
    expect(setup?.seen).toHaveLength(1);
  });

  test('silence before the headers (N01, N02, N04)', async () => {
    const outcome = await place(() => undefined, {}, { requestDeadlineMs: 150 });

    expect(outcome).toMatchObject({
      type: 'unknown',
      reason: expect.stringContaining('phase headers') as string,
    });
    expect(setup?.seen).toHaveLength(1);
  });

  test('silence after the headers: the deadline covers the body too (N07)', async () => {
    const outcome = await place(
      (_, response) => {
        response.writeHead(201, { 'content-type': 'application/json' });
        response.write('{"id":');
      },
      {},
      { requestDeadlineMs: 150 },
    );

    expect(outcome).toMatchObject({
      type: 'unknown',
      reason: expect.stringContaining('phase body') as string,
    });
  });

  test('a redirect, which is not followed with our credentials (N13)', async () => {
    const outcome = await place((_, response) => {
      response.writeHead(307, { location: '/api/v4/spot/orders?again=1' });
      response.end();
    });

    expect(outcome).toMatchObject({ type: 'unknown', reason: 'HTTP 307' });
    expect(setup?.seen).toHaveLength(1);
  });

  test('nobody listens (N21)', async () => {
    setup = await setUp(() => undefined);
    await setup.close();

    const outcome = await setup.venue.place(order(), PERMITTED);

    expect(outcome.type).toBe('unknown');
  });
});

test('no secret and no signature in what the venue shows (fact O)', async () => {
  setup = await setUp((request, response) => {
    const echo = `${KEY} ${SECRET} signature=0123456789abcdef ${String(request.headers['sign'])}`;
    json(response, 400, { label: 'INVALID_KEY', message: echo });
  });

  const outcome = await setup.venue.place(order(), PERMITTED);
  const failure = await setup.venue.balances().catch((error: unknown) => error);

  const shown = [inspect(setup.venue, { depth: 9, showHidden: true }), JSON.stringify(setup.venue)]
    .concat(inspect(outcome), inspect(failure, { depth: 9 }))
    .join('\n');
  expect(shown).toContain('INVALID_KEY');
  expect(shown).not.toContain(KEY);
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain('0123456789abcdef');
});

test.each([
  ['a refusal', 200 - 10, (message: string) => ({ label: 'INVALID_KEY', message })],
  ['an answer that is no JSON', 80 - 10, (body: string) => body],
])(
  'S06: where %s is cut to be shown, no half of a secret is left, in whatever form',
  async (_, before, bodyOf) => {
    const hex = Buffer.from(SECRET).toString('hex').toUpperCase();
    for (const form of [SECRET, hex, Buffer.from(SECRET).toString('base64').replace(/=+$/, '')]) {
      setup = await setUp((_request, response) => {
        const body = bodyOf(`${'x'.repeat(before)}${form} and more`);
        json(response, typeof body === 'string' ? 200 : 400, body);
      });

      const failure = await setup.venue.balances().catch((error: unknown) => error);
      await setup.close();

      expect(inspect(failure, { depth: 9 })).toContain('xxx***');
      expect(inspect(failure, { depth: 9 })).not.toContain(form.slice(0, 6));
    }
  },
);

describe('the marks of a request on its way out', () => {
  const unmarked = (): SendMarks => ({ signedMono: null, sentMono: null });

  test('signed, then handed to the socket, both before the exchange has anything to answer', async () => {
    const marks = unmarked();
    let atTheExchange: SendMarks | null = null;
    setup = await setUp((_, response) => {
      atTheExchange = { ...marks };
      json(response, 201, filledAnswer());
    });
    await setup.venue.place(order(), { ...PERMITTED, marks });

    const { signedMono, sentMono } = marks;
    expect(atTheExchange).toEqual({ signedMono: expect.any(Number), sentMono: expect.any(Number) });
    expect(sentMono).toBeGreaterThanOrEqual(signedMono as number);
    expect(marks).toEqual(atTheExchange);
  });

  test('an order that is not sent has no time of sending', async () => {
    const marks = unmarked();
    setup = await setUp((_, response) => json(response, 201, filledAnswer()));
    await setup.venue.place(order({ deadlineMs: (Date.now() - 1) as never }), { ...PERMITTED, marks });
    expect(marks).toEqual(unmarked());
  });
});

describe('permission', () => {
  test('I2: without it not one byte leaves, although the order is built and signed', async () => {
    setup = await setUp((_, response) => json(response, 201, filledAnswer()));
    const marks: SendMarks = { signedMono: null, sentMono: null };
    const outcome = await setup.venue.place(order(), { ...withWord(false), marks });

    expect(outcome).toMatchObject({ type: 'rejected', label: 'NOT_SENT' });
    expect(setup.seen).toEqual([]);
    expect(marks).toEqual({ signedMono: expect.any(Number), sentMono: null });
  });

  test('I2, I9: while it is waited for nothing leaves, and what it comes too late for is not sent', async () => {
    setup = await setUp((_, response) => json(response, 201, filledAnswer()));
    let permit: (isCommitted: boolean) => void = () => undefined;
    const word = new Promise<boolean>((resolve) => (permit = resolve));
    const deadlineMs = (Date.now() + 30) as never;
    const placing = setup.venue.place(order({ deadlineMs }), {
      permission: { now: () => null, later: () => word },
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(setup.seen).toEqual([]);
    permit(true);

    expect(await placing).toMatchObject({ type: 'rejected', label: 'NOT_SENT' });
    expect(setup.seen).toEqual([]);
  });
});

test.each([
  ['is there later', () => Promise.resolve(true), ['NOT_SENT']],
  ['is a no later', () => Promise.resolve(false), []],
  ['cannot be asked for later either', () => Promise.reject(new Error('EIO: i/o error, stat')), []],
] as const)(
  'I2: the word cannot be asked for and %s: nothing is posted, and never is that called unknown',
  async (_, later, said) => {
    setup = await setUp((request, response) =>
      request.path.endsWith('/time')
        ? json(response, 200, { server_time: Date.now() })
        : json(response, 201, filledAnswer()),
    );
    const events: LaneEvent[] = [];
    const desk = new OrderDesk(DEFAULT_ORDER_DESK_OPTIONS, {
      venue: setup.venue,
      clock: systemClock,
      log: silentLogger,
      emit: (event) => events.push(event),
      sleep: () => Promise.resolve(),
      commits: {
        now: () => {
          throw new Error('EIO: i/o error, stat');
        },
        later,
      },
    });
    await desk.handle({ type: 'place', order: order(), ticket: 1 }).catch(() => undefined);
    const outcomes = events.flatMap((event) => (event.type === 'placed' ? [event.outcome] : []));
    expect(outcomes.map((one) => (one.type === 'rejected' ? one.label : one.type))).toEqual(said);
    expect(events.filter(({ type }) => type !== 'clock')).toHaveLength(said.length);
    expect(setup.seen.filter(({ method }) => method === 'POST')).toEqual([]);
  },
);
