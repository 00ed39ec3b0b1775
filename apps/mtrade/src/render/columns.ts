/** A text of exactly `width` characters; what does not fit is cut with a mark. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}~` : text;
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width);
}

/** `1 pair`, `2 pairs`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** A line with colours, cut to `width` visible characters; the colours are closed even where the text is cut. */
export function cutColored(line: string, width: number): string {
  let room = Math.max(0, width);
  return (
    line
      // oxlint-disable-next-line no-control-regex
      .split(/(\u001b\[[0-9;]*m)/)
      .map((part) => {
        if (part.startsWith('\u001b')) return part;
        const kept = part.slice(0, room);
        room -= kept.length;
        return kept;
      })
      .join('')
  );
}

// oxlint-disable-next-line no-control-regex
const COLOR = /\u001b\[[0-9;]*m/g;
const visibleLength = (text: string): number => text.replace(COLOR, '').length;

/**
 * A text over as many lines as it needs, broken between words; the lines after the first are indented. Colours take no
 * room. A word that is longer than a line is broken where the line ends, because a screen would cut the rest; with
 * `keepLong` it stays whole: an address or a path in pieces cannot be copied.
 */
export function wrap(text: string, width: number, indent: number, { keepLong = false } = {}): string[] {
  const lines: string[] = [];
  const margin = ' '.repeat(indent);
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() === '' || visibleLength(longer) <= width) line = longer;
    else {
      lines.push(line.trimEnd());
      line = margin + word;
    }
    if (keepLong) continue;
    // At least ten characters a line, so it ends.
    const limit = Math.max(width, indent + 10);
    while (visibleLength(line) > limit) {
      lines.push(line.slice(0, limit));
      line = margin + line.slice(limit);
    }
  }
  return line.trim() === '' ? lines : [...lines, line];
}

/**
 * Sentences for a person, each line of the text wrapped by itself: what does not fit goes on below, two columns further
 * in than its line begins. Empty lines stay.
 */
export const prose = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => {
      const words = line.trimStart();
      const margin = line.slice(0, line.length - words.length);
      if (words === '') return [''];
      return wrap(words, width - margin.length, 2, { keepLong: true }).map((part) => margin + part);
    })
    .join('\n');

/**
 * A text in a column of its own, which begins after `head` and goes on below itself. `width` is that of the terminal;
 * null for a pipe or a file, where a search must find the text on one line.
 */
export function beside(head: string, text: string, width: number | null): string[] {
  const margin = visibleLength(head);
  const [first = '', ...rest] =
    width === null ? [text] : wrap(text, Math.max(20, width - margin), 0, { keepLong: true });
  return [head + first, ...rest.map((line) => ' '.repeat(margin) + line)];
}

/** Pieces side by side, two columns apart, over as many lines as they need; none is broken. */
export function packed(pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const longer = `${lines.at(-1) ?? ''}  ${piece}`;
    if (lines.length > 0 && visibleLength(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

/** Digits that say something: `0.0012` has two. */
const significant = (text: string): number => text.replace(/^-?[0.]*/, '').replace('.', '').length;

/** `0.000000092` as `9.2e-8`, `123456789012` as `1.234e11`: in at most `width` characters, cut towards zero. */
function scientific(value: string, width: number): string {
  const sign = value.startsWith('-') ? '-' : '';
  const [whole = '', decimals = ''] = value.slice(sign.length).split('.');
  const digits = `${whole}${decimals}`.replace(/^0+/, '').replace(/0+$/, '');
  const leading = whole.replace(/^0+/, '');
  const zeros = decimals.length - decimals.replace(/^0+/, '').length;
  const exponent = leading === '' ? -(zeros + 1) : leading.length - 1;
  const tail = `e${exponent}`;
  const room = Math.max(1, width - sign.length - tail.length - 1);
  const mantissa =
    digits.length === 1 || room < 2 ? digits.slice(0, 1) : `${digits[0]}.${digits.slice(1, room)}`;
  return `${sign}${mantissa}${tail}`;
}

/** Fewer digits than these are worth a power of ten, if that shows more of them. */
const ENOUGH_DIGITS = 4;

/**
 * Decimal text in at most `width` characters, for the eye: decimals are cut towards zero, never rounded up to a digit
 * that is not there. What would become a zero, or does not fit, is written as a power of ten.
 */
export function fitDecimal(value: string | null, width: number): string {
  if (value === null || value === '') return '-';
  if (value.length <= width) return value;
  const dot = value.indexOf('.');
  if (!/^-?\d+(?:\.\d+)?$/.test(value) || !/[1-9]/.test(value)) return value.slice(0, width);
  if ((dot === -1 ? value.length : dot) > width) return scientific(value, width);
  const cut = value.slice(0, width).replace(/\.$/, '');
  if (significant(cut) >= ENOUGH_DIGITS) return cut;
  const power = scientific(value, width);
  return power.length <= width && significant(power.replace(/e.*$/, '')) > significant(cut) ? power : cut;
}

/** More decimals than any exchange books of a coin: what lies below comes from a division. */
const SHOWN_DECIMALS = 8;

/** An amount in a sentence: cut at the eighth decimal, and never to a zero that it is not. Exact ones are in `--json`. */
export function amountText(value: string): string {
  const [whole = '', decimals = ''] = value.split('.');
  const cut = decimals.slice(0, SHOWN_DECIMALS).replace(/0+$/, '');
  const short = cut === '' ? whole : `${whole}.${cut}`;
  return /[1-9]/.test(short) ? short : fitDecimal(value, SHOWN_DECIMALS);
}

/** `1h02m`, `3d04h`, `12s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** `1.2 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** `12` -> `12 us`, `2100` -> `2.1 ms`. */
export function micros(us: number): string {
  if (us < 1_000) return `${Math.round(us)} us`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}
