import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, EpochMs, MonoMs } from '@mtrade/base';
import { onTestFinished } from 'vitest';
import type { Alert, AlertSource } from '../src/alerts/alert.js';
import type { StatusJson } from '../src/control/status-json.js';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it does with the next requests; default: 200. */
  answer: (response: ServerResponse, count: number) => void;
}

/** A receiver of alerts on loopback. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver: Receiver = { url: '', received, answer: (response) => response.end('ok') };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      receiver.answer(response, received.length);
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

export const SOURCE: AlertSource = {
  host: 'trader-1',
  mode: 'paper',
  exchange: 'gate',
  dataDir: '/data',
  version: '0.1.0',
};

export const alert = (changes: Partial<Alert> = {}): Alert => ({
  id: 'a-1',
  status: 'raised',
  condition: 'pair.attention',
  symbol: 'ETH/USDT',
  text: 'needs attention: look',
  epochMs: 1_700_000_000_000,
  sinceMs: 1_700_000_000_000,
  ...changes,
});

/** Time that a test moves. */
export class HandClock implements Clock {
  now = 1_700_000_000_000;
  epochMs = (): EpochMs => this.now as EpochMs;
  monoMs = (): MonoMs => this.now as MonoMs;
}

const PAIR = {
  symbol: 'ETH/USDT',
  state: 'idle',
  attention: null,
  protection: null,
  waiting_for: null,
  blind: null,
};

/** The parts of a status that alerts look at. */
export function statusWith(
  changes: {
    readonly pair?: Partial<Record<'state' | 'attention' | 'waiting_for' | 'blind', string | null>>;
    readonly connected?: boolean;
    readonly restarts?: number;
    readonly alive?: boolean;
    readonly reconciliation?: Partial<NonNullable<StatusJson['reconciliation']>>;
  } = {},
): StatusJson {
  const worker = { alive: changes.alive ?? true, restarts: changes.restarts ?? 0, heartbeat_age_ms: 1 };
  return {
    pairs: [{ ...PAIR, ...changes.pair }],
    workers: { reactor: worker, cycler: { alive: true, restarts: 0, heartbeat_age_ms: 1 } },
    feed: { connected: changes.connected ?? true, reconnects: 0, malformed_frames: 0, reason: null },
    reconciliation: {
      last_at: null,
      result: 'complete',
      reason: null,
      foreign_engines: [],
      unknown_stops: [],
      findings: [],
      ...changes.reconciliation,
    },
  } as unknown as StatusJson;
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  const limit = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
