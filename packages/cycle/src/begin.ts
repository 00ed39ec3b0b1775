import { assert, type EpochMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, ZERO } from '@mtrade/money';
import type { Intent, OrderDraft } from './intent.js';
import type { LadderParams } from './ladder.js';
import { blockingIntents } from './open-intents.js';
import type { Cycle, PairState } from './pair-state.js';

/** What a draft lacks to become a row: numbers and times that only the owner of the books can give. */
export interface IntentIdentity {
  readonly intentId: number;
  readonly clientOrderId: string;
  readonly epoch: number;
  /** Number of a new cycle, used by a start buy only. */
  readonly newCycleId: number;
  readonly nowMs: EpochMs;
  /** Exchange clock. */
  readonly deadlineMs: EpochMs;
  readonly offsetErrorMs: number;
}

/**
 * A decided order as it is committed, before anything is sent: the intent is SUBMITTED, a start buy opens its cycle in
 * phase `buying` with the parameters frozen.
 */
export function begin(
  pair: PairState,
  draft: OrderDraft,
  params: LadderParams,
  identity: IntentIdentity,
): { readonly pair: PairState; readonly intent: Intent } {
  const inTheWay = draft.side === 'sell' ? pair.openIntents : blockingIntents(pair);
  assert(inTheWay.length === 0, `${pair.symbol} has an open intent already`);
  assert(
    (draft.purpose === 'start') === (pair.cycle === null),
    `${draft.purpose} does not fit the cycle of ${pair.symbol}`,
  );
  const cycle = pair.cycle ?? newCycle(identity.newCycleId, pair.cyclesStarted + 1, params, identity.nowMs);
  const intent: Intent = {
    ...draft,
    id: identity.intentId,
    clientOrderId: identity.clientOrderId,
    epoch: identity.epoch,
    symbol: pair.symbol,
    cycleId: cycle.id,
    decisionNo: pair.decisions + 1,
    state: 'SUBMITTED',
    createdMs: identity.nowMs,
    deadlineMs: identity.deadlineMs,
    offsetErrorMs: identity.offsetErrorMs,
    exchangeOrderId: null,
    finishAs: null,
    filledBase: null,
    filledQuote: null,
    proof: [],
    closedMs: null,
  };
  const begun = pair.cycle === null ? pair.cyclesStarted + 1 : pair.cyclesStarted;
  return {
    pair: {
      ...pair,
      cycle,
      position: coveredBy(draft, pair, cycle),
      openIntents: [...pair.openIntents, intent],
      cyclesStarted: begun,
      decisions: intent.decisionNo,
    },
    intent,
  };
}

/** A stop is made for the volume of this moment. */
const coveredBy = ({ stop }: OrderDraft, { position }: PairState, cycle: Cycle): PairState['position'] =>
  stop === undefined || position === null ? position : { ...position, stopVolume: cycle.baseVolume };

const newCycle = (id: number, number: number, params: LadderParams, startedMs: EpochMs): Cycle => ({
  id,
  number,
  phase: 'buying',
  params,
  ladder: null,
  step: 0,
  startPrice: null,
  lastBuyPrice: null,
  baseVolume: ZERO as BaseQty,
  invested: ZERO as QuoteAmount,
  proceeds: ZERO as QuoteAmount,
  startedMs,
  lastFillMs: null,
});
