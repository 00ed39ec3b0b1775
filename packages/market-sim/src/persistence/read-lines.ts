import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;
const LINE_END = 0x0a;

export interface Line {
  readonly text: string;
  /** False for a last line without a line end: its writer was killed in the middle of it. */
  readonly isWhole: boolean;
}

/** The lines of a file, one in memory at a time. Synchronous, for the start of a process. */
export function* readLines(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let rest: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytes = readSync(file, chunk);
      if (bytes === 0) break;
      let start = 0;
      for (;;) {
        const end = chunk.subarray(0, bytes).indexOf(LINE_END, start);
        if (end === -1) break;
        // Bytes are put together before they are decoded: the border of a chunk may lie inside a character.
        yield { text: Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8'), isWhole: true };
        rest = [];
        start = end + 1;
      }
      if (start < bytes) rest.push(chunk.subarray(start, bytes));
    }
    if (rest.length > 0) yield { text: Buffer.concat(rest).toString('utf8'), isWhole: false };
  } finally {
    closeSync(file);
  }
}
