import type { EpochMs } from '@mtrade/base';
import type { Intent, IntentState } from '@mtrade/cycle';
import type { StopEvidence } from '@mtrade/engine';
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import type { PairEvidence } from '../src/diagnose/evidence.js';
import { judgeStopOrders } from '../src/diagnose/judge-stop-orders.js';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const ms = (value: number): EpochMs => value as EpochMs;
const ETH = 'ETH/USDT';

const intent = (id: number, state: IntentState, stopId: string | null): Intent => ({
  id,
  clientOrderId: `t-${id}`,
  epoch: 1,
  symbol: ETH,
  cycleId: 1,
  decisionNo: id,
  side: 'sell',
  purpose: 'stop-loss',
  step: 0,
  type: 'limit',
  timeInForce: 'ioc',
  baseAmount: baseQty('0.1'),
  quoteAmount: null,
  limitPrice: price('90.25'),
  stop: { triggerPrice: price('95'), stopId },
  state,
  createdMs: ms(NOW - HOUR),
  deadlineMs: ms(NOW - HOUR + 60_000),
  offsetErrorMs: 5,
  exchangeOrderId: null,
  finishAs: null,
  filledBase: null,
  filledQuote: null,
  proof: [],
  closedMs: state === 'LIVE' || state === 'SUBMITTED' ? null : ms(NOW - HOUR / 2),
});

const stop = (stopId: string, changes: Partial<StopEvidence> = {}): StopEvidence => ({
  stopId,
  symbol: ETH,
  triggerPrice: decimal('95.0'),
  amount: decimal('0.10000000'),
  createdMs: ms(NOW - HOUR + 1_000),
  status: 'open',
  firedOrderId: null,
  reason: null,
  ...changes,
});

const fill = {
  tradeId: '9',
  symbol: ETH,
  side: 'sell',
  baseAmount: baseQty('0.1'),
  price: price('94'),
  fee: quoteAmount('0'),
  feeCoin: 'USDT',
  role: 'taker',
  epochMs: ms(NOW - HOUR / 4),
} as const;

function said(
  stops: readonly StopEvidence[],
  own: readonly Intent[],
  {
    problem = null,
    trades = [],
    booked = [] as never[],
    isHeld = true,
  }: Partial<PairEvidence> & { booked?: unknown[]; isHeld?: boolean } = {},
): string[] {
  const pair = { symbol: ETH, openOrders: [], finishedOrders: [], trades, stops, problem };
  const held = { symbol: ETH, cycle: isHeld ? {} : null } as never;
  const books = { pairs: [held], stops: own, fills: booked as never };
  return judgeStopOrders(pair, NOW, books).map(({ severity, detail }) => `${severity} ${detail}`);
}

describe('scenario 59: the stops at the exchange against the books, both ways', () => {
  test('the stop that the books have lies there: nothing to say', () => {
    expect(said([stop('7')], [intent(1, 'LIVE', '7')])).toEqual([]);
  });

  test('the books have one that the exchange has not: CRITICAL; not where the list is not whole', () => {
    const own = [intent(1, 'LIVE', '7')];
    expect(said([], own)).toEqual([
      'CRITICAL the books have stop 7 at the exchange, and it is not listed there',
    ]);
    expect(said([stop('7', { status: 'expired' })], own)[0]).toMatch(/^CRITICAL .* it is expired there/);
    expect(said([], own, { problem: 'stops: page 2: timeout' })).toEqual([]);
  });

  test('one that has fired and waits for the engine is worth a look', () => {
    const fired = stop('7', { status: 'fired', firedOrderId: 'x1' });
    expect(said([fired], [intent(1, 'LIVE', '7')])[0]).toMatch(/^WARN .* it is fired there/);
  });

  test('a second one of ours beside it, and one of an intent that has ended: CRITICAL', () => {
    const beside = /^CRITICAL stop 8 \(0.1 at 95\) lies at the exchange beside what the books have/;
    expect(said([stop('7'), stop('8')], [intent(1, 'LIVE', '7')])).toEqual([expect.stringMatching(beside)]);
    expect(said([stop('8')], [intent(1, 'NEVER', null)])).toEqual([expect.stringMatching(beside)]);
    expect(said([stop('8')], [intent(1, 'KILLED', '8')])).toEqual([expect.stringMatching(beside)]);
    // On its way: nothing is wrong.
    expect(said([stop('8')], [intent(1, 'SUBMITTED', null)])).toEqual([]);
  });

  test('a second one that has sold, until its trades are booked', () => {
    const fired = stop('8', { status: 'fired', firedOrderId: 'x8' });
    const trades = [{ clientOrderId: 'apiv4', exchangeOrderId: 'x8', fill }];
    const own = [intent(1, 'NEVER', null)];
    expect(said([fired], own, { trades })[0]).toMatch(
      /has fired \(order x8\), and 1 of its trades are not in/,
    );
    expect(said([fired], own, { trades, booked: [{ fill, intentId: 1, cycleId: 1 }] })).toEqual([]);
  });

  test('somebody’s own stop is a warning while the pair holds a position', () => {
    const other = stop('55', { triggerPrice: decimal('80'), amount: decimal('7') });
    expect(said([other], [])[0]).toMatch(
      /^WARN stop 55 \(7 at 80\) lies at the exchange, and these books do not know it/,
    );
    expect(said([{ ...other, status: 'cancelled' }], [])).toEqual([]);
  });

  test('P31: a stop that the books do not know is told without a position, too: a reset or a restore may have left it', () => {
    const other = stop('55', { triggerPrice: decimal('80'), amount: decimal('7') });
    expect(said([other], [], { isHeld: false })).toEqual([
      expect.stringMatching(/^INFO stop 55 \(7 at 80\) lies at the exchange, and these books do not know it/),
    ]);
  });
});
