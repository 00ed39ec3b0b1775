import type { MtradeConfig } from '@mtrade/config';
import type { Decimal } from '@mtrade/money';

/** What the whole ladders need of each quote coin, reserves included. */
export async function wholeLadders(
  pairs: MtradeConfig['pairs'],
): Promise<Map<string, { readonly total: Decimal; readonly pairs: number }>> {
  const [{ validateLadder }, { ZERO }] = await Promise.all([
    import('@mtrade/cycle'),
    import('@mtrade/money'),
  ]);
  const needed = new Map<string, { total: Decimal; pairs: number }>();
  for (const pair of pairs) {
    const { totalQuote } = validateLadder(pair.ladder);
    const before = needed.get(pair.quote) ?? { total: ZERO, pairs: 0 };
    needed.set(pair.quote, {
      total: before.total.plus(totalQuote).plus(pair.ladder.reserve),
      pairs: before.pairs + 1,
    });
  }
  return needed;
}

/**
 * Says when the ladders of all permitted pairs together need more than the paper account has. Nothing breaks then: a
 * row that cannot be paid is simply not bought. People must see the sum before they start.
 */
export async function fundingWarnings(config: MtradeConfig): Promise<string[]> {
  if (config.mode !== 'paper') return [];
  const [needed, { text, ZERO }] = await Promise.all([
    wholeLadders(config.pairs.filter(({ trade }) => trade)),
    import('@mtrade/money'),
  ]);
  return [...needed].flatMap(([coin, { total, pairs }]) => {
    const balance = config.paper.balances[coin] ?? ZERO;
    if (balance.gte(total)) return [];
    const what = balance.gt(ZERO) ? 'the deepest rows cannot be bought' : 'nothing can be bought with it';
    return [
      `paper.balances: the whole ladders of ${pairs} ${pairs === 1 ? 'pair' : 'pairs'} need ${text(total)} ${coin}, ` +
        `the paper account has ${balance.gt(ZERO) ? text(balance) : 'none'}; ${what}`,
    ];
  });
}
