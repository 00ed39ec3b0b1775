import { errorText, isMtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { pairLimits } from '@mtrade/runtime';
import { counted } from '../render/columns.js';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'pair limits';

const WORDS = {
  both: 'trades',
  'buy-only': 'can only be bought',
  'sell-only': 'can only be sold, it is being delisted perhaps',
  none: 'is not traded',
} as const;

/** Are the pairs listed, and can every row of their ladders be bought and sold at the price of now? */
export async function limits(config: MtradeConfig): Promise<Finding[]> {
  try {
    const { problems, warnings, restricted } = await pairLimits(config);
    const findings = [
      ...problems.map((text) =>
        problem(CHECK, text, 'correct the named key; mtrade ladder PAIR --price P shows the rows'),
      ),
      ...warnings.map((text) =>
        warning(
          CHECK,
          text,
          'mtrade ladder PAIR --price P shows the rows; a larger base_order has fewer of them',
        ),
      ),
      ...restricted.map(({ symbol, tradable }) =>
        warning(CHECK, `${symbol} ${WORDS[tradable]} at the moment`, 'choose another pair, or wait'),
      ),
    ];
    const fine = `${counted(config.pairs.length, 'pair')}: listed, and every row makes orders that they take`;
    return findings.length > 0 ? findings : [ok(CHECK, fine)];
  } catch (error) {
    if (isMtradeError(error, 'MTRADE_CONFIG'))
      return [problem(CHECK, errorText(error), 'correct the named keys')];
    // That the exchange cannot be reached is said by another check.
    return [warning(CHECK, `not known: ${errorText(error)}`, 'run doctor again when the exchange answers')];
  }
}
