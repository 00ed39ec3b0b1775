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
  const beginMono = performance.now();
  let wanted = '';
  let shown = '';
  let drawnMono = -Infinity;
  const draw = (): void => {
    const nowMono = performance.now();
    if (wanted === shown || nowMono - beginMono < PATIENCE_MS || nowMono - drawnMono < REDRAW_MS) return;
    drawnMono = nowMono;
    shown = wanted;
    err.write(`${TO_START}${fit(wanted, err.columns() - 1).trimEnd()}`);
  };
  // For work that says what it does once and then waits.
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  return {
    say: (what) => {
      wanted = what;
      draw();
    },
    done: () => {
      clearInterval(timer);
      if (shown !== '') err.write(TO_START);
      wanted = shown = '';
    },
  };
}

/** Shows what `work` says while it runs. */
export async function withProgress<T>(err: Output, work: (say: Progress['say']) => Promise<T>): Promise<T> {
  const progress = showProgress(err);
  try {
    return await work(progress.say);
  } finally {
    progress.done();
  }
}

/** `45 %`; never 100 before the end. */
export const percent = (part: number, whole: number): string =>
  `${whole <= 0 ? 0 : Math.min(99, Math.floor((part / whole) * 100))} %`;
