import type { ControlDeps } from './ports.js';
import { Problem } from './problem.js';

export type PairNames = Pick<ControlDeps, 'normalizeSymbol' | 'symbols'>;

/** A refusal stays readable however many pairs are configured. */
const MAX_NAMED = 50;

/** The configured pair that a caller means, in any of its spellings; a 404 that names the pairs there are. */
export function pairNamed(text: string, { normalizeSymbol, symbols }: PairNames): string {
  const known = normalizeSymbol(text);
  if (known !== null) return known;
  const all = symbols();
  const named = all.slice(0, MAX_NAMED).join(', ');
  const rest = all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : '';
  throw new Problem(
    404,
    'UNKNOWN_PAIR',
    `no pair ${JSON.stringify(text)} is configured; known pairs: ${named}${rest}`,
  );
}
