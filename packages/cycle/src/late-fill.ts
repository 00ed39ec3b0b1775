import { assert, type EpochMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, sum, text, ZERO } from '@mtrade/money';
import { raiseAttention } from './attention.js';
import { averagePrice, type FillSums, sumFills } from './fill-sums.js';
import type { Fill, Intent } from './intent.js';
import type { OrderWord } from './intent-machine.js';
import type { MarketRules } from './market.js';
import { isOpen } from './open-intents.js';
import type { ClosedCycle, Cycle, PairState } from './pair-state.js';
import { bookOnEnded } from './settle-late.js';
import { settleSale } from './settle-sale.js';
import { feeNotes, type Settlement } from './settlement.js';

/** What is said of an order; what a source does not say is null or missing. */
export type OrderSighting = Pick<OrderWord, 'exchangeOrderId'> & Partial<OrderWord>;

/**
 * True when a word about an ended intent may speak of trades that are not booked under it: its own order filled more,
 * or an order that it does not know of did anything but end with nothing.
 */
export function maySpeakOfMore(intent: Intent, booked: readonly Fill[], word: OrderSighting): boolean {
  const { finished = false, filledBase = null } = word;
  if (word.exchangeOrderId !== intent.exchangeOrderId) return !(finished && filledBase?.eq(ZERO) === true);
  const known = sum(booked.map((fill) => fill.baseAmount));
  return filledBase === null ? known.eq(ZERO) : filledBase.gt(known);
}

/**
 * Books trades that turned up under the name of an intent that has ended (fault N24 seen late, or an order that
 * appeared after it was proven absent). The intent stays as it is; the trades are rows under it. On the cycle while it
 * runs, else on the closed one (`ended`). Buying halts: the pair needs attention.
 */
export function settleLateFill(
  pair: PairState,
  ended: ClosedCycle | null,
  intent: Intent,
  fills: readonly Fill[],
  rules: MarketRules | null,
  nowMs: EpochMs,
): Settlement {
  const sums = sumFills(intent, fills);
  const settlement =
    ended === null
      ? onRunning(pair, intent, sums, rules, nowMs)
      : bookOnEnded(pair, ended, intent, sums, nowMs);
  return { ...settlement, pair: raiseAttention(settlement.pair, lateReason(intent, sums)) };
}

function lateReason({ state, side, symbol, clientOrderId }: Intent, sums: FillSums): string {
  const coin = symbol.split('/')[0] ?? '';
  if (isOpen(state))
    return `a second stop of order ${clientOrderId} has sold ${text(sums.base)} ${coin}: it is booked; compare the account with the books, then resume`;
  const did = side === 'buy' ? 'bought' : 'sold';
  return `order ${clientOrderId}, ${state} in the books, has ${did} ${text(sums.base)} ${coin} after its end: it is booked; compare the account with the books, then resume`;
}

function onRunning(
  pair: PairState,
  intent: Intent,
  sums: FillSums,
  rules: MarketRules | null,
  nowMs: EpochMs,
): Settlement {
  const { cycle } = pair;
  assert(
    cycle?.id === intent.cycleId && cycle.phase === 'active',
    `${intent.clientOrderId} is not of the running cycle of ${pair.symbol}`,
  );
  const notes = feeNotes(intent, sums);
  if (intent.side === 'sell') return settleSale(pair, cycle, intent, sums, rules, nowMs, notes);
  const price = averagePrice(sums);
  const isNewRow = intent.step > cycle.step;
  const bought: Cycle = {
    ...cycle,
    ...(isNewRow && { step: intent.step, lastBuyPrice: price }),
    baseVolume: cycle.baseVolume.plus(sums.base).minus(sums.baseFee) as BaseQty,
    invested: cycle.invested.plus(sums.quote).plus(sums.quoteFee) as QuoteAmount,
    lastFillMs: nowMs,
  };
  return { pair: { ...pair, cycle: bought }, closed: null, notes };
}
