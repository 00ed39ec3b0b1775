import { assert, type EpochMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, text, ZERO } from '@mtrade/money';
import { AFTER_SUCCESS, afterFailure, failureKind } from './backoff.js';
import { averagePrice, type FillSums, sumFills } from './fill-sums.js';
import type { Fill, Intent } from './intent.js';
import { buildLadder } from './ladder.js';
import type { MarketRules } from './market.js';
import { withoutIntent } from './open-intents.js';
import type { Cycle, PairState } from './pair-state.js';
import { settleSale } from './settle-sale.js';
import { close, feeNotes, NO_DUST, type Settlement, type SettleNote } from './settlement.js';

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
  const kind = failureKind(intent);
  const waiting = { ...pair, ...afterFailure(kind, pair.failures, nowMs) };
  const details = {
    clientOrderId: intent.clientOrderId,
    state: intent.state,
    finishAs: intent.finishAs ?? '',
  };
  const notes: SettleNote[] = [{ event: 'order.nothing-filled', details }];
  if (kind === 'price-band') notes.push(priceRefusedNote(intent, waiting));
  if (cycle.phase === 'active') return { pair: waiting, closed: null, notes };
  const closed = close(cycle, 'abandoned', ZERO as QuoteAmount, nowMs);
  return { pair: { ...waiting, cycle: null }, closed, notes };
}

const priceRefusedNote = (
  { clientOrderId, finishAs, limitPrice }: Intent,
  { retryAtMs }: PairState,
): SettleNote => ({
  event: 'order.price-refused',
  details: {
    clientOrderId,
    label: finishAs ?? '',
    price: limitPrice === null ? 'market' : text(limitPrice),
    retryAtMs,
  },
});

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
    // A late fill of an order for this row may have counted it already.
    cycle.phase === 'active' && (intent.step === cycle.step + 1 || intent.step === cycle.step),
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
