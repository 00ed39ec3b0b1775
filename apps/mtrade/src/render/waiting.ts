import { waitText } from '@mtrade/cycle';
import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import { wrap } from './columns.js';

type Pair = StatusJson['pairs'][number];
type Reason = NonNullable<Pair['waiting_for']>;

/** What a healthy pair does most of its life is only counted. */
const NORMAL = {
  price_above_row: 'for their price',
  bid_below_required: 'for their price',
  drop_insufficient: 'for their price',
  intent_open: 'for the outcome of an order',
  ladder_exhausted: 'with a ladder that is used up',
} as const satisfies Partial<Record<Reason, string>>;

const normalWords = (reason: Reason): string | undefined =>
  (NORMAL as Partial<Record<Reason, string>>)[reason];
const otherWords = (reason: Reason): string | undefined =>
  normalWords(reason) === undefined ? cleanText(waitText(reason) ?? reason) : undefined;

/** A refusal that ends in the engine's word for its reason, in plain words. */
export const refusalText = (detail: string): string =>
  detail.replace(/: ([a-z_]+)$/, (_, reason: string) => `: ${waitText(reason)}`);

function grouped(pairs: readonly Pair[], words: (reason: Reason) => string | undefined): Map<string, Pair[]> {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const text = pair.waiting_for === null ? undefined : words(pair.waiting_for);
    if (text !== undefined) groups.set(text, [...(groups.get(text) ?? []), pair]);
  }
  return groups;
}

/** A pair with the price that it waits for, where its reason is about that price. */
function named({ symbol, waiting_for: reason, sell_limit: limit, sell_price: target }: Pair): string {
  const price = reason === 'only_sells' ? (limit ?? target) : null;
  return price === null ? cleanText(symbol) : `${cleanText(symbol)} at ${cleanText(price)}`;
}

/**
 * Why pairs do nothing: the normal waiting as one line of counts, then a line for each other reason with its pairs.
 * A pair that wants a human is told with its own text elsewhere.
 */
export function waitingLines(pairs: readonly Pair[], columns: number): string[] {
  const counts = [...grouped(pairs, normalWords)].map(([words, held]) => `${held.length} ${words}`);
  const others = grouped(
    pairs.filter((pair) => pair.attention === null),
    otherWords,
  );
  const lines = [...others].map(([words, held]) => {
    const isAll = held.length === pairs.length && held.length > 1 && held[0]?.waiting_for !== 'only_sells';
    return `${words}: ${isAll ? `all (${held.length})` : held.map(named).join(', ')}`;
  });
  return [...(counts.length === 0 ? [] : [counts.join(', ')]), ...lines].flatMap((line) =>
    wrap(`waiting: ${line}`, columns, 9),
  );
}
