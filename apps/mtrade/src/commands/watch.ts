import { errorText, ExitCode, isMtradeError } from '@mtrade/base';
import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import type { Cli } from '../cli.js';
import { ControlClient } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import { duration } from '../render/columns.js';
import { type Move, Screen } from '../render/screen.js';
import { type Key, openKeyboard } from '../terminal-keys.js';

const REDRAW_MS = 1_000;
/** A living engine answers in milliseconds; one that does not is asked again. */
const ANSWER_LIMIT_MS = 3_000;
/** Younger data is what one looks at every second. */
const OLD_MS = 2_500;
const LINGER_MS = 50;
/** The books of an engine that does not run change seldom, and reading them takes a moment. */
const BOOKS_EVERY_MS = 10_000;

/** What is known, and how fresh it is. */
type Sight =
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'answered'; readonly status: StatusJson; readonly atMs: number }
  | { readonly kind: 'silent'; readonly status: StatusJson; readonly atMs: number; readonly why: string }
  /** The engine has gone; `status` is from the books, else its last word. */
  | { readonly kind: 'gone'; readonly status: StatusJson; readonly sinceMs: number; readonly seen: boolean };

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

/** That what is shown is not the present, and since when; nothing while the engine answers. */
function noticeOf(sight: Sight, nowMs: number): string | null {
  if (sight.kind === 'answered')
    return nowMs - sight.atMs > OLD_MS
      ? `OLD DATA: ${duration(nowMs - sight.atMs)}, from ${clock(sight.atMs)} UTC; asking again`
      : null;
  if (sight.kind === 'silent')
    return `OLD DATA: ${duration(nowMs - sight.atMs)}, from ${clock(sight.atMs)} UTC; the engine does not answer: ${sight.why}`;
  if (sight.kind === 'nothing') return sight.why;
  const since = sight.seen ? ` since ${clock(sight.sinceMs)} UTC (${duration(nowMs - sight.sinceMs)})` : '';
  return `NO ENGINE RUNS${since}: this is what its books say; waiting for it`;
}

const MOVES: Readonly<Partial<Record<Key, Move>>> = {
  up: { pairs: -1 },
  down: { pairs: 1 },
  'page-up': { pages: -1 },
  'page-down': { pages: 1 },
  start: 'start',
  end: 'end',
};

class Watch {
  readonly #cli: Cli;
  readonly #dataDir: string;
  readonly #screen: Screen;
  #sight: Sight = { kind: 'nothing', why: 'asking the engine ...' };
  #booksReadMs = 0;

  constructor(cli: Cli, dataDir: string, hasKeys: boolean) {
    this.#cli = cli;
    this.#dataDir = dataDir;
    const moves = hasKeys ? 'arrows, PgUp, PgDn move' : null;
    this.#screen = new Screen(cli.out, { eventLines: 0, moves });
  }

  async look(): Promise<void> {
    try {
      const client = new ControlClient(this.#dataDir);
      const status = (await client.get(ENDPOINTS.status, ANSWER_LIMIT_MS)) as StatusJson;
      this.#sight = { kind: 'answered', status, atMs: Date.now() };
      process.exitCode = ExitCode.ok;
    } catch (error) {
      if (isMtradeError(error, 'MTRADE_NOT_RUNNING')) return this.#lookIntoBooks();
      // Whatever went wrong, the next look may succeed: a view that ends would have to be started again by hand.
      this.#silent(cleanText(errorText(error)));
    }
  }

  #silent(why: string): void {
    const before = this.#sight;
    process.exitCode = ExitCode.runtimeError;
    this.#sight =
      before.kind === 'answered' || before.kind === 'silent'
        ? { kind: 'silent', status: before.status, atMs: before.atMs, why }
        : { kind: 'nothing', why };
  }

  async #lookIntoBooks(): Promise<void> {
    const before = this.#sight;
    const nowMs = Date.now();
    process.exitCode = ExitCode.notRunning;
    if (before.kind === 'gone' && nowMs - this.#booksReadMs < BOOKS_EVERY_MS) return;
    this.#booksReadMs = nowMs;
    const sinceMs = before.kind === 'gone' ? before.sinceMs : nowMs;
    const seen = before.kind === 'gone' ? before.seen : before.kind !== 'nothing';
    try {
      const { readStoredStatus } = await import('../stored-status.js');
      const status = readStoredStatus(this.#dataDir, this.#cli.version);
      const why = `no engine runs, and none has stored anything in ${this.#dataDir}; waiting for one`;
      this.#sight = status === null ? { kind: 'nothing', why } : { kind: 'gone', status, sinceMs, seen };
    } catch (error) {
      this.#silent(cleanText(errorText(error)));
    }
  }

  draw(): void {
    const colors = pc.createColors(this.#cli.out.color);
    const foot = [colors.dim('q ends')];
    const notice = noticeOf(this.#sight, Date.now());
    const notices = notice === null ? [] : [colors.bold(colors.red(notice))];
    if (this.#sight.kind === 'nothing') this.#screen.say([...notices, '', ...foot]);
    else this.#screen.draw(this.#sight.status, { foot, notices });
  }

  move(key: Key): void {
    const move = MOVES[key];
    if (move === undefined) return;
    this.#screen.move(move);
    this.draw();
  }

  /** Gives the terminal back; the next draw takes it again. */
  leave(): void {
    this.#screen.close();
  }
}

/**
 * The status on the whole screen until `q`, Ctrl-C or SIGTERM. It goes on while the engine does not answer, ends or
 * starts again, and says so. The exit code is that of the last look.
 */
export async function watchOnScreen(cli: Cli, dataDir: string): Promise<void> {
  const interrupted = cli.interrupted();
  const end = new AbortController();
  const finish = (): void => end.abort();
  interrupted.addEventListener('abort', finish);
  let watch: Watch | null = null;
  const keyboard = openKeyboard((key) => {
    if (key === 'quit') finish();
    else if (key === 'suspend') {
      watch?.leave();
      process.kill(process.pid, 'SIGTSTP');
    } else watch?.move(key);
  });
  watch = new Watch(cli, dataDir, keyboard !== null);
  const redraw = (): void => watch.draw();
  process.on('SIGCONT', redraw);
  const stopResizing = cli.out.onResize(redraw);
  // Apart from the looks: the age of what is shown goes on while an answer is waited for.
  const timer = setInterval(redraw, REDRAW_MS);
  const ended = new Promise<void>((resolve) => {
    end.signal.addEventListener('abort', () => resolve());
  });
  try {
    redraw();
    while (!end.signal.aborted && !cli.out.closed()) {
      await Promise.race([watch.look(), ended]);
      if (end.signal.aborted) break;
      redraw();
      await sleep(REDRAW_MS, undefined, { signal: end.signal }).catch(() => undefined);
    }
  } finally {
    clearInterval(timer);
    stopResizing();
    process.off('SIGCONT', redraw);
    interrupted.removeEventListener('abort', finish);
    keyboard?.close();
    watch.leave();
    // An answer that is still waited for must not keep the prompt away.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}
