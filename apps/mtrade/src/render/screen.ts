import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import type { Output } from '../cli.js';
import { cutColored } from './columns.js';
import { renderStatus } from './status.js';

const ALTERNATE = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Lines of the compact form beside the pairs: header, column titles, profit, three of counters, workers. Where there
 * are more, the foot is cut for the sake of the pairs.
 */
const COMPACT_LINES = 7;

/** The fullest form that fits; where none does, fewer pairs. */
function bodyLines(status: StatusJson, out: Output, rows: number): string[] {
  const render = (compact: boolean, reasons: boolean, maxPairs: number | null): string[] =>
    renderStatus(status, {
      columns: out.columns(),
      color: out.color,
      nowMs: Date.now(),
      maxPairs,
      compact,
      reasons,
    })
      .trimEnd()
      .split('\n');
  for (const [compact, reasons] of [
    [false, true],
    [true, true],
    [true, false],
  ] as const) {
    const lines = render(compact, reasons, null);
    if (lines.length <= rows) return lines;
  }
  const room = rows - COMPACT_LINES;
  // One line of the room is for saying how many pairs are not shown.
  return render(true, false, status.pairs.length <= room ? null : room - 1);
}

/** A one-screen summary that is redrawn in place; the terminal's own contents come back at the end. */
export class Screen {
  readonly #out: Output;
  readonly #eventLines: number;
  readonly #events: string[] = [];
  #open = false;

  constructor(out: Output, { eventLines }: { readonly eventLines: number }) {
    this.#out = out;
    this.#eventLines = eventLines;
  }

  /** A line for the foot of the screen; the oldest one leaves. */
  addEvent(line: string): void {
    if (this.#eventLines === 0) return;
    this.#events.push(cleanText(line, 300));
    if (this.#events.length > this.#eventLines) this.#events.shift();
  }

  draw(status: StatusJson, ...foot: readonly string[]): void {
    const out = this.#out;
    const rows = Math.max(1, out.rows());
    const body = Math.max(1, rows - foot.length); // the last lines are the foot's
    const lines = bodyLines(status, out, body).slice(0, body);
    const events = this.#events.slice(Math.max(0, this.#events.length - (body - lines.length)));
    // A longer line would wrap and push the first one, which says PAPER or LIVE, off the screen.
    const all = [...lines, ...events, ...foot].slice(0, rows).map((line) => cutColored(line, out.columns()));
    if (!this.#open) out.write(ALTERNATE);
    this.#open = true;
    out.write(`${HOME}${all.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#out.write(BACK);
  }
}
