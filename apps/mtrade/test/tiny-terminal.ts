/** What a person sees of a terminal that got these bytes: the sequences that mtrade writes, and no others. */
export class TinyTerminal {
  readonly rows: number;
  readonly columns: number;
  #cells: string[][] = [];
  #row = 0;
  #column = 0;
  /** Of the whole screen, which mtrade takes and gives back. */
  isAlternate = false;
  isCursorShown = true;
  /** Texts that went over the line, without control sequences. */
  written = '';

  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#clear();
  }

  get lines(): string[] {
    return this.#cells.map((line) => line.join('').trimEnd());
  }

  write(text: string): void {
    // oxlint-disable-next-line no-control-regex
    for (const part of text.match(/\u001b\[\??[0-9;]*[A-Za-z]|[^]/g) ?? []) {
      if (part.startsWith('\u001b[')) this.#control(part);
      else this.#put(part);
    }
  }

  #clear(): void {
    this.#cells = Array.from({ length: this.rows }, () => Array.from({ length: this.columns }, () => ' '));
  }

  #put(letter: string): void {
    if (letter === '\r') this.#column = 0;
    else if (letter === '\n') this.#row += 1;
    else {
      this.written += letter;
      const line = this.#cells[this.#row];
      if (line === undefined || this.#column >= this.columns)
        throw new Error(`written outside the screen, at ${this.#row},${this.#column}: ${letter}`);
      line[this.#column] = letter;
      this.#column += 1;
    }
  }

  #control(sequence: string): void {
    if (sequence === '\u001b[?1049h') this.isAlternate = true;
    else if (sequence === '\u001b[?1049l') this.isAlternate = false;
    else if (sequence === '\u001b[?25l') this.isCursorShown = false;
    else if (sequence === '\u001b[?25h') this.isCursorShown = true;
    else if (sequence === '\u001b[2J') this.#clear();
    else if (sequence === '\u001b[K') this.#cells[this.#row]?.fill(' ', this.#column);
    else if (sequence.endsWith('H')) {
      const [row = 1, column = 1] = sequence.slice(2, -1).split(';').map(Number);
      this.#row = row - 1;
      this.#column = column - 1;
    } else if (!sequence.endsWith('m')) throw new Error(`unknown sequence ${JSON.stringify(sequence)}`);
  }
}
