import type { ConfigDocument } from './document.js';
import type { ConfigSource } from './resolve.js';

/** A configuration and where it came from, as `mtrade config show --json` and the control API give it. */
export interface ShownConfig {
  readonly config: ConfigDocument;
  readonly source: ConfigSource;
}

/** One option that two configurations do not have in common. */
export interface ConfigDifference {
  /** Dotted, with pairs by their symbol: `pairs.ETH/USDT.ladder.base_order`. */
  readonly key: string;
  /** In the notation of the file; null where it is not there. Both null where the value is nobody's to see. */
  readonly running: string | null;
  readonly here: string | null;
}

/** Addresses of channels carry what lets anybody write to them. */
const HIDDEN = /^alerts\./;

/**
 * What the engine runs with and what it would run with now, where they differ. What either side has from its environment
 * or its command line is left out: that is no edit of the file.
 */
export function configDifferences(running: ShownConfig, here: ShownConfig): readonly ConfigDifference[] {
  const [before, now] = [valuesOf(running.config), valuesOf(here.config)];
  /** A pair that only one side has is one difference, not one for each of its options. */
  const ofLonePair = (key: string): boolean => {
    const pair = /^(pairs\.[^.]+)\./.exec(key)?.[1];
    return pair !== undefined && before.has(pair) !== now.has(pair);
  };
  const symbols = new Map(
    here.config.pairs.map(({ symbol }, index) => [`pairs[${index}]`, `pairs.${symbol}`]),
  );
  const overridden = new Set(
    [...Object.keys(running.source.overrides), ...Object.keys(here.source.overrides)].map((key) =>
      key.replace(/^pairs\[\d+\]/, (index) => symbols.get(index) ?? index),
    ),
  );
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((key) => !overridden.has(key) && !ofLonePair(key) && !isSame(before.get(key), now.get(key)))
    .map((key) =>
      HIDDEN.test(key)
        ? { key, running: null, here: null }
        : { key, running: before.get(key) ?? null, here: now.get(key) ?? null },
    );
}

function valuesOf({ pairs, ...rest }: ConfigDocument): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const put = (key: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return void values.set(key, JSON.stringify(value));
    for (const [name, inner] of Object.entries(value)) put(key === '' ? name : `${key}.${name}`, inner);
  };
  put('', rest);
  for (const { symbol, ...options } of pairs) {
    values.set(`pairs.${symbol}`, 'configured');
    put(`pairs.${symbol}`, options);
  }
  return values;
}

/** `"3"` and `"3.00"` are one amount. */
const canonical = (value: string | undefined): string | undefined =>
  value?.replace(/^"(\d+)(?:\.0*|(\.\d*?[1-9])0*)"$/, '"$1$2"');

const isSame = (a: string | undefined, b: string | undefined): boolean => canonical(a) === canonical(b);
