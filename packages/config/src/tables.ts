import { flag, type Option, shaped } from './option.js';
import { LADDER_OPTIONS, SECTIONS, TOP_OPTIONS } from './options.js';
import { normalizeSymbol, SYMBOL_FORMS } from './symbols.js';

export type AnyOption = Option<unknown, unknown>;
export type Table = Readonly<Record<string, AnyOption>>;

export const PAIR_OPTIONS = {
  symbol: shaped({
    help: 'The pair. ETH_USDT and ETHUSDT become ETH/USDT.',
    expects: SYMBOL_FORMS,
    parse: (raw) => {
      const symbol = normalizeSymbol(raw);
      if (symbol === null) throw new Error('write it as BASE/QUOTE');
      return symbol;
    },
  }),
  trade: flag({
    default: false,
    help: 'Permission to trade at the first start; later `mtrade permit` decides.',
  }),
} as const;

/** Every table of the file by its name; the top level is `''`. */
export const TABLES: Readonly<Record<string, Table>> = {
  '': TOP_OPTIONS,
  ...SECTIONS,
  ladder: LADDER_OPTIONS,
};

export const PAIR_TABLES: Readonly<Record<string, Table>> = { '': PAIR_OPTIONS, ladder: LADDER_OPTIONS };

const keysOf = (tables: Readonly<Record<string, Table>>): string[] =>
  Object.entries(tables).flatMap(([section, table]) =>
    Object.keys(table).map((key) => (section === '' ? key : `${section}.${key}`)),
  );

/** All dotted keys of the file; those of a pair stand under `pairs`. */
export const ALL_KEYS: readonly string[] = [
  ...keysOf(TABLES),
  ...keysOf(PAIR_TABLES).map((key) => `pairs.${key}`),
];

export type Path = readonly (string | number)[];

/** The option a path leads to, with how much of the path names it; null for tables and unknown keys. */
export function optionAt(path: Path): { readonly option: AnyOption; readonly depth: number } | null {
  const inPair = path[0] === 'pairs';
  const tables = inPair ? PAIR_TABLES : TABLES;
  const skip = inPair ? 2 : 0;
  const [first, second] = path.slice(skip);
  if (typeof first !== 'string') return null;
  const top = tables['']?.[first];
  if (top !== undefined) return { option: top, depth: skip + 1 };
  const nested = typeof second === 'string' ? tables[first]?.[second] : undefined;
  return nested === undefined ? null : { option: nested, depth: skip + 2 };
}

/** `pairs[2].ladder.base_order`; names that are not plain words are quoted. */
export const dotted = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const word = /^[\w-]{1,80}$/.test(part) ? part : JSON.stringify(part.slice(0, 80));
    return text === '' ? word : `${text}.${word}`;
  }, '');

/** `baseOrder` of `base_order`: keys of the file as the code calls them. */
export const camel = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
