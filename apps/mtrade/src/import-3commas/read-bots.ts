import { MtradeError } from '@mtrade/base';
import { type Decimal, decimal } from '@mtrade/money';

/** A bot as 3Commas' API writes it, nothing of it believed yet. */
export type BotJson = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is BotJson =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (file: string, key: string, text: string): MtradeError =>
  new MtradeError('MTRADE_CONFIG', `${file}: ${key === '' ? '' : `${key}: `}${text}`, { key, file });

/** One bot, a list of them, or either in the envelope of an answer. */
export function readBots(text: string, file: string): readonly BotJson[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(file, '', `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const inner = isObject(value) ? (value['bots'] ?? value['bot'] ?? value) : value;
  const bots = Array.isArray(inner) ? (inner as readonly unknown[]) : [inner];
  if (bots.length === 0 || !bots.every(isObject)) throw refused(file, '', 'holds no bot');
  for (const bot of bots)
    if (!('base_order_volume' in bot))
      throw refused(file, 'base_order_volume', 'is missing: is this the JSON of a DCA bot?');
  return bots;
}

/** What the API sends for "not set". */
export const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  value === 0 ||
  (typeof value === 'string' && /^0+(?:\.0+)?$/.test(value)) ||
  (Array.isArray(value) && value.length === 0);

/** Reads single settings of one bot; what is wrong is told with the bot's name. */
export class BotReader {
  readonly bot: BotJson;
  readonly name: string;
  readonly #file: string;

  constructor(bot: BotJson, index: number, file: string) {
    this.bot = bot;
    this.#file = file;
    const { name } = bot;
    this.name =
      typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 80) : `bot ${index + 1}`;
  }

  refuse(key: string, text: string): MtradeError {
    return refused(this.#file, key, `${text} (bot ${JSON.stringify(this.name)})`);
  }

  /** A number or the text of one, 0 or more; null when it is not set. */
  figure(key: string): Decimal | null {
    const value = this.bot[key];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.refuse(key, 'is no number');
    try {
      const number = decimal(String(value).trim());
      if (number.gte('0')) return number;
    } catch {
      // Told below, with the value.
    }
    throw this.refuse(key, `${JSON.stringify(String(value).slice(0, 40))} is no number of 0 or more`);
  }

  needed(key: string): Decimal {
    const value = this.figure(key);
    if (value === null) throw this.refuse(key, 'is missing');
    return value;
  }

  whole(key: string): number {
    const value = Number(this.needed(key).toFixed());
    if (!Number.isSafeInteger(value)) throw this.refuse(key, 'is no whole number');
    return value;
  }

  text(key: string): string | null {
    const value = this.bot[key];
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
  }

  /** `pairs` is a list, or a text with one pair or several. */
  pairs(): readonly string[] {
    const value = this.bot['pairs'] ?? this.bot['pair'];
    const list = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(list) || list.length === 0 || !list.every((one) => typeof one === 'string'))
      throw this.refuse('pairs', 'is no list of pairs');
    return (list as readonly string[]).map((one) => one.trim());
  }
}
