import type { EpochMs } from '@mtrade/base';
import {
  begin,
  followPosition,
  type Intent,
  type PairState,
  type Position,
  reset,
  settle,
  stopTerms,
} from '@mtrade/cycle';
import { ladderParams, marketRules } from '@mtrade/cycle/testing';
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import { expect, test } from 'vitest';
import { judgePairs } from '../src/diagnose/judge-books.js';
import { judgeStops } from '../src/diagnose/judge-stops.js';

const ms = (value: number): EpochMs => value as EpochMs;
const NOW = ms(1_700_000_000_000);
const RULES = marketRules();
const PARAMS = ladderParams({
  baseOrder: '10',
  safetyOrders: 2,
  stepPct: '3',
  volumeMode: 'fixed',
  volumeScale: '1',
  takeProfitPct: '1',
  takeProfitDecayPct: '0',
  stopLossPct: '5',
});

const IDLE: PairState = {
  symbol: 'ETH/USDT',
  permitted: true,
  paused: false,
  attention: null,
  cycle: null,
  position: null,
  openIntents: [],
  cyclesStarted: 0,
  dust: { base: baseQty('0'), cost: quoteAmount('0') },
  realizedProfit: quoteAmount('0'),
  retryAtMs: ms(0),
  failures: 0,
  decisions: 0,
  stopOuts: 0,
  lastExit: null,
};
const identity = (intentId: number) => ({
  intentId,
  clientOrderId: `t-${intentId}`,
  epoch: 1,
  newCycleId: 1,
  nowMs: NOW,
  deadlineMs: ms(NOW + 3_000),
  offsetErrorMs: 1,
});
const follow = (pair: PairState): PairState => followPosition(pair.position, pair, null, NOW).pair;

/** 0.1 ETH held at 100. */
function held(stopLossPct = '5'): PairState {
  const params = { ...PARAMS, stopLossPct: decimal(stopLossPct) };
  const draft = {
    side: 'buy',
    purpose: 'start',
    step: 0,
    type: 'market',
    timeInForce: 'ioc',
    baseAmount: null,
  } as const;
  const bought = begin(
    IDLE,
    { ...draft, quoteAmount: quoteAmount('10'), limitPrice: null },
    params,
    identity(1),
  );
  const fill = {
    tradeId: '1',
    symbol: 'ETH/USDT',
    side: 'buy',
    baseAmount: baseQty('0.1'),
    price: price('100'),
    fee: baseQty('0'),
    feeCoin: 'ETH',
    role: 'taker',
    epochMs: NOW,
  } as const;
  const filled: Intent = { ...bought.intent, state: 'FILLED', filledBase: baseQty('0.1'), closedMs: NOW };
  return follow(settle(follow(bought.pair), filled, [fill], RULES, NOW).pair);
}

function covered(): PairState {
  const pair = held();
  const terms = pair.cycle && stopTerms(pair.cycle, RULES);
  const draft = { side: 'sell', purpose: 'stop-loss', step: 0, type: 'market', timeInForce: 'ioc' } as const;
  const stopped = begin(
    pair,
    {
      ...draft,
      baseAmount: terms?.amount ?? null,
      quoteAmount: null,
      limitPrice: null,
      stop: { triggerPrice: price('95'), stopId: null },
    },
    PARAMS,
    identity(2),
  );
  const live: Intent = { ...stopped.intent, state: 'LIVE', stop: { triggerPrice: price('95'), stopId: '7' } };
  return follow({ ...stopped.pair, openIntents: [live] });
}

const said = (pair: PairState, afterMs = 0, running = true): string[] =>
  judgeStops([pair], NOW + afterMs, running).map(({ severity, detail }) => `${severity} ${detail}`);

test('scenario 59, I27: a position that wants a stop and has none is CRITICAL after 5 s, and at once without an engine', () => {
  const missing = 'CRITICAL 0.1 ETH are held without the protective stop that they should have, since 6 s';
  expect(said(held(), 6_000)[0]).toBe(missing);
  expect(said(held(), 1_000)[0]).toBe('INFO its stop is being placed');
  expect(said(held(), 1_000, false)[0]).toMatch(/^CRITICAL/);
});

test('with its stop at the exchange nothing is wrong, and without the wish neither', () => {
  expect(said(covered(), 60_000)).toEqual(['INFO 1 open position; 1 want a protective stop, 1 have it']);
  expect(said(held('0'), 60_000)).toEqual(['INFO 1 open position; none of them wants a protective stop']);
  expect(said(IDLE)).toEqual([]);
});

test('a stop that lies at the exchange is a stop and no incomplete order', () => {
  const found = judgePairs([covered()], NOW + 3_600_000, true);

  expect(found.map(({ severity, check }) => `${severity} ${check}`).toSorted()).toEqual([
    'INFO stops',
    'INFO unprotected',
  ]);
  expect(found[0]?.detail).toContain('the stop at 95 lies at the exchange');
});

test('a position that is to be sold for want of a stop, or has no row, is CRITICAL', () => {
  const rolling = { ...held(), position: { ...(held().position as Position), rollback: 'refused' as const } };
  expect(said(rolling)[0]).toMatch(/^CRITICAL 0.1 ETH could not be protected \(refused\)/);
  expect(said({ ...held(), position: null })[0]).toMatch(/^CRITICAL .* no position for it/);
});

test('a stop of a cycle that a reset has closed is told', () => {
  const left = follow(reset(covered(), NOW).pair);
  expect(said(left)[0]).toBe('WARN a stop (7) of a cycle that is over is still open');
});

test('P31: restored books that wait for a human place no stop, and nothing says that one is being placed', () => {
  const waiting = {
    ...held(),
    attention: 'restored: the exchange knows 1 order(s) that these books do not: t-1',
  };
  expect(said(waiting, 1_000)[0]).toMatch(
    /^CRITICAL 0\.1 ETH are held without the protective stop .*; no stop is placed: restored books, and a human has to/,
  );
});
