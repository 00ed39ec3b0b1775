import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import type { Output } from '../cli.js';
import { layout } from './layout.js';
import { statusParts } from './status.js';
import { TerminalFrame } from './terminal-frame.js';

interface Around {
  readonly foot: readonly string[];
  readonly notices?: readonly string[];
}

/** A step of the table: so many pairs, so many screens of them, or to one end. */
export type Move = { readonly pairs: number } | { readonly pages: number } | 'start' | 'end';

/** The status as a screen that is redrawn in place; a table that does not fit can be moved. */
export class Screen {
  readonly #out: Output;
  readonly #eventLines: number;
  readonly #moves: string | null;
  readonly #frame: TerminalFrame;
  readonly #events: string[] = [];
  #offset = 0;
  #page = 1;

  constructor(
    out: Output,
    { eventLines, moves = null }: { readonly eventLines: number; readonly moves?: string | null },
  ) {
    this.#out = out;
    this.#eventLines = eventLines;
    this.#moves = moves;
    this.#frame = new TerminalFrame(out);
  }

  /** A line for the foot of the screen; the oldest one leaves. */
  addEvent(line: string): void {
    if (this.#eventLines === 0) return;
    this.#events.push(cleanText(line, 300));
    if (this.#events.length > this.#eventLines) this.#events.shift();
  }

  /** Takes effect at the next draw. */
  move(by: Move): void {
    if (by === 'start') this.#offset = 0;
    else if (by === 'end') this.#offset = Number.MAX_SAFE_INTEGER;
    else this.#offset = Math.max(0, this.#offset + ('pairs' in by ? by.pairs : by.pages * this.#page));
  }

  draw(status: StatusJson, { foot, notices = [] }: Around): void {
    const out = this.#out;
    const parts = statusParts(status, { columns: out.columns(), color: out.color, nowMs: Date.now() });
    const { lines, offset, page } = layout(parts, {
      rows: Math.max(1, out.rows()),
      offset: this.#offset,
      foot,
      notices,
      events: this.#events,
      moves: this.#moves,
    });
    this.#offset = offset;
    this.#page = page;
    this.#frame.draw(lines);
  }

  /** For what is no status: that there is none yet. */
  say(lines: readonly string[]): void {
    this.#frame.draw(lines);
  }

  close(): void {
    this.#frame.close();
  }
}
