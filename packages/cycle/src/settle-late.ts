import { assert, type EpochMs } from '@mtrade/base';
import { type BaseQty, max, type QuoteAmount, text, ZERO } from '@mtrade/money';
import { averagePrice, type FillSums, sumFills } from './fill-sums.js';
import type { Fill, Intent } from './intent.js';
import { withoutIntent } from './open-intents.js';
import type { ClosedCycle, Cycle, PairState } from './pair-state.js';
import { feeNotes, type Settlement } from './settle.js';

/**
 * What a cycle that ended without selling everything has earned: nothing until its proceeds exceed its cost, for the
 * coins that stay on the account still carry the rest of it. With no coins left it is the plain difference.
 */
export function resetProfit({
  invested,
  proceeds,
  baseVolume,
}: Pick<Cycle, 'invested' | 'proceeds' | 'baseVolume'>): QuoteAmount {
  const difference = proceeds.minus(invested);
  return (baseVolume.eq(ZERO) ? difference : max(difference, ZERO)) as QuoteAmount;
}

/**
 * Books an intent that came to its end after its cycle had been closed by a reset: its trades go to that closed cycle
 * and its coins are the operator's. The pair's pause, permission, back-off and any newer cycle stay as they are.
 *
 * `closed` is the cycle as history has it.
 */
export function settleLate(
  pair: PairState,
  closed: ClosedCycle,
  intent: Intent,
  fills: readonly Fill[],
  nowMs: EpochMs,
): Settlement {
  assert(closed.id === intent.cycleId && pair.cycle?.id !== closed.id, `${intent.clientOrderId} is not late`);
  const sums = sumFills(intent, fills);
  const rest = withoutIntent(pair, intent);
  if (sums.base.eq(ZERO)) return { pair: rest, closed, notes: [] };

  const booked = intent.side === 'buy' ? lateBuy(closed, intent, sums, nowMs) : lateSale(closed, sums, nowMs);
  const after: ClosedCycle = { ...booked, profit: resetProfit(booked) };
  const gained = after.profit.minus(closed.profit);
  const details = {
    cycle: closed.number,
    clientOrderId: intent.clientOrderId,
    price: text(averagePrice(sums)),
    amount: text(sums.base),
    coinsLeft: text(after.baseVolume),
  };
  return {
    pair: { ...rest, realizedProfit: rest.realizedProfit.plus(gained) as QuoteAmount },
    closed: after,
    notes: [...feeNotes(intent, sums), { event: 'cycle.late-fill', details }],
  };
}

const lateBuy = (closed: ClosedCycle, intent: Intent, sums: FillSums, nowMs: EpochMs): ClosedCycle => ({
  ...closed,
  step: intent.step,
  startPrice: closed.startPrice ?? averagePrice(sums),
  lastBuyPrice: averagePrice(sums),
  baseVolume: closed.baseVolume.plus(sums.base).minus(sums.baseFee) as BaseQty,
  invested: closed.invested.plus(sums.quote).plus(sums.quoteFee) as QuoteAmount,
  lastFillMs: nowMs,
});

const lateSale = (closed: ClosedCycle, sums: FillSums, nowMs: EpochMs): ClosedCycle => ({
  ...closed,
  baseVolume: closed.baseVolume.minus(sums.base).minus(sums.baseFee) as BaseQty,
  proceeds: closed.proceeds.plus(sums.quote).minus(sums.quoteFee) as QuoteAmount,
  lastFillMs: nowMs,
});
