export interface BalanceView {
  readonly available: string;
  readonly locked: string;
}

export type BalanceReason = 'deposit' | 'withdraw' | 'order-create' | 'order-match' | 'order-cancel';

export interface BalanceChange {
  readonly userId: string;
  readonly currency: string;
  readonly available: string;
  readonly locked: string;
  /** Change of available + locked; negative when it shrank. */
  readonly change: string;
  /** Change of locked. */
  readonly lockedChange: string;
  readonly reason: BalanceReason;
  readonly ms: number;
}

/** Coins that came or went by hand. `amount` is signed. */
export interface Transfer {
  readonly userId: string;
  readonly currency: string;
  readonly amount: string;
  readonly note: string;
  readonly ms: number;
}
