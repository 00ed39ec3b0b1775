import { assert, type EpochMs } from '@mtrade/base';
import {
  type BaseQty,
  type Decimal,
  min,
  type Price,
  quotient,
  type QuoteAmount,
  roundUp,
  text,
  ZERO,
} from '@mtrade/money';
import { floorToStep } from '@mtrade/money';
import { AFTER_SUCCESS, afterFailure, failureKind } from './backoff.js';
import { averagePrice, type FillSums, sumFills } from './fill-sums.js';
import type { Fill, Intent } from './intent.js';
import { buildLadder } from './ladder.js';
import type { MarketRules } from './market.js';
import { withoutIntent } from './open-intents.js';
import type { ClosedCycle, Cycle, PairState } from './pair-state.js';
import { isTradableAmount, netCost } from './sale-terms.js';

/** What happened, for the journal: a stable dotted event and its facts as text. */
export interface SettleNote {
  readonly event: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface Settlement {
  readonly pair: PairState;
  /** Set when the cycle has ended with this intent. */
  readonly closed: ClosedCycle | null;
  readonly notes: readonly SettleNote[];
}

/** Decimals kept of a dust's share of the cost. The rest of the cost is a difference, so nothing is lost by rounding. */
const COST_DECIMALS = 18;

/**
 * Books a closed intent of the running cycle with its trades. Only trades move the books, net of fees; what the order
 * asked for plays no part. Permission and pause belong to the operator and are never touched.
 *
 * `rules` decide whether a remainder can still be sold; without them (null) any remainder stays in the cycle.
 */
export function settle(
  pair: PairState,
  intent: Intent,
  fills: readonly Fill[],
  rules: MarketRules | null,
  nowMs: EpochMs,
): Settlement {
  const { cycle } = pair;
  assert(
    cycle !== null && cycle.id === intent.cycleId,
    `${intent.clientOrderId} is not of the running cycle of ${pair.symbol}`,
  );
  const sums = sumFills(intent, fills);
  const rest = withoutIntent(pair, intent);
  // A stop that never fired changes nothing: what it leaves behind is for the rule of protection, not for a back-off.
  if (sums.base.eq(ZERO) && intent.stop !== undefined) return { pair: rest, closed: null, notes: [] };
  if (sums.base.eq(ZERO)) return settleNothing(rest, cycle, intent, nowMs);

  const booked = { ...rest, ...AFTER_SUCCESS };
  const notes = feeNotes(intent, sums);
  if (intent.side === 'sell') return settleSale(booked, cycle, intent, sums, rules, nowMs, notes);
  return intent.purpose === 'start'
    ? settleStart(booked, cycle, sums, nowMs, notes)
    : settleAverage(booked, cycle, intent, sums, nowMs, notes);
}

/** Killed, rejected or never placed: a start buy leaves no cycle behind, everything else leaves things as they were. */
function settleNothing(pair: PairState, cycle: Cycle, intent: Intent, nowMs: EpochMs): Settlement {
  assert(fillsAreNone(intent), `${intent.clientOrderId} is ${intent.state}, but its trades are missing`);
  const waiting = { ...pair, ...afterFailure(failureKind(intent), pair.failures, nowMs) };
  const details = {
    clientOrderId: intent.clientOrderId,
    state: intent.state,
    finishAs: intent.finishAs ?? '',
  };
  const notes = [{ event: 'order.nothing-filled', details }];
  if (cycle.phase === 'active') return { pair: waiting, closed: null, notes };
  const closed = close(cycle, 'abandoned', ZERO as QuoteAmount, nowMs);
  return { pair: { ...waiting, cycle: null }, closed, notes };
}

const fillsAreNone = (intent: Intent): boolean =>
  intent.state !== 'FILLED' &&
  intent.state !== 'PARTIAL' &&
  (intent.filledBase === null || intent.filledBase.eq(ZERO));

function settleStart(
  pair: PairState,
  cycle: Cycle,
  sums: FillSums,
  nowMs: EpochMs,
  notes: readonly SettleNote[],
): Settlement {
  assert(cycle.phase === 'buying', `cycle ${cycle.id} has been started already`);
  const startPrice = averagePrice(sums);
  const { dust } = pair;
  const active: Cycle = {
    ...cycle,
    phase: 'active',
    ladder: buildLadder(cycle.params, startPrice),
    step: 0,
    startPrice,
    lastBuyPrice: startPrice,
    baseVolume: sums.base.minus(sums.baseFee).plus(dust.base) as BaseQty,
    invested: sums.quote.plus(sums.quoteFee).plus(dust.cost) as QuoteAmount,
    lastFillMs: nowMs,
  };
  const details = {
    cycle: cycle.number,
    startPrice: text(startPrice),
    baseVolume: text(active.baseVolume),
    invested: text(active.invested),
    dustTakenOver: text(dust.base),
  };
  return {
    pair: { ...pair, cycle: active, dust: NO_DUST },
    closed: null,
    notes: [...notes, { event: 'cycle.started', details }],
  };
}

/** A partial fill counts as the row done, with its real numbers. */
function settleAverage(
  pair: PairState,
  cycle: Cycle,
  intent: Intent,
  sums: FillSums,
  nowMs: EpochMs,
  notes: readonly SettleNote[],
): Settlement {
  assert(
    cycle.phase === 'active' && intent.step === cycle.step + 1,
    `row ${intent.step} cannot follow row ${cycle.step}`,
  );
  const lastBuyPrice = averagePrice(sums);
  const averaged: Cycle = {
    ...cycle,
    step: intent.step,
    lastBuyPrice,
    baseVolume: cycle.baseVolume.plus(sums.base).minus(sums.baseFee) as BaseQty,
    invested: cycle.invested.plus(sums.quote).plus(sums.quoteFee) as QuoteAmount,
    lastFillMs: nowMs,
  };
  const details = {
    cycle: cycle.number,
    step: intent.step,
    price: text(lastBuyPrice),
    baseVolume: text(averaged.baseVolume),
    invested: text(averaged.invested),
  };
  return {
    pair: { ...pair, cycle: averaged },
    closed: null,
    notes: [...notes, { event: 'cycle.averaged', details }],
  };
}

function settleSale(
  pair: PairState,
  cycle: Cycle,
  intent: Intent,
  sums: FillSums,
  rules: MarketRules | null,
  nowMs: EpochMs,
  notes: readonly SettleNote[],
): Settlement {
  assert(cycle.phase === 'active', `cycle ${cycle.id} has nothing to sell`);
  const left = cycle.baseVolume.minus(sums.base).minus(sums.baseFee) as BaseQty;
  assert(
    left.gte(ZERO),
    `${intent.clientOrderId} sold ${text(sums.base)}, the books hold ${text(cycle.baseVolume)}`,
  );
  const sold: Cycle = {
    ...cycle,
    baseVolume: left,
    proceeds: cycle.proceeds.plus(sums.quote).minus(sums.quoteFee) as QuoteAmount,
    lastFillMs: nowMs,
  };
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
  return {
    pair: {
      ...pair,
      cycle: null,
      dust: {
        base: pair.dust.base.plus(left) as BaseQty,
        cost: pair.dust.cost.plus(dustCost) as QuoteAmount,
      },
      realizedProfit: pair.realizedProfit.plus(profit) as QuoteAmount,
    },
    closed,
    notes: [...notes, { event: 'cycle.closed', details }],
  };
}

export const NO_DUST = { base: ZERO as BaseQty, cost: ZERO as QuoteAmount };

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

/** A cycle as history keeps it. */
export function close(
  cycle: Cycle,
  outcome: ClosedCycle['outcome'],
  profit: QuoteAmount,
  closedMs: EpochMs,
): ClosedCycle {
  const { phase: _, ...numbers } = cycle;
  return { ...numbers, outcome, profit, closedMs };
}

/** A fee in a third coin belongs to no pair's volume or cost; it is told, and its fill row keeps it. */
export const feeNotes = (intent: Intent, sums: FillSums): SettleNote[] =>
  [...sums.otherFees].map(([coin, fee]) => ({
    event: 'fee.third-coin',
    details: { clientOrderId: intent.clientOrderId, coin, fee: text(fee) },
  }));
