import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import type { Output } from '../cli.js';
import { fit } from './columns.js';
import { renderStatus } from './status.js';

const ALTERNATE = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** Lines of the summary beside the table of pairs. */
const FIXED_LINES = 14;

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

  draw(status: StatusJson, footer: string): void {
    const out = this.#out;
    const rows = out.rows();
    const maxPairs = Math.max(3, rows - FIXED_LINES - this.#eventLines);
    const body = renderStatus(status, {
      columns: out.columns(),
      color: out.color,
      nowMs: Date.now(),
      maxPairs,
    });
    const events = this.#events.map((line) => fit(line, out.columns()).trimEnd());
    const lines = [...body.split('\n'), ...events, footer].slice(0, rows);
    if (!this.#open) out.write(ALTERNATE);
    this.#open = true;
    out.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#out.write(BACK);
  }
}
