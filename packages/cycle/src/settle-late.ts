import { assert, type EpochMs } from '@mtrade/base';
import { type BaseQty, type Decimal, max, type QuoteAmount, text, ZERO } from '@mtrade/money';
import { raiseAttention } from './attention.js';
import { averagePrice, type FillSums, sumFills } from './fill-sums.js';
import type { Fill, Intent } from './intent.js';
import { withoutIntent } from './open-intents.js';
import { sellFrom, type TakenIn } from './oversold.js';
import type { ClosedCycle, Cycle, Dust, PairState } from './pair-state.js';
import { feeNotes, NO_DUST, oversoldNote, type Settlement } from './settlement.js';

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
 * Books an intent that came to its end after its cycle was over. The pair's pause, permission, back-off and any newer
 * cycle stay as they are.
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
  const sums = sumFills(intent, fills);
  const rest = withoutIntent(pair, intent);
  if (sums.base.eq(ZERO)) return { pair: rest, closed, notes: [] };
  return bookOnEnded(rest, closed, intent, sums, nowMs);
}

/**
 * Trades of a cycle that is history. After a reset its coins are the operator's and stay with it. A cycle that the
 * engine itself has ended holds nothing: coins bought for it wait as dust, with their cost, for the pair's next cycle.
 */
export function bookOnEnded(
  pair: PairState,
  closed: ClosedCycle,
  intent: Intent,
  sums: FillSums,
  nowMs: EpochMs,
): Settlement {
  assert(closed.id === intent.cycleId && pair.cycle?.id !== closed.id, `${intent.clientOrderId} is not late`);
  const details = {
    cycle: closed.number,
    clientOrderId: intent.clientOrderId,
    price: text(averagePrice(sums)),
    amount: text(sums.base),
  };
  const { after, dust, takenIn } =
    intent.side === 'buy' ? lateBuy(closed, intent, sums) : lateSale(closed, sums);
  const gained = gain(closed, after).plus(dust.cost) as QuoteAmount;
  const profit =
    closed.outcome === 'reset' ? resetProfit(after) : (closed.profit.plus(gained) as QuoteAmount);
  const over = takenIn && oversoldNote(intent, takenIn);
  const booked: PairState = {
    ...pair,
    dust: {
      base: pair.dust.base.plus(dust.base) as BaseQty,
      cost: pair.dust.cost.plus(dust.cost) as QuoteAmount,
    },
    realizedProfit: pair.realizedProfit.plus(profit).minus(closed.profit) as QuoteAmount,
  };
  return {
    pair: over ? raiseAttention(booked, over.reason) : booked,
    closed: { ...after, lastFillMs: nowMs, profit },
    notes: [
      ...feeNotes(intent, sums),
      ...(over ? [over.note] : []),
      {
        event: 'cycle.late-fill',
        details: { ...details, coinsLeft: text(after.baseVolume.plus(dust.base)) },
      },
    ],
    takenIn,
  };
}

interface Late {
  readonly after: ClosedCycle;
  readonly dust: Dust;
  readonly takenIn: TakenIn | null;
}

const gain = (before: ClosedCycle, after: ClosedCycle): Decimal =>
  after.proceeds.minus(after.invested).minus(before.proceeds).plus(before.invested);

function lateBuy(closed: ClosedCycle, intent: Intent, sums: FillSums): Late {
  const price = averagePrice(sums);
  const coins = sums.base.minus(sums.baseFee) as BaseQty;
  const cost = sums.quote.plus(sums.quoteFee) as QuoteAmount;
  const bought = {
    ...closed,
    step: Math.max(closed.step, intent.step),
    startPrice: closed.startPrice ?? price,
    lastBuyPrice: price,
    invested: closed.invested.plus(cost) as QuoteAmount,
  };
  if (closed.outcome !== 'reset') return { after: bought, dust: { base: coins, cost }, takenIn: null };
  const baseVolume = closed.baseVolume.plus(coins) as BaseQty;
  return { after: { ...bought, baseVolume }, dust: NO_DUST, takenIn: null };
}

function lateSale(closed: ClosedCycle, sums: FillSums): Late {
  const { cycle, takenIn } = sellFrom(closed, sums);
  return { after: cycle, dust: NO_DUST, takenIn };
}
