import { describe, expect, test } from 'vitest';
import { baseQty, price, quoteAmount, text } from '@mtrade/money';
import { backoffMs, decide, type OrderDraft, publicState, settle } from '../src/index.js';
import {
  activePair,
  closedOf,
  cycleOf,
  draftOf,
  ended,
  idlePair,
  makeContext,
  makeFill,
  makeMarket,
  makeRules,
  NOW,
  open,
  START_DRAFT,
  trade,
} from './make.js';

const saleOf = (pair = activePair()): OrderDraft =>
  draftOf(decide(pair, makeContext(makeMarket('500', '500.01'))));
const averageOf = (pair = activePair()): OrderDraft =>
  draftOf(decide(pair, makeContext(makeMarket('90', '90.01'))));

describe('start buy', () => {
  test('scenario 12: P0 and every row come from the executed average, not from a ticker', () => {
    const fills = [makeFill('buy', '0.01', '100.2'), makeFill('buy', '0.01', '100.6')];
    const { cycle } = trade(idlePair(), START_DRAFT, fills).pair;

    expect(text(cycle?.startPrice as never)).toBe('100.4');
    expect(text(cycle?.ladder?.rows[1]?.rate as never)).toBe('96.7354');
    expect(cycle).toMatchObject({ phase: 'active', step: 0 });
  });

  test('scenario 9: a partial fill makes the cycle active with what was filled', () => {
    const fills = [makeFill('buy', '0.018', '100')];
    const opened = open(idlePair(), START_DRAFT);
    const { pair, closed } = settle(
      opened.pair,
      ended(opened.intent, 'PARTIAL', fills),
      fills,
      makeRules(),
      NOW,
    );

    expect(closed).toBeNull();
    expect(publicState(pair)).toBe('active');
    expect([text(cycleOf(pair).baseVolume), text(cycleOf(pair).invested)]).toEqual(['0.018', '1.8']);
  });

  test('scenario 8: nothing filled leaves no cycle, and a back-off', () => {
    const opened = open(idlePair(), START_DRAFT);
    const { pair, closed } = settle(opened.pair, ended(opened.intent, 'REJECTED'), [], makeRules(), NOW);

    expect(pair).toMatchObject({ cycle: null, openIntents: [], failures: 1, retryAtMs: NOW + 5_000 });
    expect(closed).toMatchObject({ outcome: 'abandoned' });
    expect(text(closed?.profit as never)).toBe('0');
  });

  test('scenario 20: a fee in base reduces the volume', () => {
    expect(text(cycleOf(activePair('5.353', '100', undefined, '0.005353')).baseVolume)).toBe('5.347647');
  });

  test('a fee in quote raises the cost; a fee in a third coin touches neither', () => {
    const fills = [
      makeFill('buy', '0.01', '100', '0.002', 'USDT'),
      makeFill('buy', '0.02', '100', '0.5', 'GT'),
    ];
    const { pair, notes } = trade(idlePair(), START_DRAFT, fills);

    expect([text(cycleOf(pair).baseVolume), text(cycleOf(pair).invested)]).toEqual(['0.03', '3.002']);
    expect(notes[0]).toMatchObject({ event: 'fee.third-coin', details: { coin: 'GT', fee: '0.5' } });
  });

  test('scenario 21: dust of the cycle before is taken over with its cost', () => {
    const dust = { base: baseQty('0.00007'), cost: quoteAmount('0.0071') };
    const { pair } = trade(idlePair({ dust }), START_DRAFT, [makeFill('buy', '0.03', '100')]);

    expect([text(cycleOf(pair).baseVolume), text(cycleOf(pair).invested)]).toEqual(['0.03007', '3.0071']);
    expect([text(pair.dust.base), text(pair.dust.cost)]).toEqual(['0', '0']);
    expect(text(cycleOf(pair).startPrice as never)).toBe('100');
  });
});

describe('averaging buy', () => {
  test('moves to its row with its real numbers', () => {
    const draft = averageOf();
    const { pair } = trade(activePair(), draft, [makeFill('buy', '0.0622', '90.01', '0.0001')]);

    expect(cycleOf(pair)).toMatchObject({ step: 1, phase: 'active' });
    expect(text(cycleOf(pair).lastBuyPrice as never)).toBe('90.01');
    expect(text(cycleOf(pair).baseVolume)).toBe('0.0921');
    expect(text(cycleOf(pair).invested)).toBe('8.598622');
  });

  test('a partial fill is the row done', () => {
    const { pair } = trade(activePair(), averageOf(), [makeFill('buy', '0.01', '90')]);

    expect(cycleOf(pair).step).toBe(1);
    expect(text(cycleOf(pair).baseVolume)).toBe('0.04');
  });

  test('scenario 19: a fill-or-kill order refused by label (FOK_NOT_FILL, X02) waits as briefly as a killed one', () => {
    const opened = open(activePair(), averageOf());
    const refused = { ...ended(opened.intent, 'REJECTED'), finishAs: 'FOK_NOT_FILL' };
    const { pair } = settle(opened.pair, refused, [], makeRules(), NOW);

    expect(pair).toMatchObject({ failures: 1, retryAtMs: NOW + 1_000 });
  });

  test('scenario 19: a killed order changes nothing but the back-off', () => {
    const before = activePair();
    const { pair, closed } = trade(before, averageOf(), []);

    expect(pair.cycle).toBe(before.cycle);
    expect(closed).toBeNull();
    expect(pair).toMatchObject({ failures: 1, retryAtMs: NOW + 1_000 });
  });

  test('a row cannot be skipped', () => {
    expect(() => trade(activePair(), { ...averageOf(), step: 2 }, [makeFill('buy', '0.01', '90')])).toThrow(
      /cannot follow/,
    );
  });
});

describe('sale', () => {
  test('scenario 26: profit is proceeds less fees less cost, to the last digit', () => {
    const pair = activePair('0.03', '100');
    const settlement = trade(pair, saleOf(pair), [
      makeFill('sell', '0.01', '100.61', '0.0020122'),
      makeFill('sell', '0.02', '100.6', '0.004024'),
    ]);

    expect(closedOf(settlement)).toMatchObject({ outcome: 'closed', number: 1 });
    // 1.0061 + 2.012 - 0.0020122 - 0.004024 - 3
    expect(text(closedOf(settlement).profit)).toBe('0.0120638');
    expect(text(settlement.pair.realizedProfit)).toBe('0.0120638');
    expect(settlement.pair.cycle).toBeNull();
    expect(publicState(settlement.pair)).toBe('idle');
  });

  test("scenario 26: the session's profit is the sum of its cycles", () => {
    let pair = idlePair();
    for (const at of ['101', '102', '103']) {
      pair = trade(pair, START_DRAFT, [makeFill('buy', '0.03', '100')]).pair;
      pair = trade(pair, saleOf(pair), [makeFill('sell', '0.03', at)]).pair;
    }

    expect(text(pair.realizedProfit)).toBe('0.18');
    expect(pair.cyclesStarted).toBe(3);
  });

  test('scenario 21: a remainder too small to sell closes the cycle, and its cost waits with it', () => {
    const pair = activePair('0.03007', '100');
    const settlement = trade(pair, saleOf(pair), [makeFill('sell', '0.03', '101')]);

    expect(settlement.pair.cycle).toBeNull();
    expect([text(settlement.pair.dust.base), text(settlement.pair.dust.cost)]).toEqual(['0.00007', '0.007']);
    expect(text(closedOf(settlement).profit)).toBe('0.03');
  });

  test('scenario 21: a remainder below the smallest value is dust even when it is many steps', () => {
    const pair = activePair('0.03', '100');
    const { pair: after } = trade(pair, saleOf(pair), [makeFill('sell', '0.0205', '101')]);

    expect(after.cycle).toBeNull();
    expect(text(after.dust.base)).toBe('0.0095');
  });

  test('a remainder that can be sold stays in the cycle', () => {
    const pair = activePair('0.03', '100');
    const settlement = trade(pair, saleOf(pair), [makeFill('sell', '0.01', '101')]);

    expect(settlement.closed).toBeNull();
    expect(text(cycleOf(settlement.pair).baseVolume)).toBe('0.02');
    expect(text(cycleOf(settlement.pair).proceeds)).toBe('1.01');
  });

  test("without the pair's rules a remainder is not called dust", () => {
    const pair = activePair('0.03', '100');
    const opened = open(pair, saleOf(pair));
    const fills = [makeFill('sell', '0.0299', '101')];

    expect(
      settle(opened.pair, ended(opened.intent, 'PARTIAL', fills), fills, null, NOW).pair.cycle?.phase,
    ).toBe('active');
  });

  test('scenario 23: what was sold beyond the books is taken in at what it fetched: no profit of it, and a human looks', () => {
    const sold = trade(activePair(), saleOf(), [makeFill('sell', '0.04', '101')]);
    const { pair, takenIn } = sold;

    expect(takenIn && [text(takenIn.base), text(takenIn.cost)]).toEqual(['0.01', '1.01']);
    expect([text(closedOf(sold).baseVolume), text(closedOf(sold).profit)]).toEqual(['0', '0.03']);
    expect(pair.attention).toMatch(/0.01 ETH more were sold than the cycle held/);
  });
});

describe('what cannot be true stops the engine', () => {
  const opened = open(idlePair(), START_DRAFT);
  const filled = [makeFill('buy', '0.03', '100')];

  test.each([
    ['a trade of the other side', 'FILLED', [makeFill('sell', '0.03', '100')]],
    ['the same trade twice', 'FILLED', [filled[0], filled[0]]],
    ['a filled order without its trades', 'FILLED', []],
    ['an intent that is still open', 'SETTLING', filled],
  ] as const)('%s', (_, state, fills) => {
    const list = fills as typeof filled;
    expect(() => settle(opened.pair, ended(opened.intent, state, filled), list, makeRules(), NOW)).toThrow(
      /./,
    );
  });

  test('an intent of another cycle', () => {
    const stranger = { ...ended(opened.intent, 'FILLED', filled), cycleId: 9 };

    expect(() => settle(opened.pair, stranger, filled, makeRules(), NOW)).toThrow(/not of the running cycle/);
  });

  test('an intent that is booked twice', () => {
    const once = settle(opened.pair, ended(opened.intent, 'FILLED', filled), filled, makeRules(), NOW).pair;

    expect(() => settle(once, ended(opened.intent, 'FILLED', filled), filled, makeRules(), NOW)).toThrow(
      /not an open intent/,
    );
  });
});

describe('X08: a price outside the band of the exchange', () => {
  test.each([
    ['REJECTED', 'PRICE_TOO_DEVIATED'],
    ['REJECTED', 'MARKET_PRICE_TOO_DEVIATED'],
    ['KILLED', 'price_protect_cancelled'],
  ] as const)(
    'X08: %s as %s is told with its price, and that price is left alone for minutes',
    (state, finishAs) => {
      const before = { ...activePair(), failures: 1 };
      const opened = open(before, averageOf());
      const refused = { ...ended(opened.intent, state), finishAs };
      const { pair, notes } = settle(opened.pair, refused, [], makeRules(), NOW);

      expect(pair.cycle).toBe(before.cycle);
      expect(notes.find(({ event }) => event === 'order.price-refused')?.details).toEqual({
        clientOrderId: refused.clientOrderId,
        label: finishAs,
        price: text(refused.limitPrice as never),
        retryAtMs: NOW + 120_000,
      });
      const market = makeMarket('90', '90.01');
      const at = (nowMs: number) => decide(pair, { ...makeContext(market), nowMs: nowMs as never });
      expect(at(NOW + 119_999)).toEqual({ type: 'wait', reason: 'backing_off' });
      expect(at(NOW + 120_000)).toMatchObject({ type: 'place' });
    },
  );

  test('X08: another refusal tells nothing of prices', () => {
    const opened = open(activePair(), averageOf());
    const refused = { ...ended(opened.intent, 'REJECTED'), finishAs: 'TRADE_RESTRICTED' };
    const { notes } = settle(opened.pair, refused, [], makeRules(), NOW);
    expect(notes.map(({ event }) => event)).toEqual(['order.nothing-filled']);
  });
});

describe('back-off', () => {
  test.each([
    ['kill', [1, 2, 4, 8, 16, 30, 30]],
    ['rejection', [5, 10, 20, 40, 80, 160, 300, 300]],
    ['price-band', [60, 120, 240, 300, 300]],
  ] as const)('%s: doubles and ends at its longest', (kind, seconds) => {
    expect(seconds.map((_, failures) => backoffMs(kind, failures) / 1_000)).toEqual(seconds);
  });

  test('stays finite after a million failures, and a fill ends it', () => {
    expect(backoffMs('kill', 1_000_000)).toBe(30_000);
    const tired = { ...activePair(), failures: 9, retryAtMs: NOW };
    expect(trade(tired, averageOf(), [makeFill('buy', '0.01', '90')]).pair).toMatchObject({
      failures: 0,
      retryAtMs: 0,
    });
  });
});

test('operator-owned fields are never written by a fill', () => {
  const pair = { ...idlePair(), permitted: false, paused: true };
  const opened = open(pair, START_DRAFT);
  const fills = [makeFill('buy', '0.03', '100')];

  expect(
    settle(opened.pair, ended(opened.intent, 'FILLED', fills), fills, makeRules(), NOW).pair,
  ).toMatchObject({
    permitted: false,
    paused: true,
  });
});

test('a frozen price is a Decimal of the cycle, not of the market', () => {
  expect(text(cycleOf(activePair('0.03', '100.4')).ladder?.startPrice ?? price('0'))).toBe('100.4');
});
