import { LADDER_OPTIONS } from './options.js';
import { nearest } from './nearest.js';
import { ALL_KEYS, dotted, type Path, TABLES } from './tables.js';

const FORMER_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TABLES).flatMap(([name, table]) =>
    Object.entries(table).flatMap(([key, option]) =>
      option.formerly === null ? [] : [[option.formerly, name === '' ? key : `${name}.${key}`]],
    ),
  ),
);

const SECTION_NAMES = [...Object.keys(TABLES).filter((name) => name !== ''), 'pairs'];

const leaf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** The key that was probably meant: an older name, one in another table, then the nearest of the same table. */
function suggested(path: Path): string | null {
  const word = String(path.at(-1));
  const section = dotted(path.slice(0, -1)).replace(/\[\d+\]/g, '');
  const keyOf = (name: string | null | undefined, keys: readonly string[]): string | null =>
    keys.find((key) => leaf(key) === name) ?? null;
  const siblings = ALL_KEYS.filter((key) => key === (section === '' ? leaf(key) : `${section}.${leaf(key)}`));
  const begun = siblings.filter((key) => word.length >= 4 && leaf(key).startsWith(word));
  return (
    (Object.hasOwn(FORMER_NAMES, word) ? FORMER_NAMES[word] : null) ??
    keyOf(word, ALL_KEYS) ??
    keyOf(nearest(word, siblings.map(leaf)), siblings) ??
    (begun.length === 1 ? begun[0] : null) ??
    nearest(word, SECTION_NAMES) ??
    keyOf(nearest(word, ALL_KEYS.map(leaf)), ALL_KEYS)
  );
}

/** "unknown key", with the key that was probably meant. */
export function unknownKey(path: Path): string {
  const word = String(path.at(-1));
  // Somebody who looks for the place of the keys must not be led to a place in the file.
  if (path[0] === 'alerts' && /secret|key|password|token/i.test(word))
    return 'unknown key; secrets never stand in the file: give MTRADE_ALERT_WEBHOOK_SECRET_FILE or MTRADE_ALERT_TELEGRAM_TOKEN_FILE';
  if (/secret|api_?key|password|token/i.test(word))
    return 'unknown key; keys of the account never stand in the file: give MTRADE_API_KEY_FILE and MTRADE_API_SECRET_FILE';
  // Written beside `symbol` by somebody who means this pair alone: `ladder.KEY` would change every pair.
  if (path[0] === 'pairs' && path.length === 3 && Object.hasOwn(LADDER_OPTIONS, word))
    return `unknown key; ladder keys of one pair stand in its own table: ladder = { ${word} = ... } below its symbol, or [pairs.ladder]`;
  const suggestion = suggested(path);
  return suggestion === null
    ? 'unknown key; `mtrade config schema` lists all keys'
    : `unknown key; did you mean ${suggestion}?`;
}
