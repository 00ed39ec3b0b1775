import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PairView } from '@mtrade/engine';
import type { StatusJson } from '@mtrade/runtime';
import { API_KEY, API_SECRET, type World } from './world.js';

/** The built command line, as a user has it. */
export const CLI = fileURLToPath(new URL('../../../apps/mtrade/dist/main.js', import.meta.url));

export interface EngineOptions {
  readonly symbols?: readonly string[];
  /** More lines for the top of the file and for its sections. */
  readonly toml?: string;
  readonly engine?: Readonly<Record<string, number | boolean>>;
  readonly ladder?: Readonly<Record<string, string | number>>;
  readonly trade?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  readonly cwd?: string;
}

/** A running engine process and the calls an operator has on it. */
export interface EngineProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly status: () => Promise<StatusJson>;
  readonly pair: (symbol?: string) => Promise<PairView>;
  readonly post: (path: string, body?: unknown) => Promise<{ status: number; body: unknown; ms: number }>;
  /** Resolves when the condition holds; fails with the last status after `limitMs`. */
  readonly until: (
    what: string,
    holds: (status: StatusJson) => boolean,
    limitMs?: number,
  ) => Promise<StatusJson>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Graceful; resolves to the exit code. */
  readonly stop: () => Promise<number | string>;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const toml = (table: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(table)
    .map(([key, value]) => `${key} = ${typeof value === 'string' ? JSON.stringify(value) : value}`)
    .join('\n');

/** Writes the file that `startEngine` runs with; its path. */
export function writeConfig(world: World, options: EngineOptions = {}): string {
  const { symbols = ['ETH/USDT'], trade = true, dataDir = world.dataDir } = options;
  const path = join(world.dataDir, 'mtrade.toml');
  const sections = [
    `mode = "live"\ndata_dir = ${JSON.stringify(join(dataDir, 'data'))}\n${options.toml ?? ''}`,
    `[exchange]\nid = "gate"\nrest_url = "${world.server.restUrl}"\nws_url = "${world.server.wsUrl}"`,
    `[engine]\n${toml({ cycle_pause_ms: 50, request_deadline_ms: 2_000, ...options.engine })}`,
    `[control]\nlisten = "127.0.0.1:0"`,
    `[ladder]\n${toml({ base_order: '10', safety_orders: 3, ...options.ladder })}`,
    ...symbols.map((symbol) => `[[pairs]]\nsymbol = "${symbol}"\ntrade = ${trade}`),
  ];
  writeFileSync(path, `${sections.join('\n\n')}\n`);
  return path;
}

/** Starts the built CLI on the world's exchange and waits until it answers and is ready to trade. */
export async function startEngine(world: World, options: EngineOptions = {}): Promise<EngineProcess> {
  const engine = spawnEngine(world, options);
  const failed = engine.ended.then((code) => {
    throw new Error(`the engine ended with ${code} while starting:\n${engine.stderr()}`);
  });
  await Promise.race([failed, engine.until('ready', (status) => status.feed.connected, 20_000)]);
  failed.catch(() => undefined);
  return engine;
}

/** Starts the CLI and does not wait. */
export function spawnEngine(world: World, options: EngineOptions = {}): EngineProcess {
  const dataDir = join(options.dataDir ?? world.dataDir, 'data');
  const child = spawn(process.execPath, [CLI, 'start', '--config', writeConfig(world, options)], {
    cwd: options.cwd ?? world.dataDir,
    env: { ...process.env, MTRADE_API_KEY: API_KEY, MTRADE_API_SECRET: API_SECRET, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const call = (method: string, path: string, body?: unknown) => controlCall(dataDir, method, path, body);
  const status = async (): Promise<StatusJson> =>
    (await call('GET', '/api/autotrade/status')).body as StatusJson;

  const until: EngineProcess['until'] = async (what, holds, limitMs = 10_000) => {
    const deadline = Date.now() + limitMs;
    let last: unknown;
    while (Date.now() < deadline) {
      try {
        const now = await status();
        last = now;
        if (holds(now)) return now;
      } catch (error) {
        last = error;
      }
      await sleep(20);
    }
    const shown = last instanceof Error ? String(last) : JSON.stringify(last, null, 1);
    throw new Error(`${what}: not within ${limitMs} ms; last: ${shown}\n${stderr.slice(-4_000)}`);
  };

  return {
    pid: child.pid ?? -1,
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    status,
    until,
    ended,
    pair: async (symbol = 'ETH/USDT') => {
      const found = (await status()).pairs.find((one) => one.symbol === symbol);
      if (!found) throw new Error(`no pair ${symbol} in the status`);
      return found;
    },
    post: (path, body = {}) => call('POST', path, body),
    signal: (name) => child.kill(name),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return ended;
    },
  };
}

/** One call over the Unix socket, with the token that the engine has made. */
export function controlCall(
  dataDir: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown; ms: number }> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const token = readFileSync(join(dataDir, 'control.token'), 'utf8').trim();
    const call = request(
      {
        socketPath: join(dataDir, 'control.sock'),
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          try {
            resolve({
              status: response.statusCode ?? 0,
              body: text === '' ? null : JSON.parse(text),
              ms: performance.now() - started,
            });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      },
    );
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
