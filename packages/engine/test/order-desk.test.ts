import type { EpochMs } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import {
  type LaneEvent,
  OrderDesk,
  type OrderEvidence,
  type OrderRequest,
  type PlaceOutcome,
  type ScanResult,
  type Venue,
} from '../src/index.js';
import { ManualClock } from './manual-clock.js';

const OFFSET_MS = 250;
const ERROR_MS = 30;

const ACKED: PlaceOutcome = {
  type: 'acked',
  exchangeOrderId: 'x1',
  finished: true,
  finishAs: 'filled',
  filledBase: baseQty('0.5'),
  filledQuote: quoteAmount('50'),
};
const FILL = {
  tradeId: 't1',
  symbol: 'ETH/USDT',
  side: 'buy',
  baseAmount: baseQty('0.5'),
  price: price('100'),
  fee: baseQty('0.001'),
  feeCoin: 'ETH',
  role: 'taker',
  epochMs: 5 as EpochMs,
} as const;
const SCAN_MS = 1_700_000_100_000;
const NOT_FOUND: ScanResult = {
  record: { startedAtMs: SCAN_MS as EpochMs, complete: true, openRows: 0, finishedRows: 1, tradeRows: 1 },
  found: [],
};
const FINISHED: OrderEvidence = {
  clientOrderId: 't-1',
  symbol: 'ETH/USDT',
  exchangeOrderId: 'x1',
  finished: true,
  finishAs: 'filled',
  filledBase: baseQty('0.5'),
  filledQuote: quoteAmount('50'),
};

function desk(changes: Partial<Venue> = {}) {
  const clock = new ManualClock();
  const events: LaneEvent[] = [];
  const calls: string[] = [];
  const sleeps: number[] = [];
  const venue: Venue = {
    loadRules: () => Promise.resolve([]),
    book: () => Promise.reject(new Error('not asked')),
    tickers: () => Promise.reject(new Error('not asked')),
    measureClock: () =>
      Promise.resolve({
        exchangeMinusMono: clock.wall + OFFSET_MS - clock.monoMs(),
        errorMs: ERROR_MS,
      }),
    balances: () => Promise.resolve({ USDT: { available: decimal('1.50'), locked: decimal('0') } }),
    place: () => Promise.resolve(ACKED),
    order: () => Promise.resolve(FINISHED),
    fills: () => Promise.resolve([FILL]),
    scan: () => Promise.resolve(NOT_FOUND),
    placeStop: () => Promise.reject(new Error('no stop is placed here')),
    cancelStop: () => Promise.reject(new Error('no stop is cancelled here')),
    stop: () => Promise.reject(new Error('no stop is looked at here')),
    findStops: () => Promise.reject(new Error('no stop is looked for here')),
    allStops: () => Promise.resolve({ rows: [], missing: null }),
    openOrders: () => Promise.resolve({ rows: [], missing: null }),
    trades: () => Promise.resolve({ rows: [], missing: null }),
    close: () => Promise.resolve(),
    ...changes,
  };
  const noted = Object.fromEntries(
    Object.entries(venue).map(([name, method]) => [
      name,
      (...values: never[]) => {
        calls.push(name);
        return (method as (...v: never[]) => unknown)(...values);
      },
    ]),
  ) as unknown as Venue;
  const uncommitted = new Set<number>();
  const one = new OrderDesk(
    { settleDelaysMs: [0, 50, 150] },
    {
      venue: noted,
      clock,
      log: silentLogger,
      emit: (event) => events.push(event),
      sleep: (ms) => {
        sleeps.push(ms);
        return Promise.resolve();
      },
      commits: {
        now: (ticket) => !uncommitted.has(ticket),
        later: (ticket) => Promise.resolve(!uncommitted.has(ticket)),
      },
    },
  );
  const order = (more: Partial<OrderRequest> = {}): OrderRequest => ({
    intentId: 1,
    clientOrderId: 't-1',
    symbol: 'ETH/USDT',
    side: 'buy',
    type: 'market',
    timeInForce: 'ioc',
    amount: '50',
    price: null,
    deadlineMs: (clock.wall + OFFSET_MS + 3_000) as EpochMs,
    ...more,
  });
  /** A name has one ticket, unless a test says otherwise. */
  const tickets = new Map<string, number>();
  const place = (more: Partial<OrderRequest> = {}, ticket?: number) => {
    const request = order(more);
    const { clientOrderId } = request;
    if (!tickets.has(clientOrderId)) tickets.set(clientOrderId, tickets.size + 1);
    return one.handle({
      type: 'place',
      order: request,
      ticket: ticket ?? (tickets.get(clientOrderId) as number),
    });
  };
  const scan = () =>
    one.handle({
      type: 'scan',
      intentId: 1,
      symbol: 'ETH/USDT',
      clientOrderId: 't-1',
      fromMs: 0 as EpochMs,
    });
  return { clock, events, calls, sleeps, uncommitted, one, order, place, scan };
}

const outcomeOf = (events: readonly LaneEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'placed'
      ? [event.outcome.type === 'rejected' ? event.outcome.label : event.outcome.type]
      : [],
  );

describe('placing', () => {
  test('one POST, its answer, then the trades without being asked', async () => {
    const { place, calls, events } = desk();
    await place();
    expect(calls).toEqual(['measureClock', 'place', 'fills']);
    expect(events.map((event) => event.type)).toEqual(['clock', 'placed', 'settled']);
    expect(events[2]).toMatchObject({ filledBase: '0.5', fills: [{ tradeId: 't1', baseAmount: '0.5' }] });
  });

  test('I3: a client id that comes twice is posted once, and the copy is not even answered', async () => {
    const { place, calls, events } = desk();
    await Promise.all([place(), place(), place()]);
    await place();
    expect(calls.filter((call) => call === 'place')).toHaveLength(1);
    expect(outcomeOf(events)).toEqual(['acked']);
  });

  test('I2: an order whose intent is not committed is not sent, and nothing is said of it', async () => {
    const bytes: string[] = [];
    const { place, events, uncommitted } = desk({
      place: async ({ clientOrderId }, { permission }) => {
        if (permission.now() !== true)
          return { type: 'rejected', label: 'NOT_SENT', message: '', retryAfterMs: null };
        bytes.push(clientOrderId);
        return ACKED;
      },
    });
    uncommitted.add(71);
    await place({}, 71);
    expect(bytes).toEqual([]);
    expect(outcomeOf(events)).toEqual([]);

    // The next try of the same decision has the same row and the same client id; its ticket is another.
    await place({}, 72);
    expect(bytes).toEqual(['t-1']);
    expect(outcomeOf(events)).toEqual(['acked']);
  });

  test('I2: what would be refused anyway is not answered either while its intent is not committed', async () => {
    const { place, events, uncommitted } = desk({ measureClock: () => Promise.reject(new Error('timeout')) });
    uncommitted.add(71);
    await place({}, 71);
    expect(outcomeOf(events)).toEqual([]);
    await place({}, 72);
    expect(outcomeOf(events)).toEqual(['NOT_SENT']);
  });

  test('I9, P22: nothing is posted at or after the deadline of the exchange clock', async () => {
    const { place, clock, calls, events, one } = desk();
    await one.handle({ type: 'refresh-clock' });
    await place({ deadlineMs: (clock.wall + OFFSET_MS) as EpochMs });
    expect(calls).not.toContain('place');
    expect(outcomeOf(events)).toEqual(['NOT_SENT']);
    await place({ clientOrderId: 't-2', deadlineMs: (clock.wall + OFFSET_MS + 1) as EpochMs });
    expect(calls).toContain('place');
  });

  test('N20: a jump of the wall clock does not prolong a deadline', async () => {
    const { place, clock, calls, one } = desk();
    await one.handle({ type: 'refresh-clock' });
    const deadlineMs = (clock.wall + OFFSET_MS + 3_000) as EpochMs;
    clock.mono += 5_000;
    clock.wall -= 3_600_000;
    await place({ deadlineMs });
    expect(calls).not.toContain('place');
  });

  test('a thread that was just born measures the clock before its first order', async () => {
    const { place, events } = desk();
    await place();
    expect(outcomeOf(events)).toEqual(['acked']);
  });

  test('I10: when that fails, nothing is sent', async () => {
    const { place, calls, events } = desk({ measureClock: () => Promise.reject(new Error('timeout')) });
    await place();
    expect(calls).not.toContain('place');
    expect(outcomeOf(events)).toEqual(['NOT_SENT']);
  });

  test('an order that was killed needs no trades', async () => {
    const killed = { ...ACKED, finishAs: 'ioc', filledBase: baseQty('0'), filledQuote: quoteAmount('0') };
    const { place, calls } = desk({ place: () => Promise.resolve(killed) });
    await place();
    expect(calls).not.toContain('fills');
  });

  test('the ids that are remembered are bounded, the newest stay', async () => {
    const { place, calls } = desk({ place: () => Promise.resolve({ type: 'unknown', reason: 'x' }) });
    for (let id = 1; id <= 5_000; id += 1) await place({ clientOrderId: `t-${id}` });
    await place({ clientOrderId: 't-5000' });
    await place({ clientOrderId: 't-1000' });
    expect(calls.filter((call) => call === 'place')).toHaveLength(5_000);
  });
});

describe('trades', () => {
  test('W19: they are waited for until they add up', async () => {
    let looks = 0;
    const half = { ...FILL, baseAmount: baseQty('0.25') };
    const { place, events, sleeps } = desk({
      fills: () => {
        looks += 1;
        return Promise.resolve(looks < 3 ? [half] : [half, { ...half, tradeId: 't2' }]);
      },
    });
    await place();
    expect(sleeps).toEqual([50, 150]);
    expect(events.at(-1)).toMatchObject({ type: 'settled', fills: [{ tradeId: 't1' }, { tradeId: 't2' }] });
  });

  test('when they do not, or cannot be read, that is said and nothing else', async () => {
    const short = desk({ fills: () => Promise.resolve([]) });
    await short.place();
    expect(short.events.at(-1)).toMatchObject({
      type: 'settle-failed',
      reason: expect.stringContaining('add up') as string,
    });
    const broken = desk({ fills: () => Promise.reject(new Error('HTTP 502')) });
    await broken.place();
    expect(broken.events.at(-1)).toMatchObject({ type: 'settle-failed', reason: 'HTTP 502' });
  });

  test('an order that still rests is not settled', async () => {
    const { one, events, calls } = desk({ order: () => Promise.resolve({ ...FINISHED, finished: false }) });
    await one.handle({ type: 'settle', intentId: 1, symbol: 'ETH/USDT', exchangeOrderId: 'x1' });
    expect(events).toMatchObject([{ type: 'settle-failed' }]);
    expect(calls).toEqual(['order']);
  });
});

describe('several orders at once', () => {
  const follow = { type: 'follow', intentId: 7, symbol: 'ETH/USDT', exchangeOrderIds: ['x1', 'x2'] } as const;

  test('N24: each is followed to its end, and all their trades come together', async () => {
    const { one, events } = desk({
      order: (_, exchangeOrderId) => Promise.resolve({ ...FINISHED, exchangeOrderId }),
      fills: (_, exchangeOrderId) => Promise.resolve([{ ...FILL, tradeId: `t-${exchangeOrderId}` }]),
    });
    await one.handle(follow);
    expect(events).toMatchObject([
      {
        type: 'followed',
        intentId: 7,
        orders: [
          { exchangeOrderId: 'x1', filledBase: '0.5', fills: [{ tradeId: 't-x1' }] },
          { exchangeOrderId: 'x2', filledBase: '0.5', fills: [{ tradeId: 't-x2' }] },
        ],
      },
    ]);
  });

  test('N24: one that cannot be followed keeps the other back: half an answer would look like the whole', async () => {
    const { one, events } = desk({
      order: (_, id) =>
        id === 'x2' ? Promise.reject(new Error('ORDER_NOT_FOUND')) : Promise.resolve(FINISHED),
    });
    await one.handle(follow);
    expect(events).toEqual([{ type: 'settle-failed', intentId: 7, reason: 'ORDER_NOT_FOUND' }]);
  });
});

describe('scans', () => {
  test('an absence counts from the earliest moment at which the scan can have begun', async () => {
    const { scan, events } = desk();
    await scan();
    expect(events.at(-1)).toMatchObject({
      type: 'scanned',
      record: { startedAtMs: SCAN_MS - ERROR_MS, complete: true },
    });
  });

  test('without the exchange clock an absence proves nothing, but a find counts', async () => {
    const measureClock = (): Promise<never> => Promise.reject(new Error('timeout'));
    const missing = desk({ measureClock });
    await missing.scan();
    expect(missing.events.at(-1)).toMatchObject({ type: 'scanned', record: { complete: false }, found: [] });
    const there = desk({ measureClock, scan: () => Promise.resolve({ ...NOT_FOUND, found: [FINISHED] }) });
    await there.scan();
    expect(there.events.at(-1)).toMatchObject({ found: [{ exchangeOrderId: 'x1' }] });
  });

  test('scenario 54: a scan that failed is an incomplete one', async () => {
    const { scan, events } = desk({ scan: () => Promise.reject(new Error('HTTP 500')) });
    await scan();
    expect(events.at(-1)).toMatchObject({ type: 'scanned', record: { complete: false }, found: [] });
  });
});

describe('account and clock', () => {
  test('X07: rules that a pair waits for are told when they come, and so is a failure: the cycler asks again', async () => {
    const answered = desk();
    await answered.one.handle({ type: 'refresh-rules', symbols: ['ETH/USDT'] });
    expect(answered.events).toEqual([{ type: 'rules', rules: [] }]);

    const silent = desk({ loadRules: () => Promise.reject(new Error('timeout')) });
    await silent.one.handle({ type: 'refresh-rules', symbols: ['ETH/USDT'] });
    expect(silent.events).toEqual([{ type: 'rules-failed', reason: 'timeout' }]);
    expect(silent.calls).toHaveLength(1);
  });

  test('balances carry the time at which they were asked for', async () => {
    const { one, events, clock } = desk();
    const asked = clock.mono;
    await one.handle({ type: 'refresh-balances' });
    expect(events).toEqual([
      { type: 'balances', requestedMono: asked, balances: { USDT: { available: '1.5', locked: '0' } } },
    ]);
  });

  test('N20: the wall clock is set between the measurement and its use, and nothing changes', async () => {
    const { one, events, clock, place } = desk({
      measureClock: () => {
        const answer = {
          exchangeMinusMono: clock.wall + OFFSET_MS - clock.mono,
          errorMs: ERROR_MS,
        };
        clock.wall += 3_600_000;
        return Promise.resolve(answer);
      },
    });
    const before = clock.wall - clock.mono;
    const deadlineMs = (clock.wall + OFFSET_MS + 3_000) as EpochMs;
    await one.handle({ type: 'refresh-clock' });
    expect(events).toMatchObject([{ type: 'clock', exchangeMinusMono: before + OFFSET_MS }]);
    await place({ deadlineMs });
    expect(outcomeOf(events)).toEqual(['acked']);
  });

  test('scenario 54: a failed look is told as failed, never as empty', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('HTTP 500'));
    const { one, events } = desk({ balances: fail, measureClock: fail });
    await one.handle({ type: 'refresh-balances' });
    await one.handle({ type: 'refresh-clock' });
    expect(events).toEqual([
      { type: 'balances-failed', reason: 'HTTP 500' },
      { type: 'clock-failed', reason: 'HTTP 500' },
    ]);
  });
});

describe('W03: prices over REST', () => {
  const book = (symbol: string) => ({
    symbol,
    bid: { mantissa: 99, decimals: 0 },
    ask: { mantissa: 101, decimals: 0 },
    asks: null,
    exchangeMs: 5 as EpochMs,
  });

  test('what came is told, whatever did not', async () => {
    const { one, events } = desk({
      book: (symbol) =>
        symbol === 'ETH/USDT' ? Promise.resolve(book(symbol)) : Promise.reject(new Error('no answer')),
      tickers: (symbols) => Promise.resolve(symbols.map(book)),
    });
    await one.handle({
      type: 'refresh-prices',
      books: [
        { symbol: 'ETH/USDT', depth: 1 },
        { symbol: 'BTC/USDT', depth: 1 },
      ],
      tickers: ['SOL/USDT'],
    });
    expect(events.at(-1)).toMatchObject({
      type: 'prices',
      prices: [{ symbol: 'ETH/USDT' }, { symbol: 'SOL/USDT' }],
      reason: 'no answer',
    });
  });

  test('without the exchange clock none is asked for: it could not be told how old it is', async () => {
    const { one, events } = desk({ measureClock: () => Promise.reject(new Error('timeout')) });
    await one.handle({ type: 'refresh-prices', books: [], tickers: ['ETH/USDT'] });
    expect(events.at(-1)).toMatchObject({ type: 'prices', prices: [], reason: 'exchange clock unknown' });
  });
});
