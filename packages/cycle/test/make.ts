import type { EpochMs } from '@mtrade/base';
import { baseQty, price, quoteAmount, text, ZERO } from '@mtrade/money';
import {
  type AccountView,
  begin,
  type ClosedCycle,
  type Decision,
  type DecisionContext,
  type Fill,
  type Intent,
  type IntentState,
  type MarketRules,
  type MarketView,
  type OrderDraft,
  type PairState,
  settle,
  type Settlement,
} from '../src/index.js';
import { ladderParams, marketRules } from '../src/testing.js';

export const ms = (value: number): EpochMs => value as EpochMs;
export const NOW = ms(1_000_000);

export const makeParams = ladderParams;
export const makeRules = (changes: Partial<MarketRules> = {}): MarketRules =>
  marketRules('ETH/USDT', changes);

export const makeMarket = (bid: string, ask: string, changes: Partial<MarketView> = {}): MarketView => ({
  bid: price(bid),
  ask: price(ask),
  levelAsk: null,
  askLevel: 1,
  last: price(ask),
  ageMs: 10,
  levelAgeMs: 10,
  isBelieved: true,
  ...changes,
});

export const makeAccount = (changes: Partial<AccountView> = {}): AccountView => ({
  quoteAvailable: quoteAmount('10000'),
  baseAvailable: baseQty('1000'),
  baseTotal: baseQty('1000'),
  settled: true,
  ...changes,
});

export const makeContext = (market: MarketView, changes: Partial<DecisionContext> = {}): DecisionContext => ({
  nowMs: NOW,
  exchangeNowMs: NOW,
  stopLifeMs: 30 * 86_400_000,
  trading: true,
  sellWhenForbidden: true,
  keyAccepted: true,
  staleAfterMs: 5_000,
  market,
  account: makeAccount(),
  rules: makeRules(),
  params: makeParams(),
  clockCertain: true,
  reconciled: true,
  soleEngine: true,
  budget: { buy: true, sell: true },
  ...changes,
});

export const idlePair = (changes: Partial<PairState> = {}): PairState => ({
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
  ...changes,
});

export const START_DRAFT: OrderDraft = {
  side: 'buy',
  purpose: 'start',
  step: 0,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: null,
  quoteAmount: quoteAmount('3'),
  limitPrice: null,
};

/** Commits a draft the way the engine does. */
export function open(
  pair: PairState,
  draft: OrderDraft,
  params = makeParams(),
): { pair: PairState; intent: Intent } {
  const number = pair.decisions + 1;
  return begin(pair, draft, params, {
    intentId: number,
    clientOrderId: `t-${number}`,
    epoch: 1,
    newCycleId: 100 + number,
    nowMs: NOW,
    deadlineMs: ms(NOW + 3_000),
    offsetErrorMs: 50,
  });
}

let trades = 0;
export const makeFill = (
  side: 'buy' | 'sell',
  amount: string,
  at: string,
  fee: string = '0',
  feeCoin: string = side === 'buy' ? 'ETH' : 'USDT',
): Fill => {
  trades += 1;
  return {
    tradeId: String(trades),
    symbol: 'ETH/USDT',
    side,
    baseAmount: baseQty(amount),
    price: price(at),
    fee: baseQty(fee),
    feeCoin,
    role: 'taker',
    epochMs: NOW,
  };
};

/** The intent at its end, as the intent machine leaves it. */
export const ended = (intent: Intent, state: IntentState, fills: readonly Fill[] = []): Intent => ({
  ...intent,
  state,
  exchangeOrderId: 'x1',
  filledBase: baseQty(text(fills.reduce((sum, fill) => sum.plus(fill.baseAmount), ZERO))),
  closedMs: NOW,
});

/** Decision made, sent, filled and booked. */
export function trade(
  pair: PairState,
  draft: OrderDraft,
  fills: readonly Fill[],
  rules = makeRules(),
  params = makeParams(),
): Settlement {
  const opened = open(pair, draft, params);
  return settle(
    opened.pair,
    ended(opened.intent, fills.length > 0 ? 'FILLED' : 'KILLED', fills),
    fills,
    rules,
    NOW,
  );
}

/** A pair whose start buy filled `amount` at `at` without a fee. */
export const activePair = (amount = '0.03', at = '100', params = makeParams(), fee = '0'): PairState =>
  trade(idlePair(), START_DRAFT, [makeFill('buy', amount, at, fee)], makeRules(), params).pair;

export function draftOf(decision: Decision | null): OrderDraft {
  if (decision?.type !== 'place') throw new Error(`no order: ${JSON.stringify(decision)}`);
  return decision.draft;
}

export const reasonOf = (decision: Decision | null): string =>
  decision === null || decision.type === 'place' ? String(decision?.type) : decision.reason;

export function closedOf(settlement: Settlement): ClosedCycle {
  if (settlement.closed === null) throw new Error('the cycle is still open');
  return settlement.closed;
}

export const cycleOf = (pair: PairState) => {
  if (pair.cycle === null) throw new Error('no cycle');
  return pair.cycle;
};
