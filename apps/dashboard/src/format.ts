/**
 * How values look. The engine has computed them; here they only lose the digits that nobody reads, and whoever wants
 * them all finds them under the pointer (`title`).
 */
const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.NumberFormat('en-US', options)));
  return found;
}

export const NONE = '–';

/** Prices of 0.00001234 and of 98,765.4 both with the digits that matter. */
export function price(text: string | null | undefined): string {
  if (text === null || text === undefined) return NONE;
  const value = Number(text);
  const size = Math.abs(value);
  if (size >= 1_000) return format({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
  if (size >= 1) return format({ minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(value);
  return format({ maximumSignificantDigits: 5 }).format(value);
}

/** Quote amounts: two decimals, more where two would show nothing. */
export function money(text: string | null | undefined): string {
  if (text === null || text === undefined) return NONE;
  const value = Number(text);
  const isTiny = value !== 0 && Math.abs(value) < 0.1;
  if (isTiny) return format({ maximumSignificantDigits: 2, minimumFractionDigits: 2 }).format(value);
  return format({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** With its sign, for what was earned or lost. */
export function signed(text: string | null | undefined): string {
  if (text === null || text === undefined) return NONE;
  const shown = money(text.replace(/^-/, ''));
  if (/^[-0.]*$/.test(text)) return shown;
  return text.startsWith('-') ? `\u2212${shown}` : `+${shown}`;
}

export const amount = (text: string | null | undefined): string =>
  text === null || text === undefined ? NONE : format({ maximumSignificantDigits: 6 }).format(Number(text));

/** `1.25 %`. */
export const percent = (text: string | null | undefined, digits = 2): string =>
  text === null || text === undefined
    ? NONE
    : `${format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Number(text)).replace('-', '\u2212')}\u00a0%`;

/** A distance that is used up is no distance: the level is there. */
export const away = (text: string | null, direction: 'above' | 'below' | 'to go'): string =>
  text === null ? NONE : Number(text) <= 0 ? 'reached' : `${percent(text)} ${direction}`;

export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? NONE : format({ maximumFractionDigits: 1 }).format(value);

export const toneOf = (text: string | null | undefined): 'good' | 'bad' | '' =>
  text === null || text === undefined || Number(text) === 0 ? '' : text.startsWith('-') ? 'bad' : 'good';

/** `12 ms`, `4.2 s`, `3 min`, `5 h 12 min`, `2 d 3 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const micros = (us: number): string =>
  us < 1_000
    ? `${Math.round(us)} \u00b5s`
    : us < 1_000_000
      ? `${(us / 1_000).toFixed(1)} ms`
      : `${(us / 1e6).toFixed(1)} s`;

const two = (value: number): string => String(value).padStart(2, '0');

/** In the time of whoever looks: `14:03:55` today, `11-21 14:03` on other days. */
export function clock(ms: number): string {
  const at = new Date(ms);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === new Date().toDateString()
    ? `${time}:${two(at.getSeconds())}`
    : `${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/**
 * Text that came from the exchange. It is only ever put into text nodes; what is left to fear are characters that turn
 * the direction of writing or hide, so that a message reads as something else.
 */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');

export const quoteOf = (symbol: string): string => symbol.split('/')[1] ?? '';
export const baseOf = (symbol: string): string => symbol.split('/')[0] ?? '';
