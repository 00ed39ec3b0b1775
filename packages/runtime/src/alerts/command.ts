import { spawn } from 'node:child_process';
import { cleanText } from '@mtrade/log';
import { type Alert, alertBody, type AlertSource } from './alert.js';
import { type AlertChannel, DeliveryError } from './channel.js';

export interface CommandOptions {
  /** Program and arguments; no shell reads them. */
  readonly argv: readonly string[];
  readonly source: AlertSource;
}

const MAX_OUTPUT = 2_000;
/** Everything else of the environment stays here: it may have held secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'USER', 'TMPDIR'];

/** A program of the operator: the alert as JSON on its standard input, exit code 0 for "taken". */
export function commandChannel({ argv, source }: CommandOptions): AlertChannel {
  const [program = '', ...words] = argv;
  return {
    name: 'command',
    target: program,
    deliver: (alert: Alert, signal) =>
      new Promise((resolve, reject) => {
        const env = Object.fromEntries(
          INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
        );
        // A group of its own: a program that is cut off takes with it whatever it has started.
        const child = spawn(program, words, {
          stdio: ['pipe', 'ignore', 'pipe'],
          env,
          cwd: '/',
          detached: true,
        });
        let said = '';
        const kill = (): void => {
          if (child.pid === undefined) return;
          try {
            process.kill(-child.pid, 'SIGKILL');
          } catch {
            child.kill('SIGKILL');
          }
        };
        signal.addEventListener('abort', kill, { once: true });
        if (signal.aborted) kill();
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(0, MAX_OUTPUT);
        });
        // A program that does not read its input is no failure of ours; its exit code tells.
        child.stdin.on('error', () => undefined);
        child.on('error', (error) => reject(new DeliveryError(error.message)));
        // 'exit' and not 'close': a grandchild that keeps the pipe open must not hold the answer up.
        child.on('exit', (code, killedBy) => {
          signal.removeEventListener('abort', kill);
          child.stderr.destroy();
          if (code === 0) return resolve();
          const how = signal.aborted ? 'took too long and was ended' : `ended with ${code ?? killedBy}`;
          const remark = cleanText(said.trim(), 200);
          reject(new DeliveryError(`${program} ${how}${remark === '' ? '' : `: ${remark}`}`));
        });
        child.stdin.end(`${alertBody(alert, source)}\n`);
      }),
  };
}
