import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { onTestFinished } from 'vitest';
import { acquireLock, type HeldLock, type LockDeps, type LockOptions } from '../dist/lock/index.js';

const HOLDER = new URL('fixtures/lock-holder.mjs', import.meta.url).pathname;

/** A fresh place with room for data directories and for account locks. */
export function place(): { root: string; dataDir: string; runtimeDir: string } {
  const root = mkdtempSync(join(tmpdir(), 'mtrade-lock-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return { root, dataDir: join(root, 'data'), runtimeDir: join(root, 'run') };
}

export interface Said {
  readonly held: boolean;
  readonly pid?: number;
  readonly code?: string;
  readonly message?: string;
}

export interface Starter {
  readonly child: ChildProcess;
  readonly said: Said;
  readonly pid: number;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Waits for a line of its output that contains `text`. */
  readonly saysLater: (text: string) => Promise<string>;
}

export interface StartOptions {
  readonly dataDir: string;
  readonly runtimeDir: string;
  readonly apiKey?: string;
  readonly cwd?: string;
  readonly stubborn?: boolean;
  readonly uid?: number;
}

/** A real process that tries to take the lock; resolves when it has said how that went. */
export async function start(options: StartOptions): Promise<Starter> {
  const { dataDir, runtimeDir, apiKey = '-', cwd, stubborn, uid } = options;
  const child = spawn(
    process.execPath,
    [HOLDER, dataDir, runtimeDir, apiKey, stubborn ? 'stubborn' : 'tame'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  );
  onTestFinished(() => kill9(child));
  let output = '';
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'ended')),
  );
  const line = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = output.split('\n').find((candidate) => candidate.includes(text));
        if (found !== undefined) resolve(found);
      };
      look();
      child.stdout?.on('data', look);
      void ended.then(() => reject(new Error(`ended without saying ${text}: ${output}`)));
    });
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const said = JSON.parse(await line('"held"')) as Said;
  return { child, said, pid: child.pid ?? 0, ended, saysLater: line };
}

export async function kill9(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGCONT');
  child.kill('SIGKILL');
  await ended;
}

/** Takes the lock in this process. */
export async function acquireHere(
  options: Pick<LockOptions, 'dataDir' | 'runtimeDir'> & Partial<LockOptions>,
  deps: Partial<LockDeps> = {},
): Promise<HeldLock> {
  const lock = await acquireLock(
    { account: { exchange: 'gate', apiKey: null }, version: '0.1.0', argv: [], ...options },
    { clock: systemClock, log: silentLogger, onLost: () => undefined, ...deps },
  );
  onTestFinished(() => lock.release());
  return lock;
}

/** Every file below a directory with its mode and content, to see that nothing has changed. Lock files are only sized. */
export function tree(directory: string): Record<string, string> {
  const entries: Record<string, string> = {};
  const walk = (path: string, name: string): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    const mode = (stat.mode & 0o777).toString(8);
    // Reading a lock file would drop the lock if this process held it.
    const content = stat.isDirectory()
      ? 'directory'
      : name.endsWith('.lockdb')
        ? `${stat.size} bytes`
        : readFileSync(path, 'utf8');
    entries[name] = `${mode} ${content}`;
    if (stat.isDirectory())
      for (const child of readdirSync(path)) walk(join(path, child), `${name}/${child}`);
  };
  walk(directory, '.');
  return entries;
}
