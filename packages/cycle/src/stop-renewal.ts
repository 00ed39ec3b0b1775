import { type Decimal, HUNDRED, ONE, quotient, scaled } from '@mtrade/money';
import type { DecisionContext } from './decision.js';
import type { Intent } from './intent.js';
import { STOP_WAIT_MS } from './intent-machine.js';
import type { Cycle } from './pair-state.js';

/** Parts of a stop's life: from the first on a calm moment is waited for, from the second on any will do. */
const CALM_FROM = 25 / 30;
const LATEST_FROM = 28 / 30;
const HALF = scaled(5, 1);

/**
 * Whether a stop that will expire is to be replaced now. No exchange replaces one in a single step, and two at once could
 * sell twice, so the old one ends before the new one is placed. That takes a moment in which only the engine itself
 * would sell: it is chosen while the price is far from the stop, and taken anyhow when little time is left.
 */
export function renewal(stop: Intent, cycle: Cycle, context: DecisionContext): boolean {
  const bornMs = stop.deadlineMs - STOP_WAIT_MS;
  const ageMs = (context.exchangeNowMs ?? context.nowMs) - bornMs;
  if (ageMs < context.stopLifeMs * CALM_FROM) return false;
  return ageMs >= context.stopLifeMs * LATEST_FROM || isCalm(stop, cycle, context);
}

/** The price stands at least half of the allowed loss above the stop. */
function isCalm({ stop }: Intent, { params }: Cycle, { market, staleAfterMs }: DecisionContext): boolean {
  const { bid, last, ageMs, isBelieved } = market;
  if (stop === undefined || bid === null || !isBelieved || !(ageMs < staleAfterMs)) return false;
  const distance: Decimal = quotient(params.stopLossPct.times(HALF), HUNDRED);
  const from = stop.triggerPrice.times(ONE.plus(distance));
  return bid.gte(from) && (last ?? bid).gte(from);
}
