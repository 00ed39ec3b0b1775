import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../replay/arguments.js';
import { checkRecords, type Verdict } from '../replay/checker/check-records.js';
import { compareBooks } from '../replay/checker/compare-books.js';
import type { Books, LadderFacts, OrderRecord, Records, TradeRecord } from '../replay/checker/facts.js';
import { Fraction } from '../replay/checker/fraction.js';
import { CheckedLadder, purchase } from '../replay/checker/ladder.js';
import { readRecords } from '../replay/checker/read-records.js';
import { checkFrames, type FrameCounts } from '../replay/frames.js';

/**
 * The checker of the replay is believed only because it is shown to fail: every rule that it guards is broken here in
 * records that were right before.
 */

const LADDER: LadderFacts = {
  base_order: '10',
  safety_orders: 16,
  step_pct: '3.65',
  step_growth_pct: '0',
  volume_mode: 'geometric',
  volume_scale: '2',
  take_profit_pct: '0.6',
  take_profit_decay_pct: '0.02',
};
const MARKET = { symbol: 'ETH/USDT', amountDecimals: 4, minBase: '0.0001', minQuote: '1', feePct: '0.2' };
const DEPOSIT = '1000';

interface Told {
  /** Row of the engine's books. */
  readonly row: number;
  readonly purpose: 's' | 'a' | 't';
  readonly amount: string;
  /** Limit; a market order has none. */
  readonly limit?: string;
  /** Amount and price of each trade. */
  readonly trades: readonly (readonly [amount: string, price: string])[];
  readonly text?: string;
}

const START: Told = { row: 1, purpose: 's', amount: '10', trades: [['0.1', '100']] };
const KILLED: Told = { row: 2, purpose: 'a', amount: '0.2075', limit: '96.35', trades: [] };
const AVERAGED: Told = {
  row: 3,
  purpose: 'a',
  amount: '0.2075',
  limit: '96.34',
  trades: [['0.2075', '96.3']],
};
const SALE: Told = {
  row: 4,
  purpose: 't',
  amount: '0.3068',
  limit: '98.1',
  trades: [
    ['0.3', '98.12'],
    ['0.0068', '98.1'],
  ],
};
const AGAIN: Told = { row: 5, purpose: 's', amount: '10', trades: [['0.103', '97']] };

/** Start at 100, a killed and a filled averaging buy of row 1, the sale, and the start of the next cycle. */
const HONEST = [START, KILLED, AVERAGED, SALE, AGAIN];

const product = (a: string, b: string): Fraction => Fraction.of(a).times(Fraction.of(b));
const sum = (values: readonly Fraction[]): Fraction =>
  values.reduce((so, value) => so.plus(value), Fraction.of(0));

/** The exchange's records of such a story; sums and balances follow from the trades. */
function recordsOf(story: readonly Told[]): Records {
  const orders: OrderRecord[] = [];
  const trades: TradeRecord[] = [];
  let quote = Fraction.of(DEPOSIT);
  let base = Fraction.of(0);
  for (const [index, told] of story.entries()) {
    const id = String(100 + index);
    const side = told.purpose === 't' ? 'sell' : 'buy';
    const own = told.trades.map(([amount, price], at): TradeRecord => {
      const value = product(amount, price);
      const gained = side === 'buy' ? Fraction.of(amount) : value;
      const fee = gained.times(Fraction.of('0.002'));
      quote = side === 'buy' ? quote.minus(value) : quote.plus(value).minus(fee);
      base = side === 'buy' ? base.plus(Fraction.of(amount)).minus(fee) : base.minus(Fraction.of(amount));
      return {
        id: `${id}${at}`,
        symbol: 'ETH/USDT',
        orderId: id,
        side,
        amount,
        price,
        fee: String(fee),
        feeCurrency: side === 'buy' ? 'ETH' : 'USDT',
      };
    });
    trades.push(...own);
    orders.push({
      id,
      symbol: 'ETH/USDT',
      text: told.text ?? `t-m1-abcd-wxyz-000000${told.row}-${told.purpose}00`,
      side,
      type: told.purpose === 's' ? 'market' : 'limit',
      amount: told.amount,
      price: told.limit ?? '0',
      filledAmount: String(sum(own.map((trade) => Fraction.of(trade.amount)))),
      filledTotal: String(sum(own.map((trade) => product(trade.amount, trade.price)))),
      fee: String(sum(own.map((trade) => Fraction.of(trade.fee)))),
      status: own.length > 0 ? 'closed' : 'cancelled',
    });
  }
  return {
    orders,
    trades,
    transfers: [{ currency: 'USDT', amount: DEPOSIT }],
    balances: {
      USDT: { available: String(quote), locked: '0' },
      ETH: { available: String(base), locked: '0' },
    },
    damage: [],
  };
}

const judge = (records: Records): Verdict =>
  checkRecords({ records, markets: [MARKET], ladders: { 'ETH/USDT': LADDER } });

/** The honest story with one of its orders changed. */
const doctored = (order: Told, change: Partial<Told>): Records =>
  recordsOf(HONEST.map((told) => (told === order ? { ...told, ...change } : told)));

const rulesOf = ({ violations }: Pick<Verdict, 'violations'>): string[] =>
  violations.map((violation) => violation.rule);

describe('an honest story', () => {
  test('passes, and its profit, dust and open position are exact', () => {
    const { violations, stories } = judge(recordsOf(HONEST));

    expect(violations).toEqual([]);
    const [story] = stories;
    // 0.0998 + 0.207085 bought net, 0.3068 sold; cost 10 + 19.98225; proceeds 30.10308 less 0.2 %.
    expect(story).toMatchObject({ deepestRow: 1, filledOrders: 4, unfilledOrders: 1 });
    expect(story?.cycles.map((cycle) => cycle.step)).toEqual([1]);
    // Dust 0.000085 carries 29.98225 x 0.000085 / 0.306885 of the cost, rounded up at the 18th decimal.
    expect(String(story?.profit)).toBe('0.068928225193150529');
    expect(String(story?.open?.base)).toBe('0.102879');
    expect(String(story?.open?.invested)).toBe('9.999304385193150529');
  });
});

describe('the checker finds', () => {
  test('a fill above its row, and names the order', () => {
    const { violations } = judge(doctored(AVERAGED, { limit: '96.35', trades: [['0.2075', '96.36']] }));

    expect(violations).toContainEqual(
      expect.objectContaining({ rule: 'fill-above-row', orders: ['102 (t-m1-abcd-wxyz-0000003-a00)'] }),
    );
  });

  test('one trade above the row among good ones', () => {
    const trades = [
      ['0.2', '96'],
      ['0.0075', '96.36'],
    ] as const;

    expect(rulesOf(judge(doctored(AVERAGED, { trades })))).toContain('fill-above-row');
  });

  test('a limit above the row even when nothing was filled', () => {
    expect(rulesOf(judge(doctored(KILLED, { limit: '96.36', amount: '0.2075' })))).toEqual([
      'limit-above-row',
    ]);
  });

  test('a buy that is not a whole step below the last one', () => {
    // Row 1 stands at 96.35 exactly: not above its row, but not below 100 x (1 - 3.65 %) either.
    expect(rulesOf(judge(doctored(AVERAGED, { limit: '96.35', trades: [['0.2075', '96.35']] })))).toContain(
      'fill-too-near',
    );
  });

  test('a sale below what is required', () => {
    const cheap = { limit: '98.09', trades: [['0.3068', '98.09']] as const };

    expect(rulesOf(judge(doctored(SALE, cheap)))).toEqual(['limit-too-low', 'sale-too-low']);
  });

  test('a sale that covers its row but not the real cost of the position', () => {
    const records = recordsOf([
      { row: 1, purpose: 's', amount: '10', trades: [['0.1', '100']] },
      { row: 2, purpose: 't', amount: '0.0998', limit: '100.39', trades: [['0.0998', '100.39']] },
    ]);
    const { violations } = checkRecords({
      records,
      markets: [MARKET],
      ladders: { 'ETH/USDT': { ...LADDER, take_profit_pct: '0.1' } },
    });

    // 10 / (0.0998 x 0.998) = 100.4012...; the row alone would be content with 100.1.
    expect(rulesOf({ violations })).toEqual(['limit-too-low', 'sale-too-low']);
  });

  test('a row that was filled twice in one cycle, and names both orders', () => {
    const twin: Told = { ...AVERAGED, row: 4 };
    const { violations } = judge(recordsOf([START, KILLED, AVERAGED, twin, { ...SALE, row: 5 }]));

    const found = violations.find((one) => one.rule === 'row-twice');
    expect(found?.orders).toEqual(['103 (t-m1-abcd-wxyz-0000004-a00)']);
    expect(found?.text).toContain('102 (t-m1-abcd-wxyz-0000003-a00)');
  });

  test('a doubled row with fixed purchases, where every row has the same size', () => {
    const records = recordsOf([
      { row: 1, purpose: 's', amount: '10', trades: [['0.1', '100']] },
      { row: 2, purpose: 'a', amount: '0.1038', limit: '96.3', trades: [['0.1038', '96.3']] },
      { row: 3, purpose: 'a', amount: '0.1038', limit: '96.3', trades: [['0.1038', '96.3']] },
    ]);
    const { violations } = checkRecords({
      records,
      markets: [MARKET],
      ladders: { 'ETH/USDT': { ...LADDER, volume_mode: 'fixed' } },
    });

    expect(rulesOf({ violations })).toEqual(['fill-too-near', 'row-twice']);
  });

  test('a second start buy in a running cycle', () => {
    const second: Told = { row: 2, purpose: 's', amount: '10', trades: [['0.1', '100']] };

    expect(rulesOf(judge(recordsOf([START, second])))).toContain('row-twice');
  });

  test('two orders with one client id', () => {
    const { violations } = judge(doctored(AGAIN, { text: 't-m1-abcd-wxyz-0000001-s00' }));

    expect(violations).toContainEqual(
      expect.objectContaining({
        rule: 'client-id-twice',
        orders: ['100 (t-m1-abcd-wxyz-0000001-s00)', '104 (t-m1-abcd-wxyz-0000001-s00)'],
      }),
    );
  });

  test('a missing fill', () => {
    const records = recordsOf(HONEST);
    const { violations } = judge({
      ...records,
      trades: records.trades.filter((trade) => trade.orderId !== '102'),
    });

    expect(violations).toContainEqual(
      expect.objectContaining({
        rule: 'fills-do-not-add-up',
        orders: ['102 (t-m1-abcd-wxyz-0000003-a00)'],
      }),
    );
    expect(rulesOf({ violations })).toContain('balance');
  });

  test('a trade of no order', () => {
    const records = recordsOf(HONEST);
    const orders = records.orders.filter((order) => order.id !== '104');

    expect(rulesOf(judge({ ...records, orders }))).toContain('orphan-trade');
  });

  test('a wrong fee', () => {
    const records = recordsOf(HONEST);
    const trades = records.trades.map((trade, index) => (index === 0 ? { ...trade, fee: '0.0003' } : trade));

    expect(rulesOf(judge({ ...records, trades }))).toContain('wrong-fee');
  });

  test('a sale of more than was bought', () => {
    const greedy = { amount: '0.4', trades: [['0.4', '98.12']] as const };

    expect(rulesOf(judge(doctored(SALE, greedy)))).toEqual(
      expect.arrayContaining(['wrong-size', 'sold-too-much']),
    );
  });

  test('a purchase of the wrong size', () => {
    expect(rulesOf(judge(doctored(AVERAGED, { amount: '0.3', trades: [['0.3', '96.3']] })))).toContain(
      'wrong-size',
    );
  });

  test('an order that is not the engine’s', () => {
    expect(rulesOf(judge(doctored(AGAIN, { text: 'apiv4' })))).toContain('foreign-order');
  });

  test('an order that came before its turn', () => {
    expect(rulesOf(judge(doctored(AVERAGED, { row: 1, text: 't-m1-abcd-wxyz-0000000-a00' })))).toContain(
      'out-of-turn',
    );
  });

  test.each(['USDT', 'ETH'])('a balance of %s that is wrong in its last digit', (coin) => {
    const records = recordsOf(HONEST);
    const { available } = records.balances[coin] as { available: string };
    const balances = { ...records.balances, [coin]: { available: `${available}0000001`, locked: '0' } };

    expect(rulesOf(judge({ ...records, balances }))).toContain('balance');
  });

  test('frames that were sent and never counted', () => {
    const frames: FrameCounts = {
      recorded: 100,
      delivered: 100,
      late: 0,
      maxLateMs: 0,
      unheard: 0,
      sent: 110,
      replaced: 5,
      updates: 109,
      unchanged: 50,
      queued: 9,
      debounced: 50,
      queueFull: 0,
      stale: 1,
      malformed: 0,
    };

    expect(checkFrames(frames)).toEqual([]);
    expect(rulesOf({ violations: checkFrames({ ...frames, sent: 111 }) })).toEqual(['frame-uncounted']);
    expect(rulesOf({ violations: checkFrames({ ...frames, recorded: 101 }) })).toEqual(['frame-uncounted']);
    expect(rulesOf({ violations: checkFrames({ ...frames, queued: 8 }) })).toEqual(['frame-uncounted']);
    expect(rulesOf({ violations: checkFrames({ ...frames, replaced: 0, sent: 99, updates: 98 }) })).toEqual([
      'frame-uncounted',
      'frame-uncounted',
    ]);
  });
});

describe('the engine’s books', () => {
  const records = recordsOf(HONEST);
  const { stories } = judge(records);
  const [story] = stories;
  const textOf = (orderId: string): string =>
    records.orders.find((order) => order.id === orderId)?.text ?? '';
  const pair: Books['pairs'][number] = {
    symbol: 'ETH/USDT',
    realizedProfit: String(story?.profit),
    dustBase: '0',
    dustCost: '0',
    cycle: {
      step: 0,
      baseVolume: String(story?.open?.base),
      invested: String(story?.open?.invested),
      proceeds: '0',
    },
  };
  const books: Books = {
    pairs: [pair],
    cycles: [{ symbol: 'ETH/USDT', step: 1, profit: String(story?.profit) }],
    fills: records.trades.map((trade) => ({
      tradeId: trade.id,
      clientOrderId: textOf(trade.orderId),
      amount: trade.amount,
      price: trade.price,
      fee: trade.fee,
    })),
    intents: records.orders.map((order, index) => ({
      clientOrderId: order.text,
      symbol: 'ETH/USDT',
      step: [0, 1, 1, 1, 0][index] ?? 0,
      state: order.status === 'closed' ? 'FILLED' : 'KILLED',
    })),
  };
  const compare = (change: Partial<Books>): string[] =>
    rulesOf({ violations: compareBooks(stories, records, { ...books, ...change }) });

  test('agree with the records to the last digit', () => {
    expect(compare({})).toEqual([]);
  });

  test.each(['realizedProfit', 'dustBase', 'dustCost'] as const)('disagree about %s', (key) => {
    const changed = { ...pair, [key]: '0.000000000000000000000001' };

    expect(compare({ pairs: [changed] })).toContain('books-differ');
  });

  test('lack a fill, invent one, or change one', () => {
    expect(compare({ fills: books.fills.slice(1) })).toEqual(['fills-differ']);
    const [first] = books.fills as [Books['fills'][number]];
    expect(compare({ fills: [...books.fills, { ...first, tradeId: '9' }] })).toEqual(['fills-differ']);
    expect(compare({ fills: [{ ...first, price: '99' }, ...books.fills.slice(1)] })).toEqual([
      'fills-differ',
    ]);
  });

  test('hold an order for open, or a filled one for killed, or book it on another row', () => {
    const change = (index: number, news: Partial<Books['intents'][number]>): Partial<Books> => ({
      intents: books.intents.map((intent, at) => (at === index ? { ...intent, ...news } : intent)),
    });

    expect(compare(change(1, { state: 'UNKNOWN' }))).toEqual(['intents-differ']);
    expect(compare(change(2, { state: 'KILLED' }))).toEqual(['intents-differ']);
    expect(compare(change(2, { step: 2 }))).toEqual(['intents-differ']);
  });
});

describe('the checker itself', () => {
  test('has a ladder that matches the worked rows', () => {
    const ladder = new CheckedLadder({ ...LADDER, base_order: '3' }, Fraction.of(100));
    const rounded = (value: Fraction): string =>
      String(value.plus(Fraction.of('0.0000005')).floor(6)).replace('...', '');

    expect([0, 1, 2, 8, 16].map((step) => String(ladder.rate(step)))).toEqual([
      '100',
      '96.35',
      '92.7',
      '70.8',
      '41.6',
    ]);
    expect([0, 1, 2, 8, 16].map((step) => rounded(ladder.sellPrice(step)))).toEqual([
      '100.6',
      '98.095526',
      '95.231977',
      '74.400718',
      '44.87766',
    ]);
    expect(String(purchase({ ...LADDER, base_order: '3' }, 16))).toBe('196608');
    const growing = { ...LADDER, base_order: '10', step_pct: '3', step_growth_pct: '0.1' };
    expect(String(new CheckedLadder(growing, Fraction.of(100)).rate(3))).toBe('90.4');
    expect(String(purchase(growing, 3))).toBe('80');
  });

  test('reads the journal and notices a hole and a trade told twice', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mtrade-records-'));
    const path = join(folder, 'exchange.jsonl');
    const [trade] = recordsOf(HONEST).trades;
    const lines = [
      { snapshot: { seq: 1, balances: [['1000', 'USDT', '5', '0']], transfers: [] } },
      { seq: 2, trades: [trade] },
      { seq: 4, trades: [trade] },
    ];
    try {
      writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));

      const { damage, trades, balances } = readRecords(path);

      expect(damage).toEqual([
        'line 3: change 4 follows change 2',
        `line 3: trade ${trade?.id} is told twice`,
      ]);
      expect(trades).toHaveLength(1);
      expect(balances).toEqual({ USDT: { available: '5', locked: '0' } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('shares no code with the engine', () => {
    const folder = fileURLToPath(new URL('../replay/checker/', import.meta.url));
    const imports = readdirSync(folder).flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]),
    );

    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((one) => !/^(\.\/[a-z-]+\.js|node:fs)$/.test(one ?? ''))).toEqual([]);
  });
});

describe('the command line', () => {
  test('reads its options', () => {
    expect(
      parseArguments(['folder', '--speed', '500', '--pairs', 'eth/usdt,BTC/USDT', '--minutes', '10']),
    ).toMatchObject({ path: 'folder', speed: 500, pairs: ['ETH/USDT', 'BTC/USDT'], lengthMs: 600_000 });
  });

  test.each([
    [[]],
    [['a', 'b']],
    [['a', '--speed', '0']],
    [['a', '--until', 'noon']],
    [['a', '--sped', '1']],
  ])('refuses %j', (argv) => {
    expect(() => parseArguments(argv)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});
