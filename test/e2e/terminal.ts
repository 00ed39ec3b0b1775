import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { environment, MTRADE, type Place } from './cli-process.js';

export const COLUMNS = 80;

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

const commandLine = (args: readonly string[]): string => quoted([process.execPath, MTRADE, ...args]);

/** A shell on a terminal of 80 columns and 24 rows. */
function shellOnTerminal(place: Place, play: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn('script', ['-qefc', `stty rows 24 cols ${COLUMNS}; ${play}`, '/dev/null'], {
    cwd: place.directory,
    env: { ...environment(place, env), TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  return { child, ended };
}

/** The built command on a terminal, which is asked afterwards whether it is as before. */
export function onTerminal(place: Place, ...args: string[]) {
  const command = commandLine(args);
  const play = `A=$(stty -g); ${command}; echo "CODE=$?"; [ "$A" = "$(stty -g)" ] && echo SANE`;
  const { child, ended } = shellOnTerminal(place, play);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  return {
    text: () => text,
    /** Waits for a text that comes after everything that was awaited before. */
    shows: async (what: string | RegExp) => {
      await expect.poll(() => text, { timeout: 20_000 }).toMatch(what);
      text = '';
    },
    type: (keys: string) => void child.stdin.write(keys),
    ended,
  };
}

/** What stays on a terminal of each command, one after the other, without colours: the command, and its lines. */
export async function linesOnTerminal(
  place: Place,
  commands: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly (readonly [command: string, lines: readonly string[]])[]> {
  const mark = '@@@';
  const play = commands
    .map((args) => `echo; echo '${mark}${args.join(' ')}'; ${commandLine(args)} </dev/null`)
    .join('; ');
  const { child, ended } = shellOnTerminal(place, `${play}; true`, env);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  await ended;
  const plain = text
    // What a progress line has written over itself.
    // oxlint-disable-next-line no-control-regex
    .replace(/[^\n]*\r\u001b\[K/g, '')
    // oxlint-disable-next-line no-control-regex
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replaceAll('\r', '');
  return plain
    .split(mark)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.split('\n');
      return [command, lines];
    });
}
