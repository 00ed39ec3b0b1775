import { type BaseQty, type Decimal, ZERO } from '@mtrade/money';
import type { AccountView } from './market.js';
import type { PairState } from './pair-state.js';

/** Base that the books say lies on the account for this pair. */
export const ledgerBase = (pair: PairState): BaseQty => {
  const volume: Decimal = pair.cycle?.baseVolume ?? ZERO;
  return (pair.dust.base.eq(ZERO) ? volume : volume.plus(pair.dust.base)) as BaseQty;
};

/** True when the account holds less than the books, whatever the age of the snapshot. */
export const isShort = (pair: PairState, account: AccountView): boolean =>
  account.baseTotal.lt(ledgerBase(pair));

/**
 * Words for a real shortage, with both numbers; null when there is none or when it cannot be told yet. Somebody sold or
 * moved the coins by hand: only a human can say what shall become of the cycle, so nothing is reset and nothing bought.
 */
export function shortage(pair: PairState, account: AccountView | null): string | null {
  if (account === null || !account.settled || !isShort(pair, account)) return null;
  const coin = pair.symbol.split('/')[0] ?? '';
  return `the account holds ${account.baseTotal.toFixed()} ${coin}, the books ${ledgerBase(pair).toFixed()} ${coin}: reset the pair to write the difference off, or put the coins back and resume`;
}
