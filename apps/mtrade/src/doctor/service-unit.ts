import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { Cli } from '../cli.js';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'service unit';
const UNIT = 'mtrade.service';
const LIMIT_MS = 2_000;

interface Place {
  readonly path: string;
  readonly isUser: boolean;
}

function places({ env, home }: Pick<Cli, 'env' | 'home'>): Place[] {
  const configHome = env['XDG_CONFIG_HOME'];
  const base = configHome !== undefined && isAbsolute(configHome) ? configHome : join(home, '.config');
  return [
    { path: join('/etc/systemd/system', UNIT), isUser: false },
    { path: join(base, 'systemd', 'user', UNIT), isUser: true },
  ].filter(({ path }) => existsSync(path));
}

/** The words of a line of a unit: quotes and doubled signs undone, as systemd does. */
function wordsOf(line: string): string[] {
  const words = line.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  return words.map((word) => {
    const bare = word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
    return bare.replaceAll('%%', '%').replaceAll('$$', '$');
  });
}

/** Files that the unit starts and that are not there, after an upgrade of Node or a move of the folder for example. */
function missingFiles(text: string): string[] {
  const command = /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';
  const [node, script, ...rest] = wordsOf(command);
  const config = rest[rest.indexOf('--config') + 1];
  const files = [node, script, ...(rest.includes('--config') ? [config] : [])];
  return files.filter((path): path is string => path !== undefined && isAbsolute(path) && !existsSync(path));
}

/** What systemd says of the unit; null where it does not run or does not answer. */
async function stateOf(isUser: boolean): Promise<string | null> {
  const args = [...(isUser ? ['--user'] : []), 'is-active', UNIT];
  try {
    return (await promisify(execFile)('systemctl', args, { timeout: LIMIT_MS })).stdout.trim();
  } catch (error) {
    const { stdout } = error as { stdout?: unknown };
    const word = typeof stdout === 'string' ? stdout.trim() : '';
    return word === '' ? null : word;
  }
}

async function judge({ path, isUser }: Place): Promise<Finding> {
  const missing = missingFiles(readFileSync(path, 'utf8'));
  const again = `write it anew: mtrade systemd ${isUser ? '--user ' : ''}--install --force, then systemctl ${isUser ? '--user ' : ''}daemon-reload`;
  if (missing.length > 0)
    return problem(CHECK, `${path} starts what is not there: ${missing.join(', ')}`, again);
  const state = await stateOf(isUser);
  if (state === 'failed')
    return problem(
      CHECK,
      `${path}: the service has failed`,
      `journalctl ${isUser ? '--user ' : ''}-u mtrade -n 50 says why`,
    );
  return ok(CHECK, `${path}${state === null ? '' : `: ${state}`}`);
}

/** Would the service start? Where none is installed, that is said and no fault. */
export async function serviceUnit(cli: Pick<Cli, 'env' | 'home'>): Promise<Finding[]> {
  if (process.platform !== 'linux') return [];
  const found = places(cli);
  if (found.length === 0)
    return [ok(CHECK, 'none is installed; mtrade systemd --install makes one that starts with the machine')];
  const findings = await Promise.all(found.map(judge));
  if (found.length < 2) return findings;
  return [
    ...findings,
    warning(
      CHECK,
      'there is one of the system and one of this user',
      'keep one of the two: only one can trade',
    ),
  ];
}
