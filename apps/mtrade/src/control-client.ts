import { errorText, isMtradeError, MtradeError, systemClock } from '@mtrade/base';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type Door, doorName, otherDoor } from './engine-door.js';
import { refusalText } from './render/waiting.js';

/** A refused command as the engine words it: RFC 9457 with a stable code. */
interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
}

interface Wait {
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Longer than any answer of a living engine takes; a hung one is told as such. */
const ANSWER_LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1_048_576;

const notRunning = (dataDir: string): MtradeError =>
  new MtradeError('MTRADE_NOT_RUNNING', `no engine runs with data directory ${dataDir}`, { dataDir });

/**
 * Without an answer only the lock knows whether an engine runs: a socket can be deleted under it, and while it starts
 * or ends there is none.
 */
async function notAnswering(dataDir: string): Promise<MtradeError> {
  const { adviceOnSilence, checkLock } = await import('@mtrade/runtime');
  const { status, holder } = await checkLock(dataDir, { clock: systemClock });
  if (status !== 'running') return notRunning(dataDir);
  const pid = holder === null ? '' : ` (pid ${holder.pid})`;
  return new MtradeError(
    'MTRADE_COMMAND',
    `an engine runs${pid} with data directory ${dataDir}, but its control socket does not answer; ` +
      adviceOnSilence(holder),
    { command: UNANSWERED },
  );
}

/** The same, and what can be done about it, where an engine holds the lock. */
export async function withAdvice(error: MtradeError, dataDir: string): Promise<MtradeError> {
  const { adviceOnSilence, checkLock } = await import('@mtrade/runtime');
  const { status, holder } = await checkLock(dataDir, { clock: systemClock });
  if (status !== 'running' || holder === null) return error;
  return new MtradeError(
    'MTRADE_COMMAND',
    `${error.message}. An engine runs (pid ${holder.pid}); ${adviceOnSilence(holder)}`,
    { command: UNANSWERED },
    { cause: error.cause },
  );
}

/** What was sent may have arrived, whatever became of the answer. */
const MAY_STILL = '; the command may still be carried out: look at mtrade status';

const UNANSWERED = 'unanswered';

export const unanswered = (message: string): MtradeError =>
  new MtradeError('MTRADE_COMMAND', message, { command: UNANSWERED });

/** An engine runs, but it could not be asked. */
export const isUnanswered = (error: unknown): error is MtradeError =>
  isMtradeError(error, 'MTRADE_COMMAND') && error.facts.command === UNANSWERED;

interface Token {
  readonly path: string;
  readonly text: string;
}

/** What may command, else, for a look, what may only look. */
async function findToken(dataDir: string, isCommand: boolean): Promise<Token> {
  const path = join(dataDir, 'control.token');
  const token = readToken(path) ?? (isCommand ? null : readToken(join(dataDir, 'read.token')));
  if (token === null) throw await withoutToken(dataDir, path);
  return token;
}

/** Null when there is no such file. */
function readToken(path: string): Token | null {
  try {
    return { path, text: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path} cannot be read (${code}); run the command as the user of the engine`,
      { path },
      { cause: error },
    );
  }
}

/** How an engine is ended, in order, that takes no command. */
export const tokenRemedy = (pid: number): string =>
  `Put it back from a copy, or end the engine and start it again: a start makes a new one. ` +
  `It hears mtrade lock --kill, kill -TERM ${pid}, or systemctl stop mtrade where it is that service`;

/** Nobody has started here, or the file was deleted under an engine: that takes no command any more, but hears signals. */
async function withoutToken(dataDir: string, path: string): Promise<MtradeError> {
  // An engine that is just starting has made neither yet.
  if (!existsSync(join(dataDir, 'control.json'))) return notRunning(dataDir);
  const { checkLock } = await import('@mtrade/runtime');
  const { status, holder } = await checkLock(dataDir, { clock: systemClock });
  if (status !== 'running' || holder === null) return notRunning(dataDir);
  return new MtradeError(
    'MTRADE_PERMISSION',
    `${path} is gone, and without it the engine (pid ${holder.pid}) takes no command. ${tokenRemedy(holder.pid)}`,
    { path },
  );
}

function send(
  door: Door,
  token: string,
  method: string,
  path: string,
  body: string | null,
  { limitMs, signal }: Wait,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...door,
        ...(signal !== undefined && { signal }),
        method,
        path,
        headers: {
          ...('socketPath' in door && { host: 'localhost' }),
          authorization: `Bearer ${token}`,
          ...(body === null
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) outgoing.destroy(new Error('the answer is too long'));
          chunks.push(chunk);
        });
        incoming.on('error', (error) => {
          clearTimeout(limit);
          reject(error);
        });
        incoming.on('end', () => {
          clearTimeout(limit);
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    // For the answer as a whole: one that trickles in must not hold a script either.
    const limit = setTimeout(() => {
      const late = new Error(`no answer within ${limitMs / 1_000} s`);
      reject(late);
      outgoing.destroy(late);
    }, limitMs);
    outgoing.on('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    outgoing.end(body ?? undefined);
  });
}

/**
 * Talks to the running engine over its Unix socket. Rejects with MTRADE_NOT_RUNNING when there is none, with
 * MTRADE_COMMAND when it refuses or does not answer.
 */
export class ControlClient {
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Rejects soon after `signal` aborts, with no word on the engine. */
  get(path: string, limitMs = ANSWER_LIMIT_MS, signal?: AbortSignal): Promise<unknown> {
    return this.#call('GET', path, null, { limitMs, ...(signal !== undefined && { signal }) });
  }

  post(
    path: string,
    body: Readonly<Record<string, unknown>> = {},
    limitMs = ANSWER_LIMIT_MS,
  ): Promise<unknown> {
    return this.#call('POST', path, JSON.stringify(body), { limitMs });
  }

  async #call(method: string, path: string, body: string | null, wait: Wait): Promise<unknown> {
    try {
      return await this.#ask(method, path, body, wait);
    } catch (error) {
      if (isMtradeError(error, 'MTRADE_NOT_RUNNING')) throw await notAnswering(this.#dataDir);
      // Without a cause the engine itself has said so.
      throw isUnanswered(error) && error.cause !== undefined ? await withAdvice(error, this.#dataDir) : error;
    }
  }

  async #ask(method: string, path: string, body: string | null, wait: Wait): Promise<unknown> {
    const dataDir = this.#dataDir;
    const token = await findToken(dataDir, body !== null);
    const ask = async (door: Door): Promise<unknown> => {
      let answer: Answer;
      try {
        answer = await send(door, token.text, method, path, body, wait);
      } catch (error) {
        throw transportError(error as NodeJS.ErrnoException, { dataDir, door, isCommand: body !== null });
      }
      if (answer.status >= 200 && answer.status < 300) return parseBody(answer.text);
      throw refusal(answer, { path, dataDir, tokenPath: token.path });
    };
    try {
      return await ask({ socketPath: join(dataDir, 'control.sock') });
    } catch (error) {
      // Nobody took the connection, so nothing was sent: asking at another door asks once.
      const door = isMtradeError(error, 'MTRADE_NOT_RUNNING') ? await otherDoor(dataDir) : null;
      if (door === null) throw error;
      return ask(door);
    }
  }
}

function transportError(
  error: NodeJS.ErrnoException,
  { dataDir, door, isCommand }: { dataDir: string; door: Door; isCommand: boolean },
): MtradeError {
  // A socket file that nobody listens on is what a killed engine leaves behind.
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR')
    return notRunning(dataDir);
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new MtradeError(
      'MTRADE_PERMISSION',
      `${doorName(door)} may not be used by this user; run the command as the user of the engine`,
      { path: doorName(door) },
      { cause: error },
    );
  return new MtradeError(
    'MTRADE_COMMAND',
    `the engine at ${doorName(door)} did not answer: ${errorText(error)}${isCommand ? MAY_STILL : ''}`,
    { command: UNANSWERED },
    { cause: error },
  );
}

function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MtradeError(
      'MTRADE_COMMAND',
      'the engine answered with something that is not JSON',
      { command: 'any' },
      { cause: error },
    );
  }
}

interface Asked {
  readonly path: string;
  readonly dataDir: string;
  readonly tokenPath: string;
}

function refusal({ status, text }: Answer, { path, dataDir, tokenPath }: Asked): MtradeError {
  let problem: ProblemBody = {};
  try {
    problem = (JSON.parse(text) ?? {}) as ProblemBody;
  } catch {
    // An answer without a body that can be read still has its status.
  }
  const detail = problem.detail ?? `refused with HTTP ${status}`;
  if (problem.code === 'UNKNOWN_PAIR') return new MtradeError('MTRADE_USAGE', detail, {});
  // An engine that says so runs: it is just starting, ending or reviving a worker.
  if (problem.code === 'MTRADE_NOT_RUNNING')
    return new MtradeError('MTRADE_COMMAND', detail, { command: UNANSWERED });
  if (status === 401)
    return new MtradeError('MTRADE_PERMISSION', `the engine refused the token in ${tokenPath}: ${detail}`, {
      path: tokenPath,
    });
  if (problem.code === 'MTRADE_DISK') return new MtradeError('MTRADE_DISK', detail, { path: dataDir });
  if (problem.code === 'MTRADE_DATABASE')
    return new MtradeError('MTRADE_DATABASE', detail, { path: dataDir });
  return new MtradeError('MTRADE_COMMAND', refusalText(detail), { command: path });
}
