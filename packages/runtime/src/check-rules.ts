import { MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { createLadderCheck, type MarketRules } from '@mtrade/cycle';
import { rulesFromWire, type WireRules } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import { text } from '@mtrade/money';

interface Judgement {
  /** A line each, with the key. Any of them refuses the start. */
  readonly problems: readonly string[];
  /** What the whole ladder needs and warns of, in words, with the pairs it is about. */
  readonly ladders: ReadonlyMap<string, { readonly symbols: readonly string[]; readonly isLossy: boolean }>;
}

/** The configuration held against what the exchange says of its pairs: unknown ones, and purchases below a minimum. */
export function judgeRules(config: MtradeConfig, rules: ReadonlyMap<string, MarketRules>): Judgement {
  const ladders = new Map<string, { readonly symbols: readonly string[]; readonly isLossy: boolean }>();
  const checkLadder = createLadderCheck();
  const problems = config.pairs.flatMap((pair, index) => {
    const known = rules.get(pair.symbol);
    if (!known)
      return [
        `pairs[${index}].symbol: ${pair.symbol} is not listed on ${config.exchange.id}; remove it or correct the name`,
      ];
    const report = checkLadder(pair.ladder, { rules: known });
    const totalQuote = `${text(report.totalQuote)} ${known.quote}`;
    const said = [totalQuote, ...report.warnings.map((warning) => warning.message)].join('; ');
    const { symbols, isLossy } = ladders.get(said) ?? { symbols: [], isLossy: report.warnings.length > 0 };
    ladders.set(said, { symbols: [...symbols, pair.symbol], isLossy });
    return report.errors.map((error) => `pairs[${index}].ladder (${pair.symbol}): ${error.message}`);
  });
  return { problems, ladders };
}

/** Throws MTRADE_CONFIG when the exchange's rules do not let the configuration trade; before the books are opened. */
export function checkRules(config: MtradeConfig, wire: readonly WireRules[], log: Logger): void {
  const rules = new Map<string, MarketRules>(wire.map((one) => [one.symbol, rulesFromWire(one)]));
  const { problems, ladders } = judgeRules(config, rules);
  for (const [ladder, { symbols, isLossy }] of ladders)
    log[isLossy ? 'warn' : 'info']({ symbols, ladder }, 'what the whole ladder of a pair needs');
  const [first] = problems;
  if (first === undefined) return;
  throw new MtradeError('MTRADE_CONFIG', problems.join('\n'), { key: first.split(':')[0] ?? 'pairs' });
}
