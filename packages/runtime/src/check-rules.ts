import { MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { type MarketRules, validateLadder } from '@mtrade/cycle';
import { rulesFromWire, type WireRules } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import { text } from '@mtrade/money';

/**
 * The configuration held against what the exchange says of its pairs, before the books are opened: an unknown pair, or
 * a ladder with purchases below the pair's minimum, is refused by name.
 */
export function checkRules(config: MtradeConfig, wire: readonly WireRules[], log: Logger): void {
  const rules = new Map<string, MarketRules>(wire.map((one) => [one.symbol, rulesFromWire(one)]));
  const problems = config.pairs.flatMap((pair, index) => {
    const known = rules.get(pair.symbol);
    if (!known)
      return [
        `pairs[${index}].symbol: ${pair.symbol} is not listed on ${config.exchange.id}; remove it or correct the name`,
      ];
    const report = validateLadder(pair.ladder, { rules: known });
    for (const warning of report.warnings)
      log.warn({ symbol: pair.symbol, rows: warning.rows }, warning.message);
    log.info(
      { symbol: pair.symbol, totalQuote: text(report.totalQuote), quote: known.quote },
      'the whole ladder needs this much',
    );
    return report.errors.map((error) => `pairs[${index}].ladder (${pair.symbol}): ${error.message}`);
  });
  const [first] = problems;
  if (first === undefined) return;
  throw new MtradeError('MTRADE_CONFIG', problems.join('\n'), { key: first.split(':')[0] ?? 'pairs' });
}
