import {
  type Cycle,
  type Intent,
  type LadderRow,
  type MarketRules,
  type PairState,
  saleTerms,
  stopTerms,
} from '@mtrade/cycle';
import { type Decimal, roundHalfUp, text, ZERO } from '@mtrade/money';
import type { Reader } from '@mtrade/store';
import { ladderParamsJson } from '../views/ladder-params-json.js';
import { ladderRowJson, type LadderRowJson } from '../views/ladder-view.js';
import { marketRules, type PairTerms, tradingTerms } from '../views/pair-terms.js';
import { tradeJson } from './json.js';

/** Trades of one running cycle that are shown: more than any ladder has orders, fewer than would hurt. */
const SHOWN_TRADES = 1_000;
/** As in the status. */
const SHOWN_DECIMALS = 18;

/** Where a row of the ladder stands: bought, the last one that was, the one that comes, or further down. */
type RowState = 'bought' | 'current' | 'next' | 'ahead';

/** What the books know of one pair beyond its status: its running cycle with ladder, trades and open orders. */
export function pairBooks({ pairs, history, atOnce }: Reader, symbol: string, terms: PairTerms) {
  return atOnce(() => {
    const pair = pairs().find((one) => one.symbol === symbol);
    if (!pair) return null;
    const { cycle } = pair;
    return {
      schema: 1 as const,
      symbol,
      cycle: cycle && cycleView(cycle, terms),
      trades: cycle ? history.trades({ cycleId: cycle.id, limit: SHOWN_TRADES }).rows.map(tradeJson) : [],
      open_orders: pair.openIntents.map(orderView),
      position: positionView(pair),
      dust: { base: text(pair.dust.base), cost: text(pair.dust.cost) },
    };
  });
}

const shown = (value: Decimal | null): string | null => value && text(value);

const cycleView = (cycle: Cycle, terms: PairTerms) => ({
  id: cycle.id,
  cycle: cycle.number,
  started_ms: cycle.startedMs,
  step: cycle.step,
  params: ladderParamsJson(cycle.params),
  rows: (cycle.ladder?.rows ?? []).map((row) => ({
    ...ladderRowJson(row, cycle.params, tradingTerms(terms)),
    ...(row.step === cycle.step ? realPrices(row, cycle, marketRules(terms)) : {}),
    state: rowState(row.step, cycle),
  })),
});

/** On the row where the pair stands the real position counts: what the fills have cost, and dust of earlier cycles. */
function realPrices(row: LadderRow, cycle: Cycle, rules: MarketRules | null): Partial<LadderRowJson> {
  if (cycle.phase !== 'active' || rules === null) return {};
  const { breakEven, limit } = saleTerms(cycle, rules);
  const stop = cycle.params.stopLossPct.gt(ZERO) ? stopTerms(cycle, rules) : null;
  return {
    breakeven_after_fees: text(roundHalfUp(breakEven, SHOWN_DECIMALS)),
    sells_at: text(limit),
    waits_for_breakeven: breakEven.gt(row.sellPrice),
    ...(stop && { stop_price: text(stop.triggerPrice) }),
  };
}

function rowState(step: number, cycle: Cycle): RowState {
  if (step > cycle.step) return step === cycle.step + 1 ? 'next' : 'ahead';
  return step === cycle.step ? 'current' : 'bought';
}

const orderView = (intent: Intent) => ({
  client_order_id: intent.clientOrderId,
  order_id: intent.exchangeOrderId,
  side: intent.side,
  purpose: intent.purpose,
  state: intent.state,
  step: intent.step,
  amount: shown(intent.baseAmount),
  quote_amount: shown(intent.quoteAmount),
  price: shown(intent.limitPrice),
  created_ms: intent.createdMs,
});

const positionView = ({ position }: PairState) =>
  position && {
    state: position.state,
    stop_volume: shown(position.stopVolume),
    unprotected_since_ms: position.unprotectedSinceMs,
    rollback: position.rollback,
  };
