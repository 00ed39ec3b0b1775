import { type ChildProcess, spawn } from 'node:child_process';
import { errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import type { ServiceManager } from './service-manager.js';

type Environment = Record<string, string | undefined>;

export interface SystemdNotifyOptions {
  /** A path, or an abstract name after `@`. */
  readonly socket: string;
  readonly watchdogMs: number | null;
  /** Where the program is looked for, as PATH. */
  readonly path: string;
  /** A message that is not taken for so long is given up. */
  readonly timeoutMs: number;
}

const TIMEOUT_MS = 5_000;
/** Too old to be worth telling once they have failed; the next look makes new ones. */
const NOT_REPEATED: ReadonlySet<string> = new Set(['WATCHDOG', 'EXTEND_TIMEOUT_USEC']);

/**
 * Tells systemd through `systemd-notify`, because Node has no datagram sockets of the Unix kind. One child at a time,
 * killed when it hangs; its environment is the socket's name and PATH and nothing else.
 */
export class SystemdNotify implements ServiceManager {
  readonly watchdogMs: number | null;
  readonly #options: SystemdNotifyOptions;
  readonly #log: Logger;
  #waiting = new Map<string, string>();
  #underWay: Promise<void> | null = null;
  #child: ChildProcess | null = null;
  #isFailing = false;
  #isClosed = false;

  constructor(options: SystemdNotifyOptions, log: Logger) {
    this.#options = options;
    this.watchdogMs = options.watchdogMs;
    this.#log = log;
  }

  tell(state: Readonly<Record<string, string>>): void {
    if (this.#isClosed) return;
    for (const [name, value] of Object.entries(state)) this.#waiting.set(name, oneLine(value));
    this.#underWay ??= this.#sendAll();
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#underWay === null) return;
    let timer: NodeJS.Timeout | undefined;
    const graceOver = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#underWay, graceOver]);
    clearTimeout(timer);
    this.#child?.kill('SIGKILL');
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const message = this.#waiting;
      this.#waiting = new Map();
      const failure = await this.#send(message);
      if (failure !== null) {
        // READY=1 in particular must not be lost: without it systemd ends the engine after the start's time.
        for (const [name, value] of message)
          if (!NOT_REPEATED.has(name) && !this.#waiting.has(name)) this.#waiting.set(name, value);
        if (!this.#isFailing) this.#log.warn({ failure }, 'systemd cannot be told how the engine is');
        this.#isFailing = true;
        break;
      }
      if (this.#isFailing) this.#log.info({}, 'systemd can be told again how the engine is');
      this.#isFailing = false;
    }
    this.#underWay = null;
  }

  /** Null when systemd has got it. `systemd-notify` waits for that by itself. */
  #send(message: ReadonlyMap<string, string>): Promise<string | null> {
    const { socket, path, timeoutMs } = this.#options;
    const words = Array.from(message, ([name, value]) => `${name}=${value}`);
    return new Promise((resolve) => {
      try {
        const child = spawn('systemd-notify', words, {
          env: { NOTIFY_SOCKET: socket, PATH: path },
          stdio: 'ignore',
          timeout: timeoutMs,
          killSignal: 'SIGKILL',
        });
        this.#child = child;
        child.unref();
        child.once('error', (error) => resolve(errorText(error)));
        child.once('exit', (code, signal) => resolve(code === 0 ? null : `it ended with ${code ?? signal}`));
      } catch (error) {
        resolve(errorText(error));
      }
    });
  }
}

/** One variable is one line of the message, and one with a line break in it would be two. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]+/g, ' ');

/**
 * The manager that `env` names; null when there is none. The variables leave `env`, so that no program which the engine
 * starts can speak in its name.
 */
export function systemdFrom(env: Environment, log: Logger): ServiceManager | null {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid, PATH: path } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (socket === undefined || socket === '') return null;
  const isForUs = pid === undefined || pid === String(process.pid);
  const watchdogMs =
    isForUs && usec !== undefined && /^[1-9]\d{0,15}$/.test(usec) ? Number(usec) / 1_000 : null;
  return new SystemdNotify(
    { socket, watchdogMs, path: path ?? '/usr/local/bin:/usr/bin:/bin', timeoutMs: TIMEOUT_MS },
    log,
  );
}
