import type { Output } from '../cli.js';
import { fit } from './columns.js';

/** How far a long command is, on one line of a terminal that goes when the command is done. */
export interface Progress {
  /** What is being done now; cheap enough to be told for every row. */
  readonly say: (what: string) => void;
  readonly done: () => void;
}

const REDRAW_MS = 100;
/** What is over sooner needs no line. */
const PATIENCE_MS = 300;
const TO_START = '\r\u001b[K';

const SILENT: Progress = { say: () => undefined, done: () => undefined };

/** Writes to stderr, where no script looks for an answer, and only to a terminal. */
export function showProgress(err: Output): Progress {
  if (!err.isTty) return SILENT;
  let drawnMono = performance.now() + PATIENCE_MS - REDRAW_MS;
  let isShown = false;
  return {
    say: (what) => {
      const nowMono = performance.now();
      if (nowMono - drawnMono < REDRAW_MS) return;
      drawnMono = nowMono;
      isShown = true;
      err.write(`${TO_START}${fit(what, err.columns() - 1).trimEnd()}`);
    },
    done: () => {
      if (isShown) err.write(TO_START);
      isShown = false;
    },
  };
}
