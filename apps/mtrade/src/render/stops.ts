import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import { duration, fitDecimal, wrap } from './columns.js';

type Pair = StatusJson['pairs'][number];

/** A stop takes a moment to be placed: only what lasts is worth a line. */
const WORTH_A_LINE_MS = 2_000;

/** What was done with positions that could not be protected, positions without their stop, a line each, then where the others stand. */
export function stopLines(pairs: readonly Pair[], columns: number): string[] {
  const missing: string[] = [];
  const standing: string[] = [];
  for (const { symbol, protection, last_exit: exit } of pairs) {
    const name = cleanText(symbol);
    if (exit !== null && (protection?.rollback ?? null) === null)
      missing.push(`! ${name}: ${cleanText(exit)}`);
    if (protection === null) continue;
    const { stop_price: at, unprotected_ms: forMs, problem, rollback } = protection;
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
