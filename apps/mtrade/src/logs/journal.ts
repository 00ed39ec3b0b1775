import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errorText, MtradeError } from '@mtrade/base';
import { splitLines } from '../analyze-logs/split-lines.js';

export interface JournalOptions {
  readonly unit: string;
  readonly isUser: boolean;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

/** What journalctl prints of one unit, a message a line. Throws MTRADE_COMMAND when it fails. */
export async function* journalLines({ unit, isUser, args, signal }: JournalOptions): AsyncGenerator<string> {
  const child = spawn(
    'journalctl',
    [...(isUser ? ['--user'] : []), '-u', unit, '-o', 'cat', '--no-pager', '-q', ...args],
    // Its own complaints, such as a right that is missing, are told by itself.
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => Promise.reject(error)),
  ]);
  ended.catch(() => undefined);
  const end = (): void => void child.kill();
  signal.addEventListener('abort', end);
  let isWanted = true;
  try {
    for await (const lines of splitLines(child.stdout))
      for (const line of lines) if (line !== null) yield line;
    isWanted = false;
    const [code] = (await ended) as [number | null];
    if (code !== 0 && !signal.aborted) throw new Error(`it ended with ${code}`);
  } catch (error) {
    throw new MtradeError(
      'MTRADE_COMMAND',
      `journalctl: ${errorText(error)}`,
      { command: 'logs' },
      { cause: error },
    );
  } finally {
    signal.removeEventListener('abort', end);
    if (isWanted) end();
  }
}
