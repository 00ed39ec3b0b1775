import type { Output } from '../cli.js';
import { cutColored } from './columns.js';

const ALTERNATE = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';
const CLEAR = '\u001b[2J';
const CLEAR_LINE = '\u001b[K';

/**
 * The whole screen of a terminal, of which only lines that have changed are written again: nothing flickers, and little
 * goes over a slow line. The terminal's own contents come back at the end, also when the process ends by an error.
 */
export class TerminalFrame {
  readonly #out: Output;
  #lines: readonly string[] = [];
  #size = '';
  #isOpen = false;
  readonly #restore = (): void => this.close();

  constructor(out: Output) {
    this.#out = out;
  }

  draw(lines: readonly string[]): void {
    const out = this.#out;
    const rows = Math.max(1, out.rows());
    // A longer line would wrap and push the first one off the screen.
    const next = lines.slice(0, rows).map((line) => cutColored(line, out.columns()));
    const size = `${out.columns()}x${rows}`;
    let text = '';
    if (!this.#isOpen) {
      text += ALTERNATE;
      this.#open();
    }
    if (size !== this.#size) {
      text += CLEAR;
      this.#lines = [];
      this.#size = size;
    }
    const count = Math.max(next.length, this.#lines.length);
    for (let row = 0; row < count; row += 1) {
      const line = next[row] ?? '';
      if (line !== (this.#lines[row] ?? '')) text += `\u001b[${row + 1};1H${line}${CLEAR_LINE}`;
    }
    this.#lines = next;
    if (text !== '') out.write(text);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#size = '';
    process.off('exit', this.#restore);
    process.off('uncaughtExceptionMonitor', this.#restore);
    this.#out.write(BACK);
  }

  #open(): void {
    this.#isOpen = true;
    process.on('exit', this.#restore);
    // Before the error is printed, which would else be lost with the screen.
    process.on('uncaughtExceptionMonitor', this.#restore);
  }
}
