import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EpochMs, type MonoMs, MtradeError } from '@mtrade/base';
import type { OperatorCommand } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { onTestFinished } from 'vitest';
import {
  type ControlDeps,
  type ControlOptions,
  type ControlServer,
  type EngineEvent,
  startControlServer,
  type StatusJson,
} from '../src/control/index.js';

export const PAIRS = ['ETH/USDT', 'BTC/USDT'];

const NO_LATENCY = { p50: 0, p99: 0, max: 0, count: 0 };

export const STATUS: StatusJson = {
  schema: 1,
  running: true,
  pid: 42,
  version: '0.1.0',
  started_at: '2026-01-02T03:04:05.000Z',
  mode: 'paper',
  exchange: 'gate',
  trading: true,
  data_dir: '/somewhere',
  stats: {
    cycler_iterations: 11,
    cycler_processed: 12,
    cycler_skipped: 13,
    reactor_updates: 14,
    reactor_queued: 15,
    reactor_debounced: 16,
    urgent_processed: 17,
    urgent_skipped: 18,
    errors: 19,
  },
  workers: {
    reactor: { alive: true, restarts: 2, heartbeat_age_ms: 3 },
    cycler: { alive: true, restarts: 0, heartbeat_age_ms: null },
  },
  latency_us: { tick_to_decision: { p50: 100, p99: 900, max: 2_000, count: 7 }, tick_to_order: NO_LATENCY },
  pairs: PAIRS.map((symbol, index) => ({
    symbol,
    trade: true,
    paused: false,
    state: 'idle',
    cycle_start_state: 0,
    cycle: 0,
    step: 0,
    start_price: null,
    last_buy_price: null,
    base_volume: '0',
    invested: '0',
    break_even: null,
    sell_price: null,
    sell_limit: null,
    next_buy_price: null,
    last_price: '100.5',
    bid: '100.4',
    ask: '100.6',
    price_age_ms: index === 0 ? 12 : null,
    price_source: 'stream' as const,
    blind: null,
    decision_age_ms: 40,
    realized_profit: '0',
    attention: null,
    stop_outs: 0,
    last_exit: null,
    protection: null,
    waiting_for: null,
    last_step: null,
    waiting_text: null,
    distance_to_sell_pct: null,
    distance_to_buy_pct: null,
    value: null,
  })),
  profit: { USDT: '1.25' },
  invested: { USDT: '0' },
  internal: { torn_reads: 3 },
  urgent_queue_depth: 4,
  unknown_intents: 1,
  max_decision_age_ms: 40,
  feed: { connected: true, reconnects: 5, malformed_frames: 6, reason: null },
};

/** An engine that does what the test says, and remembers what it was asked. */
export class ScriptedEngine {
  readonly commands: OperatorCommand[] = [];
  readonly listeners = new Set<(event: EngineEvent) => void>();
  /** What it wrote into the log as a failure. */
  readonly errors: unknown[] = [];
  shutdowns = 0;
  isReady = true;
  monoMs = 1_000;
  answer: (command: OperatorCommand) => Promise<unknown> = () => Promise.resolve({ committed: true });
  status: () => Promise<StatusJson> = () => Promise.resolve(STATUS);
  history: ControlDeps['history'] = () =>
    Promise.reject(new MtradeError('MTRADE_DATABASE', 'there are no books', { path: '/somewhere' }));
  metrics: () => string = () => '# TYPE mtrade_ready gauge\nmtrade_ready 1\n';

  readonly deps: ControlDeps = {
    status: () => this.status(),
    metrics: () => this.metrics(),
    terms: () => ({ feePct: '0.2', rules: null }),
    ladder: () => {
      throw new MtradeError('MTRADE_CONFIG', 'no such ladder', { key: 'ladder' });
    },
    candles: () => Promise.resolve([]),
    config: () => ({
      source: { file: null, overrides: {} },
      config: { mode: 'paper' },
      toml: 'mode = "paper"\n',
    }),
    lock: () => ({
      pid: 42,
      started_at: '2026-01-02T03:04:05.000Z',
      data_dir: '/somewhere',
      version: '0.1.0',
    }),
    history: (question) => this.history(question),
    command: (command) => {
      this.commands.push(command);
      return this.answer(command);
    },
    shutdown: () => {
      this.shutdowns += 1;
    },
    ready: () => this.isReady,
    subscribe: (listener) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
    normalizeSymbol: (text) => PAIRS.find((pair) => sameLetters(pair, text)) ?? null,
    symbols: () => PAIRS,
    log: { ...silentLogger, error: (fields) => void this.errors.push(fields) },
    clock: { epochMs: () => 0 as EpochMs, monoMs: () => this.monoMs as MonoMs },
  };

  emit(id: number, event = 'cycle-started', details: EngineEvent['details'] = {}): void {
    for (const listener of this.listeners)
      listener({ id, epochMs: 1_000 + id, event, symbol: 'ETH/USDT', details });
  }
}

const sameLetters = (pair: string, text: string): boolean =>
  pair.replace('/', '') === text.toUpperCase().replaceAll(/[/_-]/g, '');

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Call {
  readonly path: string;
  readonly method?: string;
  /** Undefined: the right one. Null: none. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it stands instead of `body`. */
  readonly rawBody?: string;
  readonly over?: 'tcp' | 'socket';
}

export class Harness {
  readonly dataDir: string;
  readonly engine: ScriptedEngine;
  readonly server: ControlServer;

  constructor(dataDir: string, engine: ScriptedEngine, server: ControlServer) {
    this.dataDir = dataDir;
    this.engine = engine;
    this.server = server;
  }

  get token(): string {
    return readFileSync(join(this.dataDir, 'control.token'), 'utf8').trim();
  }

  get readToken(): string {
    return readFileSync(join(this.dataDir, 'read.token'), 'utf8').trim();
  }

  get port(): number {
    return Number(new URL(this.server.url ?? 'http://none').port);
  }

  /** Where node:http connects to. */
  target(over: 'tcp' | 'socket' = 'tcp') {
    return over === 'tcp' ? { host: '127.0.0.1', port: this.port } : { socketPath: this.server.socketPath };
  }

  headers(call: Pick<Call, 'token' | 'headers'>): Record<string, string> {
    const token = call.token === undefined ? this.token : call.token;
    return { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...call.headers };
  }

  call(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { path, method = 'GET' } = call;
      const options = { ...this.target(call.over), path, method, headers: this.headers(call), agent: false };
      const outgoing = request(options, (incoming) => {
        incoming.setEncoding('utf8');
        let text = '';
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const isJson = (incoming.headers['content-type'] ?? '').includes('json');
          const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(call.rawBody ?? (call.body === undefined ? undefined : JSON.stringify(call.body)));
    });
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.call({ path, method: 'POST', body });
  }
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'mtrade-control-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A real server on a free port and a socket, closed when the test is over. */
export async function startHarness(
  options: Partial<ControlOptions> = {},
  engine = new ScriptedEngine(),
): Promise<Harness> {
  const dataDir = options.dataDir ?? temporaryDirectory();
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await startControlServer(
    { dataDir, listen, version: '0.1.0', mode: 'paper', ...options },
    engine.deps,
  );
  onTestFinished(() => server.close());
  return new Harness(dataDir, engine, server);
}
