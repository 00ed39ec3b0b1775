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

/** Each other reason in the words of the operator, with the command that ends it where there is one. */
const WORDS: Readonly<Record<Exclude<Reason, keyof typeof NORMAL>, string>> = {
  engine_stopped: 'trading is switched off (mtrade trading on switches it on)',
  not_permitted: 'not permitted (mtrade permit PAIR on)',
  paused: 'paused (mtrade resume PAIR)',
  needs_attention: 'wants a human',
  foreign_engine:
    'another installation of mtrade trades on this account: not buying (stop it, then mtrade trading on)',
  outcome_unknown: 'outcome of an order unknown',
  trades_missing: 'trades of an order missing',
  price_unknown: 'no price yet',
  price_stale: 'price too old',
  price_unconfirmed: 'price has jumped, not confirmed yet',
  book_crossed: 'order book crossed',
  account_unknown: 'account unknown',
  not_reconciled: 'account not compared with the books yet',
  rules_unknown: "exchange's rules unknown",
  not_tradable: 'not traded at the exchange',
  clock_uncertain: 'clock of the exchange uncertain',
  rate_limited: 'too many requests, held back',
  backing_off: 'pausing after an error',
  insufficient_quote: 'not enough quote',
  below_minimum: "below the exchange's minimum",
  unprotected: 'protective stop not in place yet',
  stop_reached: 'price at the protective stop',
  stop_ending: 'protective stop being taken back',
  rolling_back: 'being sold: it could not be protected',
};

const normalWords = (reason: Reason): string | undefined =>
  (NORMAL as Partial<Record<Reason, string>>)[reason];
const otherWords = (reason: Reason): string | undefined =>
  normalWords(reason) === undefined
    ? ((WORDS as Partial<Record<Reason, string>>)[reason] ?? cleanText(reason))
    : undefined;

/** A refusal that ends in the engine's word for its reason, in plain words. */
export const refusalText = (detail: string): string =>
  detail.replace(/: ([a-z_]+)$/, (all, reason: string) =>
    Object.hasOwn(WORDS, reason) ? `: ${WORDS[reason] ?? reason}` : all,
  );

function grouped(pairs: readonly Pair[], words: (reason: Reason) => string | undefined): Map<string, Pair[]> {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const text = pair.waiting_for === null ? undefined : words(pair.waiting_for);
    if (text !== undefined) groups.set(text, [...(groups.get(text) ?? []), pair]);
  }
  return groups;
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
    const isAll = held.length === pairs.length && held.length > 1;
    return `${words}: ${isAll ? `all (${held.length})` : held.map(({ symbol }) => cleanText(symbol)).join(', ')}`;
  });
  return [...(counts.length === 0 ? [] : [counts.join(', ')]), ...lines].flatMap((line) =>
    wrap(`waiting: ${line}`, columns, 9),
  );
}
