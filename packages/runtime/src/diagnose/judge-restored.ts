import { type PairState, RESTORED_MARK } from '@mtrade/cycle';
import { isNotCompared, type Restored } from '@mtrade/store';
import { type CheckName, type Finding, finding } from './finding.js';

/** What a backup cannot know: each of these is expected in restored books and settled by the comparison at the start. */
const EXPECTED: ReadonlySet<CheckName> = new Set([
  'attention',
  'incomplete',
  'unknown-order',
  'unprotected',
  'orphan-order',
  'missing-trade',
  'balance',
  'stops',
]);

const MOST_PAIRS = 6;

/**
 * Between a restore and the comparison that the next start begins with, the books lag behind the exchange everywhere,
 * and no order of a pair that was not compared can be sent. That is one finding with one way on; what follows from it
 * is counted, not told one by one with remedies that would do harm. Findings of other pairs, and of what a backup is no
 * excuse for, stay as they are.
 */
export function judgeRestored(
  findings: readonly Finding[],
  {
    pairs,
    restored,
    running,
  }: {
    readonly pairs: readonly PairState[];
    readonly restored: Restored | null;
    readonly running: boolean;
  },
): Finding[] {
  const waiting = pairs.filter(({ attention }) => isNotCompared(attention)).map(({ symbol }) => symbol);
  if (restored === null || waiting.length === 0) return findings.map(withOwnRemedy);
  const isExpected = ({ check, symbol, severity }: Finding): boolean =>
    severity !== 'INFO' && EXPECTED.has(check) && (symbol === null || waiting.includes(symbol));
  const expected = findings.filter((one) => isExpected(one) && one.check !== 'attention');
  return [
    finding(
      'WARN',
      'restored',
      null,
      `the books come from a backup that ends at ${new Date(restored.booksMs).toISOString()} and have not been ` +
        `compared with the exchange yet: ${named(waiting)}. No order is sent for these pairs until then` +
        (expected.length === 0 ? '' : `; ${lag(expected)}`),
      running
        ? 'the comparison is the first thing after a start: run this again in a moment. A pair that is not in the configuration is never compared'
        : 'start the engine: it compares every pair with the exchange before it sends anything; then run this again',
    ),
    ...findings.filter((one) => !isExpected(one)).map(withOwnRemedy),
  ];
}

/** An attention that the comparison has left behind says itself what is to be done. */
function withOwnRemedy(one: Finding): Finding {
  return one.check === 'attention' && one.detail.includes(RESTORED_MARK)
    ? { ...one, remedy: 'do as it says: docs/backup.md, "Restore"; mtrade sell is refused until then' }
    : one;
}

const named = (symbols: readonly string[]): string =>
  symbols.length <= MOST_PAIRS
    ? symbols.join(', ')
    : `${symbols.slice(0, MOST_PAIRS).join(', ')} and ${symbols.length - MOST_PAIRS} more`;

/** `what they lack of the exchange so far: 12 missing-trade, 3 balance`. */
function lag(findings: readonly Finding[]): string {
  const counts = new Map<CheckName, number>();
  for (const { check } of findings) counts.set(check, (counts.get(check) ?? 0) + 1);
  const parts = [...counts].map(([check, count]) => `${count} ${check}`);
  return `as is to be expected they lag behind it (${parts.join(', ')})`;
}
