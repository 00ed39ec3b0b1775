import { PAIR_TABLES, type Path, type Table, TABLES } from './tables.js';
import { normalizeSymbol } from './symbols.js';
import { unknownKey } from './unknown-key.js';
import type { ConfigProblem } from './problems.js';

export const ENV_PREFIX = 'MTRADE__';

/** A value that an environment variable puts into the configuration. */
export interface Override {
  readonly variable: string;
  readonly path: Path;
  readonly value: unknown;
}

type Env = Readonly<Record<string, string | undefined>>;
type Tables = Readonly<Record<string, Table>>;

function find(
  tables: Tables,
  words: readonly string[],
  text: string,
): { path: string[]; value: unknown } | null {
  const [first = '', second, third, ...more] = words;
  if (more.length > 0) return null;
  const top = Object.hasOwn(tables[''] ?? {}, first) ? tables['']?.[first] : undefined;
  if (top !== undefined && second === undefined) return { path: [first], value: top.fromText(text) };
  const section = Object.hasOwn(tables, first) ? tables[first] : undefined;
  if (section === undefined || second === undefined || !Object.hasOwn(section, second)) return null;
  const option = section[second];
  if (option === undefined) return null;
  if (third === undefined) return { path: [first, second], value: option.fromText(text) };
  // One coin of a table of amounts: MTRADE__PAPER__BALANCES__USDT.
  const isTable = typeof option.defaultRaw === 'object';
  return isTable ? { path: [first, second, third.toUpperCase()], value: text } : null;
}

/**
 * `MTRADE__ENGINE__DEBOUNCE_MS=50` and `MTRADE__PAIRS__ETH_USDT__TRADE=false` as places in the configuration.
 * `symbols` are the pairs that are configured, in the order of the file.
 */
export function readOverrides(
  env: Env,
  symbols: readonly (string | null)[],
): { readonly overrides: readonly Override[]; readonly problems: readonly ConfigProblem[] } {
  const overrides: Override[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!variable.startsWith(ENV_PREFIX) || text === undefined) continue;
    const where = `environment variable ${variable}`;
    const words = variable.slice(ENV_PREFIX.length).toLowerCase().split('__');
    if (words[0] === 'pairs' && words.length > 1) {
      const symbol = normalizeSymbol(words[1] ?? '');
      const index = symbol === null ? -1 : symbols.indexOf(symbol);
      if (index === -1) {
        const key = `pairs.${words[1]}`;
        problems.push({ where, key, message: 'no such pair is configured; add it to the file as [[pairs]]' });
        continue;
      }
      const found = find(PAIR_TABLES, words.slice(2), text);
      if (found !== null && found.path[0] !== 'symbol') {
        overrides.push({ variable, path: ['pairs', index, ...found.path], value: found.value });
        continue;
      }
    } else {
      const found = find(TABLES, words, text);
      if (found !== null) {
        overrides.push({ variable, path: found.path, value: found.value });
        continue;
      }
    }
    problems.push({ where, key: words.join('.'), message: unknownKey(words) });
  }
  return { overrides, problems };
}

/** Sets the value at a path that consists of known keys only; tables on the way are made when absent. */
export function applyOverride(root: Record<string, unknown>, { path, value }: Override): void {
  let target = root as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) {
    const next = target[part];
    // A wrong type there is reported by the schema; it must not be hidden by a fresh table.
    if (next !== undefined && (typeof next !== 'object' || next === null)) return;
    if (next === undefined) target[part] = {};
    target = target[part] as Record<string | number, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) target[last] = value;
}
