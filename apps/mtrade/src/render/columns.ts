/** A text of exactly `width` characters; what does not fit is cut with a mark. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}~` : text;
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width);
}

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

/** A text over as many lines as it needs, broken between words; the lines after the first are indented. */
export function wrap(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  const margin = ' '.repeat(indent);
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() === '' || longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = margin + word;
    }
    // A word that is longer than a line is broken where the line ends; at least ten characters a line, so it ends.
    const limit = Math.max(width, indent + 10);
    while (line.length > limit) {
      lines.push(line.slice(0, limit));
      line = margin + line.slice(limit);
    }
  }
  return line.trim() === '' ? lines : [...lines, line];
}

/**
 * Decimal text in at most `width` characters: decimals are cut, never the whole part. For the eye only, so it rounds
 * towards zero instead of promising a digit that is not there.
 */
export function fitDecimal(value: string | null, width: number): string {
  if (value === null || value === '') return '-';
  if (value.length <= width) return value;
  const dot = value.indexOf('.');
  if (dot === -1 || dot >= width) return dot === -1 ? value : value.slice(0, dot);
  return value.slice(0, width).replace(/\.$/, '');
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

/** `12` -> `12 us`, `2100` -> `2.1 ms`. */
export function micros(us: number): string {
  if (us < 1_000) return `${Math.round(us)} us`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}
