import type { ConfigDocument } from './document.js';
import { tooManyDigits } from './option.js';
import { LADDER_OPTIONS, type LadderValues } from './options.js';
import { configError, type ConfigProblem, show } from './problems.js';
import { unknownKey } from './unknown-key.js';
import { type AnyOption, camel } from './tables.js';

/**
 * Ladder parameters out of texts by their configuration keys (`base_order=10`), the missing ones from `defaults`; for a
 * look at a ladder that nobody has configured yet. Throws MTRADE_CONFIG with a line for each wrong key.
 */
export function ladderFromTexts(
  defaults: ConfigDocument['ladder'],
  texts: Readonly<Record<string, string>>,
): LadderValues {
  const problems: ConfigProblem[] = [];
  const wrong = (key: string, message: string): void => void problems.push({ where: '', key, message });
  for (const key of Object.keys(texts))
    if (!Object.hasOwn(LADDER_OPTIONS, key)) wrong(key, unknownKey(['ladder', key]));

  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(LADDER_OPTIONS) as [
    keyof ConfigDocument['ladder'],
    AnyOption,
  ][]) {
    const text = Object.hasOwn(texts, key) ? texts[key] : undefined;
    const raw = text === undefined ? defaults[key] : option.fromText(text);
    if (option.schema.safeParse(raw).success) values[camel(key)] = option.toValue(raw);
    else {
      const advice = typeof raw === 'string' ? tooManyDigits(raw) : null;
      wrong(key, `expected ${option.expects.replace(' in quotes', '')}, got ${show(raw)}${advice === null ? '' : ` (${advice})`}`); // prettier-ignore
    }
  }
  if (problems.length > 0) throw configError(problems);
  return values as unknown as LadderValues;
}
