import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { controlCall as callOverSocket } from '@mtrade/bench';
import type { PairView } from '@mtrade/engine';
import type { StatusJson } from '@mtrade/runtime';
import { openReader, type Reader } from '@mtrade/store';
import type { Processes } from './processes.js';
import type { World } from './world.js';

/** The built command line, as a user has it. */
export const CLI = fileURLToPath(new URL('../../../apps/mtrade/dist/main.js', import.meta.url));

type Values = Readonly<Record<string, string | number | boolean>>;

export interface PairOptions {
  /** Any written form. */
  readonly symbol: string;
  /** Default true; null leaves the key out. */
  readonly trade?: boolean | null;
  readonly ladder?: Values;
}

export interface EngineOptions {
  /** Default: every pair of the world. */
  readonly pairs?: readonly (string | PairOptions)[];
  readonly engine?: Values;
  /** Defaults of these tests: base order 10, three averaging buys. */
  readonly ladder?: Values;
  /** Where mtrade.toml and the data directory `data` lie; default the world's directory. */
  readonly directory?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments for `mtrade start`. */
  readonly args?: readonly string[];
  readonly stdio?: StdioOptions;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly ms: number;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running engine process and what an operator can do with it. */
export interface EngineProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly configPath: string;
  readonly dataDir: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly status: () => Promise<StatusJson>;
  readonly pair: (symbol: string) => Promise<PairView>;
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body?: unknown) => Promise<Answer>;
  /** Resolves when the condition holds; fails with the last status after `limitMs`. */
  readonly until: (
    what: string,
    holds: (status: StatusJson) => boolean,
    limitMs?: number,
  ) => Promise<StatusJson>;
  /** The same for one pair, which it resolves to. */
  readonly untilPair: (
    symbol: string,
    what: string,
    holds: (pair: PairView) => boolean,
    limitMs?: number,
  ) => Promise<PairView>;
  /** Resolves to the pair when the engine has heard these prices and passed over the pair since. */
  readonly decided: (symbol: string, bid: string, ask: string) => Promise<PairView>;
  /** Looks into the books beside the engine, or after it. */
  readonly books: <T>(look: (books: Reader) => T) => T;
  /** Runs another `mtrade` with the engine's configuration to its end. */
  readonly cli: (...args: string[]) => Promise<Finished>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** SIGTERM; resolves to the exit code. */
  readonly stop: () => Promise<number | string>;
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: () => Promise<number | string>;
}

const LIMIT_MS = 30_000;
const POLL_MS = 20;

/** Waits until `holds` answers true; `what` names the promise in the failure. */
export async function eventually(what: string, holds: () => boolean, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await sleep(POLL_MS);
  }
}

const lines = (values: Values): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} = ${typeof value === 'string' ? JSON.stringify(value) : value}`)
    .join('\n');

function pairSection(one: string | PairOptions): string {
  const { symbol, trade = true, ladder } = typeof one === 'string' ? { symbol: one } : one;
  const permission = trade === null ? '' : `\ntrade = ${trade}`;
  const overrides = ladder === undefined ? '' : `\n[pairs.ladder]\n${lines(ladder)}`;
  return `[[pairs]]\nsymbol = "${symbol}"${permission}${overrides}`;
}

/** Writes the file that an engine on this world runs with; its path. */
export function writeConfig(world: World, options: EngineOptions = {}): string {
  const directory = options.directory ?? world.directory;
  const pairs = options.pairs ?? world.exchange.pairs.map(({ symbol }) => symbol);
  const sections = [
    `mode = "live"\ndata_dir = ${JSON.stringify(join(directory, 'data'))}`,
    `[exchange]\nrest_url = "${world.server.restUrl}"\nws_url = "${world.server.wsUrl}"`,
    `[engine]\n${lines({ cycle_pause_ms: 20, debounce_ms: 20, ...options.engine })}`,
    `[control]\nlisten = "127.0.0.1:0"`,
    `[ladder]\n${lines({ base_order: '10', safety_orders: 3, ...options.ladder })}`,
    ...pairs.map(pairSection),
  ];
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'mtrade.toml');
  writeFileSync(path, `${sections.join('\n\n')}\n`);
  return path;
}

/** Nothing of this machine's own configuration may leak into a test. */
export const cleanEnvironment = (directory: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: directory,
  XDG_DATA_HOME: join(directory, 'share'),
  XDG_CONFIG_HOME: join(directory, 'config'),
});

const withKeys = ({ apiKey, apiSecret }: World, directory: string): Record<string, string> => ({
  ...cleanEnvironment(directory),
  MTRADE_API_KEY: apiKey,
  MTRADE_API_SECRET: apiSecret,
});

/** Where a command runs, and who ends it when nobody else does. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly processes: Processes;
}

/** Runs the built command line to its end. */
export async function run(args: readonly string[], { cwd, env, processes }: Surroundings): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = processes.track(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await Promise.all([ended, once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** `mtrade start` that is expected to end by itself. */
export const runStart = (world: World, options: EngineOptions = {}): Promise<Finished> => {
  const directory = options.directory ?? world.directory;
  return run(['start', '--config', writeConfig(world, options), ...(options.args ?? [])], {
    cwd: options.cwd ?? directory,
    env: { ...withKeys(world, directory), ...options.env },
    processes: world.processes,
  });
};

/** Starts the CLI on the world's exchange and waits until it answers and hears prices. */
export async function startEngine(world: World, options: EngineOptions = {}): Promise<EngineProcess> {
  const directory = options.directory ?? world.directory;
  const configPath = writeConfig(world, options);
  return spawnEngine(['start', '--config', configPath, ...(options.args ?? [])], {
    cwd: options.cwd ?? directory,
    env: { ...withKeys(world, directory), ...options.env },
    processes: world.processes,
    stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
    dataDir: join(directory, 'data'),
    configPath,
  });
}

interface SpawnOptions extends Surroundings {
  readonly stdio?: StdioOptions;
  readonly dataDir: string;
  /** Empty: the built-in defaults. */
  readonly configPath: string;
}

/** Starts a CLI process that becomes an engine, and waits until it answers and hears prices. */
export async function spawnEngine(args: readonly string[], options: SpawnOptions): Promise<EngineProcess> {
  const { cwd, env, processes, dataDir, configPath, stdio = ['ignore', 'pipe', 'pipe'] } = options;
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio });
  const ended = processes.track(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;

  const status = async (): Promise<StatusJson> => {
    const answer = await controlCall(dataDir, 'GET', '/api/autotrade/status');
    if (answer.status !== 200) throw new Error(`status answered ${answer.status}`);
    return answer.body as StatusJson;
  };
  const until: EngineProcess['until'] = async (what, holds, limitMs = LIMIT_MS) => {
    const deadline = performance.now() + limitMs;
    let last: unknown = 'nothing';
    while (performance.now() < deadline && !isOver()) {
      try {
        const now = await status();
        last = now;
        // The socket may still be the one of an engine that was killed.
        if (now.pid === child.pid && holds(now)) return now;
      } catch (error) {
        last = error;
      }
      await sleep(POLL_MS);
    }
    const seen = last instanceof Error ? String(last) : JSON.stringify(last, null, 1);
    const why = isOver()
      ? `the engine has ended with ${child.exitCode ?? child.signalCode}`
      : `${limitMs} ms`;
    throw new Error(`${what}: not within ${why}; last: ${seen}\n${stderr.slice(-4_000)}`);
  };
  const pairOf = ({ pairs }: StatusJson, symbol: string): PairView => {
    const found = pairs.find((one) => one.symbol === symbol);
    if (!found) throw new Error(`no pair ${symbol} in the status`);
    return found;
  };

  const untilPair: EngineProcess['untilPair'] = async (symbol, what, holds, limitMs) => {
    let seen: PairView | null = null;
    const holdsForPair = (now: StatusJson): boolean => {
      seen = pairOf(now, symbol);
      return holds(seen);
    };
    try {
      return pairOf(await until(what, holdsForPair, limitMs), symbol);
    } catch (error) {
      throw new Error(`${symbol} ${what}: never; last: ${JSON.stringify(seen)}`, { cause: error });
    }
  };

  await until('ready', (now) => now.feed.connected);
  noteAccountRecord(dataDir, processes);
  return {
    pid: child.pid ?? -1,
    child,
    configPath,
    dataDir,
    stdout: () => stdout,
    stderr: () => stderr,
    status,
    until,
    ended,
    pair: async (symbol) => pairOf(await status(), symbol),
    untilPair,
    decided: async (symbol, bid, ask) => {
      await untilPair(
        symbol,
        `hears ${bid} / ${ask}`,
        (one) => Number(one.bid) === Number(bid) && Number(one.ask) === Number(ask),
      );
      const heardMs = performance.now();
      for (;;) {
        // The decision was made after this question less its age: later than the price was heard.
        const askedMs = performance.now();
        const view = pairOf(await status(), symbol);
        if (askedMs - (view.decision_age_ms ?? Infinity) - 1 > heardMs) return view;
        if (askedMs - heardMs > LIMIT_MS)
          throw new Error(`${symbol} is not passed over: ${JSON.stringify(view)}`);
        await sleep(POLL_MS);
      }
    },
    get: (path) => controlCall(dataDir, 'GET', path),
    post: (path, body = {}) => controlCall(dataDir, 'POST', path, body),
    books: (look) => readBooks(dataDir, look),
    cli: (...commandLine) =>
      run([...commandLine, ...(configPath === '' ? [] : ['--config', configPath])], { cwd, env, processes }),
    stop: () => {
      if (!isOver()) child.kill('SIGTERM');
      return ended;
    },
    kill: () => {
      if (!isOver()) child.kill('SIGKILL');
      return ended;
    },
  };
}

/**
 * The lock of an account lies in the user's own state directory, and its files stay. The accounts of these tests are
 * never seen again, so theirs are swept once nothing runs any more.
 */
function noteAccountRecord(dataDir: string, processes: Processes): void {
  const record = JSON.parse(readFileSync(join(dataDir, 'supervisor.owner.json'), 'utf8')) as {
    readonly accountOwnerPath: string | null;
  };
  if (record.accountOwnerPath === null) return;
  processes.sweepAfterwards(record.accountOwnerPath);
  processes.sweepAfterwards(record.accountOwnerPath.replace(/owner\.json$/, 'lockdb'));
}

/** Looks into the books of a data directory, whether an engine runs on it or not. */
export function readBooks<T>(dataDir: string, look: (books: Reader) => T): T {
  const path = join(dataDir, 'mtrade.db');
  const reader = existsSync(path) ? openReader({ path }) : null;
  if (!reader) throw new Error(`no books in ${dataDir}`);
  try {
    return look(reader);
  } finally {
    reader.close();
  }
}

/** One call over the Unix socket, with the token that the engine has made, and its answer as JSON. */
export async function controlCall(
  dataDir: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { status, body: text, ms } = await callOverSocket(dataDir, method, path, body);
  return { status, body: text === '' ? null : JSON.parse(text), ms };
}
