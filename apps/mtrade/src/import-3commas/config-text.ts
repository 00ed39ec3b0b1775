import { type Decimal, integer, text, ZERO } from '@mtrade/money';
import { wrap } from '../render/columns.js';
import type { TranslatedBot } from './translate.js';

const LINE = 98;

const comment = (words: string, indent = 2): string[] =>
  wrap(words, LINE - 2, indent).map((line) => `# ${line}`);

/** Text from a file in a comment: one line, nothing that ends it. */
// oxlint-disable-next-line no-control-regex
const plain = (foreign: string): string => foreign.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');

const keys = (ladder: TranslatedBot['ladder']): string[] =>
  Object.entries(ladder).map(
    ([key, value]) => `${key} = ${key === 'safety_orders' ? value : JSON.stringify(value)}`,
  );

/** All orders of all pairs, by quote coin, rounded up: what a paper account needs to follow them. */
function balances(bots: readonly TranslatedBot[]): string {
  const sums = new Map<string, Decimal>();
  for (const { symbols, ours } of bots)
    for (const symbol of symbols) {
      const quote = symbol.split('/')[1] ?? '';
      const need = ours.reduce<Decimal>((total, { purchase }) => total.plus(purchase), ZERO);
      sums.set(quote, (sums.get(quote) ?? ZERO).plus(need));
    }
  const entries = [...sums].map(([coin, sum]) => `${coin} = "${text(sum.round(0, 0).plus(integer(1)))}"`);
  return `{ ${entries.join(', ')} }`;
}

/** A configuration file in paper mode: on prices of the real exchange, with money that is none. */
export function configText(bots: readonly TranslatedBot[], source: string): string {
  const [single] = bots.length === 1 ? bots : [];
  const notes = bots.flatMap(({ name, fields }) => {
    const inexact = fields.filter(({ verdict }) => verdict !== 'exact');
    if (inexact.length === 0) return [];
    return [
      '#',
      ...comment(`${JSON.stringify(plain(name))}, not carried over exactly:`),
      ...inexact.flatMap(({ field, theirs, verdict, reason }) =>
        comment(plain(`- ${field} = ${theirs}: ${verdict}; ${reason}`), 4),
      ),
    ];
  });
  return [
    ...comment(`Written by mtrade import 3commas from ${plain(source)}.`),
    ...comment(
      'It begins on paper, on prices of the real exchange. docs/coming-from-3commas.md says how to go on.',
    ),
    ...notes,
    '',
    'mode = "paper"',
    '',
    '[paper]',
    'feed = "live"',
    '# The sum of all orders of all pairs.',
    `balances = ${balances(bots)}`,
    '',
    ...(single === undefined ? [] : ['[ladder]', ...keys(single.ladder), '']),
    ...bots.flatMap(({ name, symbols, trade, ladder }) =>
      symbols.flatMap((symbol) => [
        ...(single === undefined ? comment(plain(name)) : []),
        '[[pairs]]',
        `symbol = ${JSON.stringify(symbol)}`,
        `trade = ${trade}`,
        ...(single === undefined ? ['[pairs.ladder]', ...keys(ladder)] : []),
        '',
      ]),
    ),
  ].join('\n');
}
