import { assert, type EpochMs } from '@mtrade/base';
import {
  type BaseQty,
  type Decimal,
  floorToStep,
  min,
  type Price,
  quotient,
  type QuoteAmount,
  roundUp,
  text,
  ZERO,
} from '@mtrade/money';
import { raiseAttention } from './attention.js';
import { averagePrice, type FillSums } from './fill-sums.js';
import type { Intent } from './intent.js';
import type { MarketRules } from './market.js';
import { sellFrom } from './oversold.js';
import type { Cycle, PairState } from './pair-state.js';
import { isTradableAmount, netCost } from './sale-terms.js';
import { afterSale } from './stop-outs.js';
import { close, oversoldNote, type Settlement, type SettleNote } from './settlement.js';

/** Decimals kept of a dust's share of the cost. The rest of the cost is a difference, so nothing is lost by rounding. */
const COST_DECIMALS = 18;

/** A sale of the running cycle: it goes on with what is left, or ends when that cannot be sold any more. */
export function settleSale(
  pair: PairState,
  cycle: Cycle,
  intent: Intent,
  sums: FillSums,
  rules: MarketRules | null,
  nowMs: EpochMs,
  notes: readonly SettleNote[],
): Settlement {
  assert(cycle.phase === 'active', `cycle ${cycle.id} has nothing to sell`);
  const { cycle: numbers, takenIn } = sellFrom(cycle, sums);
  const sold: Cycle = { ...numbers, lastFillMs: nowMs };
  const left = sold.baseVolume;
  const price = averagePrice(sums);
  if (!left.eq(ZERO) && (rules === null || isSellable(left, price, rules))) {
    const details = {
      cycle: cycle.number,
      price: text(price),
      left: text(left),
      proceeds: text(sold.proceeds),
    };
    return {
      pair: { ...pair, cycle: sold },
      closed: null,
      notes: [...notes, { event: 'cycle.sold-part', details }],
    };
  }

  const dustCost = costShare(cycle, left);
  const profit = sold.proceeds.minus(sold.invested).plus(dustCost) as QuoteAmount;
  const closed = close({ ...sold, baseVolume: ZERO as BaseQty }, 'closed', profit, nowMs);
  const details = {
    cycle: cycle.number,
    price: text(price),
    profit: text(profit),
    dust: text(left),
    dustCost: text(dustCost),
  };
  const over = takenIn && oversoldNote(intent, takenIn);
  const ended: PairState = {
    ...pair,
    cycle: null,
    dust: {
      base: pair.dust.base.plus(left) as BaseQty,
      cost: pair.dust.cost.plus(dustCost) as QuoteAmount,
    },
    realizedProfit: pair.realizedProfit.plus(profit) as QuoteAmount,
    ...afterSale(pair, intent, sums, profit),
  };
  return {
    pair: over ? raiseAttention(ended, over.reason) : ended,
    closed,
    notes: [...notes, ...(over ? [over.note] : []), { event: 'cycle.closed', details }],
    takenIn,
  };
}

/** Whether the pair would take a sale of this remainder. */
const isSellable = (left: BaseQty, at: Price, rules: MarketRules): boolean =>
  isTradableAmount(floorToStep(left, rules.amountStep), at, rules);

/**
 * The remainder's part of what the coins have cost so far, by its part of the volume. Rounded up and never more than
 * there is: dust that is a hair too dear can only raise the next cycle's sell price.
 */
function costShare(cycle: Cycle, left: BaseQty): QuoteAmount {
  if (left.eq(ZERO)) return ZERO as QuoteAmount;
  const cost: Decimal = netCost(cycle);
  return min(cost, roundUp(quotient(cost.times(left), cycle.baseVolume), COST_DECIMALS)) as QuoteAmount;
}
