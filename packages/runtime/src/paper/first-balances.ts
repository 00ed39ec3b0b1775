import type { Logger } from '@mtrade/log';
import { decimal } from '@mtrade/money';

type Balances = Readonly<Record<string, string>>;

const isSame = (a: Balances, b: Balances): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every((coin) =>
    decimal(a[coin] ?? '0').eq(decimal(b[coin] ?? '0')),
  );

/** `paper.balances` is paid in once; whoever changes it later should learn that nothing has happened. */
export function warnOfOtherBalances(
  first: Balances,
  configured: Balances,
  directory: string,
  log: Logger,
): void {
  if (isSame(first, configured)) return;
  log.warn(
    { configured, first, directory },
    'paper.balances has changed since the paper account was made: it keeps what it has; a new account needs an empty data_dir',
  );
}
