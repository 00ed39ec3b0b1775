import type { Writable } from 'node:stream';
import { prose } from './render/columns.js';

/** The outside world of the command line, given once, so that commands can be tested without a process. */
export interface Cli {
  readonly env: Record<string, string | undefined>;
  readonly cwd: string;
  readonly home: string;
  readonly version: string;
  /** Answers: what a script would parse. */
  readonly out: Output;
  /** Where a terminal may show what is going on; `note` writes its lines to it. */
  readonly err: Output;
  /** Everything said to a person: errors, warnings, notes; `err.say`. */
  readonly note: (text: string) => void;
  /** Aborts on the first Ctrl-C or SIGTERM, for the commands that run until then. */
  readonly interrupted: () => AbortSignal;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly line: (text: string) => void;
  /** Sentences for a person: broken between words on a terminal, as they are in a pipe, a log or a journal. */
  readonly say: (text: string) => void;
  /** Resolves once the text has left this process, with false when nobody reads on: for answers of any length. */
  readonly send: (text: string) => Promise<boolean>;
  readonly json: (value: unknown) => void;
  readonly isTty: boolean;
  readonly color: boolean;
  /** Width to lay out for. */
  readonly columns: () => number;
  readonly rows: () => number;
  /** Calls back when the terminal gets another size; returns how to stop that. */
  readonly onResize: (listener: () => void) => () => void;
  /** True once the reader is gone (`mtrade status --watch | head`). */
  readonly closed: () => boolean;
}

type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** NO_COLOR beats FORCE_COLOR beats what the terminal looks like; see no-color.org. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return isTty && env['TERM'] !== 'dumb';
}

const sizeOr = (size: number | undefined, otherwise: number): number =>
  size === undefined || size === 0 ? otherwise : size;

/** `onLost` is told when what was written is lost, by a full disk for example. */
export function createOutput(
  stream: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  onLost?: () => void,
): Output {
  let closed = false;
  // A reader that goes away (EPIPE) or a full disk ends the output, not the program (scenario 53, P24). A reader that
  // has enough is no failure; an answer that could not be written is none to rely on.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== 'EPIPE') onLost?.();
  });
  const write = (text: string): void => {
    if (!closed) stream.write(text);
  };
  const isTty = stream.isTTY === true;
  // A terminal that does not know its size (over some serial lines and pipes) says 0.
  const columns = (): number => sizeOr(stream.columns, 80);
  return {
    write,
    line: (text) => write(`${text}\n`),
    say: (text) => write(`${isTty ? prose(text, columns()) : text}\n`),
    send: (text) =>
      closed
        ? Promise.resolve(false)
        : new Promise((resolve) => {
            // An error comes here, too, and has been told to the listener above before.
            stream.write(text, () => resolve(!closed));
          }),
    json: (value) => write(`${JSON.stringify(value, null, 2)}\n`),
    isTty,
    color: wantsColor(env, isTty),
    columns,
    rows: () => sizeOr(stream.rows, 24),
    onResize: (listener) => {
      stream.on('resize', listener);
      return () => stream.off('resize', listener);
    },
    closed: () => closed,
  };
}
