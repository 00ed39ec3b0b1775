import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Life } from './life.js';
import { configText, symbolsOf } from './setting.js';
import { startExchangeProcess } from './simulated-exchange.js';

export interface ReadyTimes {
  readonly pairs: number;
  readonly starts: number;
  /** From the start of the process until `/readyz` answers 200, ms. */
  readonly medianMs: number;
  readonly maxMs: number;
  readonly eachMs: readonly number[];
}

const PAIRS = 16;
const LIMIT_MS = 60_000;
const POLL_MS = 5;

/** Starts on books with nothing to resolve; the first start, which makes the books, is not counted. */
export async function measureReady(starts: number, tell: (line: string) => void): Promise<ReadyTimes> {
  const symbols = symbolsOf(PAIRS);
  const exchange = await startExchangeProcess({ seed: 1, symbols, stepMs: 1_000 });
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-ready-'));
  const eachMs: number[] = [];
  try {
    mkdirSync(join(directory, 'data'), { mode: 0o700 });
    const { restUrl, wsUrl, apiKey, apiSecret } = exchange;
    const config = configText({ restUrl, wsUrl, dataDir: join(directory, 'data'), symbols });
    writeFileSync(join(directory, 'mtrade.toml'), config);
    for (let start = 0; start <= starts; start += 1) {
      const begunMs = performance.now();
      const life = new Life({ directory, apiKey, apiSecret });
      await untilReady(life);
      const tookMs = Math.round(performance.now() - begunMs);
      if (start > 0) eachMs.push(tookMs);
      if (start > 0) tell(`start ${start}: ready to trade ${PAIRS} pairs after ${tookMs} ms`);
      life.child.kill('SIGTERM');
      await life.ended;
    }
  } finally {
    exchange.close();
    rmSync(directory, { recursive: true, force: true });
  }
  const sorted = eachMs.toSorted((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const maxMs = sorted.at(-1) ?? 0;
  tell(`median ${medianMs} ms, slowest ${maxMs} ms of ${starts} starts`);
  return { pairs: PAIRS, starts, medianMs, maxMs, eachMs };
}

async function untilReady(life: Life): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (life.isRunning && performance.now() < deadline) {
    const isReady = await life.get('/readyz').then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await sleep(POLL_MS);
  }
  throw new Error(`not ready; the engine ended with ${life.isRunning ? 'nothing yet' : await life.ended}`);
}
