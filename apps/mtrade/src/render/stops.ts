import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import { duration, fitDecimal, wrap } from './columns.js';

type Pair = StatusJson['pairs'][number];

/** A stop takes a moment to be placed: only what lasts is worth a line. */
const WORTH_A_LINE_MS = 2_000;

/** Positions without their stop, a line each, then where the others stand. Nothing where no pair wants one. */
export function stopLines(pairs: readonly Pair[], columns: number): string[] {
  const missing: string[] = [];
  const standing: string[] = [];
  for (const { symbol, protection } of pairs) {
    if (protection === null) continue;
    const { stop_price: at, unprotected_ms: forMs, problem, rollback } = protection;
    const name = cleanText(symbol);
    if (rollback !== null) missing.push(`! ${name}: being sold, because it could not be protected`);
    else if (forMs !== null && forMs >= WORTH_A_LINE_MS)
      missing.push(
        `! ${name}: no protective stop for ${duration(forMs)}${problem === null ? '' : `: ${cleanText(problem)}`}`,
      );
    else if (protection.state === 'active' && at !== null) standing.push(`${name} ${fitDecimal(at, 12)}`);
  }
  return [
    ...missing.flatMap((line) => wrap(line, columns, 2)),
    ...(standing.length === 0 ? [] : wrap(`stops: ${standing.join(', ')}`, columns, 7)),
  ];
}
