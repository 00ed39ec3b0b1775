import type { EpochMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, text, ZERO } from '@mtrade/money';
import type { FillSums } from './fill-sums.js';
import type { Intent } from './intent.js';
import type { TakenIn } from './oversold.js';
import type { ClosedCycle, Cycle, PairState } from './pair-state.js';

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
  /** Coins that were sold without being the cycle's; null as long as all is well. */
  readonly takenIn?: TakenIn | null;
}

export const NO_DUST = { base: ZERO as BaseQty, cost: ZERO as QuoteAmount };

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

/** A sale of more than the cycle held, for the journal and for whoever has to look. */
export function oversoldNote(
  { clientOrderId, symbol }: Intent,
  { base, cost }: TakenIn,
): { readonly note: SettleNote; readonly reason: string } {
  const coin = symbol.split('/')[0] ?? '';
  return {
    note: { event: 'cycle.oversold', details: { clientOrderId, base: text(base), cost: text(cost) } },
    reason: `${text(base)} ${coin} more were sold than the cycle held (order ${clientOrderId}): compare the account with the books, then resume`,
  };
}
