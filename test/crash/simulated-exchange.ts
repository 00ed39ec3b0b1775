import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExchangeRecords, FaultRule, RequestLogEntry } from '@mtrade/market-sim';

export interface ExchangeAnswers extends ExchangeRecords {
  readonly requests: readonly RequestLogEntry[];
}

export interface ExchangeProcess {
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly setFaults: (rules: readonly FaultRule[]) => Promise<void>;
  /** From now on no price moves. */
  readonly hold: () => Promise<void>;
  readonly records: () => Promise<ExchangeAnswers>;
  /** How many orders it has accepted so far. */
  readonly orders: () => Promise<number>;
  /** How often each fault has hit since the start. */
  readonly fired: () => Promise<Readonly<Record<string, number>>>;
  readonly close: () => void;
}

/** A plain script beside this file, wherever this file was compiled to. */
export function script(name: string): string {
  for (let up = '.'; up.length < 20; up = up === '.' ? '..' : `${up}/..`)
    for (const directory of [up, `${up}/crash`]) {
      const path = fileURLToPath(new URL(`${directory}/${name}`, import.meta.url));
      if (existsSync(path)) return path;
    }
  throw new Error(`${name} is missing`);
}

/** Starts market-sim in a process that knows nothing of the engine's deaths. */
export async function startExchangeProcess(options: {
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly stepMs: number;
}): Promise<ExchangeProcess> {
  const [apiKey, apiSecret] = [randomUUID(), randomUUID()];
  const child: ChildProcess = fork(script('exchange-child.mjs'), [
    JSON.stringify({ ...options, apiKey, apiSecret }),
  ]);
  const waiting = new Map<number, (result: unknown) => void>();
  let failure: Error | null = null;
  child.on('message', ({ id, result }: { id: number; result: unknown }) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  child.once('exit', (code) => {
    failure = new Error(`the exchange ended with ${code}`);
    for (const resolve of waiting.values()) resolve(failure);
  });
  let last = 0;
  const answer = async (id: number): Promise<unknown> => {
    const result = await new Promise((resolve) => waiting.set(id, resolve));
    if (result instanceof Error) throw result;
    return result;
  };
  const ask = async (type: string, rest: object = {}): Promise<unknown> => {
    if (failure) throw failure;
    last += 1;
    const answered = answer(last);
    child.send({ id: last, type, ...rest });
    return answered;
  };
  const { restUrl, wsUrl } = (await answer(0)) as { restUrl: string; wsUrl: string };
  return {
    restUrl,
    wsUrl,
    apiKey,
    apiSecret,
    setFaults: async (rules) => void (await ask('faults', { rules })),
    hold: async () => void (await ask('hold')),
    records: async () => (await ask('records')) as ExchangeAnswers,
    orders: async () => (await ask('orders')) as number,
    fired: async () => (await ask('fired')) as Record<string, number>,
    close: () => void child.kill('SIGKILL'),
  };
}
