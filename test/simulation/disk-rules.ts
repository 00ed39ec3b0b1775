import { MtradeError } from '@mtrade/base';
import {
  type ClosedCycle,
  type Cycle,
  type Intent,
  INTENT_TRANSITIONS,
  isOpen,
  type PairState,
} from '@mtrade/cycle';
import { ZERO } from '@mtrade/money';

/** One row of the table of cycles. */
export type StoredCycle = (
  (Cycle & { readonly outcome?: never }) | (ClosedCycle & { readonly phase?: never })
) & {
  readonly symbol: string;
};

/** The same promises as the database schema's constraints and triggers, by the same names. */
export function refuse(promise: string, what: string): never {
  throw new MtradeError('MTRADE_CONTRADICTION', `the books refuse: ${promise}: ${what}`, { promise });
}

export interface InsertFacts {
  readonly pair: PairState;
  readonly trading: boolean;
  readonly cycle: StoredCycle | undefined;
  readonly openOfPair: readonly Intent[];
  /** Another installation trades on the account. */
  readonly foreign: boolean;
}

export function checkNewIntent(
  intent: Intent,
  { pair, trading, cycle, openOfPair, foreign }: InsertFacts,
): void {
  const who = intent.clientOrderId;
  if (intent.state !== 'SUBMITTED') refuse('ILLEGAL', `${who} is born ${intent.state}`);
  if (openOfPair.some((open) => open.side === intent.side)) refuse('one_open', who);
  if (intent.side === 'buy' && !trading) refuse('STOPPED', who);
  if (intent.side === 'buy' && !pair.permitted) refuse('FORBIDDEN', who);
  if (intent.side === 'buy' && pair.attention !== null) refuse('ATTENTION', who);
  if (intent.side === 'buy' && foreign) refuse('FOREIGN', who);
  if (intent.purpose === 'start' && pair.paused) refuse('PAUSED', who);
  if (!cycle || cycle.symbol !== intent.symbol) refuse('MISMATCH', who);
  if (cycle.outcome !== undefined) refuse('CLOSED', who);
  if ((intent.baseAmount === null) === (intent.quoteAmount === null)) refuse('one_amount', who);
  if ((intent.type === 'limit') !== (intent.limitPrice !== null)) refuse('limit_has_price', who);
}

const FROZEN_INTENT = [
  'clientOrderId',
  'epoch',
  'symbol',
  'side',
  'purpose',
  'cycleId',
  'decisionNo',
  'step',
  'type',
  'timeInForce',
  'baseAmount',
  'quoteAmount',
  'limitPrice',
  'createdMs',
  'deadlineMs',
  'offsetErrorMs',
] as const satisfies readonly (keyof Intent)[];

export function checkMove(old: Intent, next: Intent, from: Intent['state']): void {
  const who = next.clientOrderId;
  if (old.state !== from)
    refuse('COMPARE_AND_SET', `${who} should go from ${from} to ${next.state}, but it is ${old.state}`);
  for (const key of FROZEN_INTENT) if (old[key] !== next[key]) refuse('FROZEN', `${who}: ${key}`);
  if (old.state !== next.state) {
    if (!isOpen(old.state)) refuse('TERMINAL', `${who} is ${old.state}`);
    if (!INTENT_TRANSITIONS[old.state].includes(next.state))
      refuse('ILLEGAL', `${who}: ${old.state} to ${next.state}`);
  }
  if (isOpen(next.state) !== (next.closedMs === null)) refuse('ended_is_closed', who);
  const scans = next.proof.filter((scan) => scan.complete && scan.startedAtMs > next.deadlineMs);
  if (next.state === 'NEVER' && old.state !== 'NEVER' && scans.length < 2) refuse('UNPROVEN', who);
}

export function checkCycle(
  old: StoredCycle | undefined,
  next: StoredCycle,
  ofPair: Iterable<StoredCycle>,
): void {
  const who = `cycle ${next.id} of ${next.symbol}`;
  if (old) {
    const moved = old.symbol !== next.symbol || old.number !== next.number || old.params !== next.params;
    if (moved || (old.ladder !== null && old.ladder !== next.ladder)) refuse('FROZEN', who);
    if (old.startPrice !== null && next.startPrice !== old.startPrice) refuse('FROZEN', who);
    if (old.outcome !== undefined && next.outcome !== old.outcome) refuse('TERMINAL', who);
    if (old.phase === 'active' && next.phase === 'buying') refuse('ILLEGAL', who);
  } else {
    for (const other of ofPair)
      if (other.outcome === undefined && other.id !== next.id && next.outcome === undefined)
        refuse('one_cycle', who);
  }
  if (next.phase === 'active' && (next.ladder === null || next.startPrice === null))
    refuse('active_has_ladder', who);
  if (next.phase === 'active' && !next.baseVolume.gt(ZERO)) refuse('active_has_volume', who);
  if (next.baseVolume.lt(ZERO) || next.invested.lt(ZERO)) refuse('unsigned', who);
}
