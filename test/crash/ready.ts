import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Processor time of all threads until then: what is left of the start on a machine that does other things, too. */
  readonly medianCpuMs: number | null;
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
  const eachCpuMs: number[] = [];
  try {
    mkdirSync(join(directory, 'data'), { mode: 0o700 });
    const { restUrl, wsUrl, apiKey, apiSecret } = exchange;
    const config = configText({ restUrl, wsUrl, dataDir: join(directory, 'data'), symbols, stops: false });
    writeFileSync(join(directory, 'mtrade.toml'), config);
    for (let start = 0; start <= starts; start += 1) {
      const begunMs = performance.now();
      const life = new Life({ directory, apiKey, apiSecret });
      await untilReady(life);
      const tookMs = Math.round(performance.now() - begunMs);
      const cpuMs = cpuMsOf(life.child.pid);
      if (start > 0) {
        eachMs.push(tookMs);
        if (cpuMs !== null) eachCpuMs.push(cpuMs);
        tell(
          `start ${start}: ready to trade ${PAIRS} pairs after ${tookMs} ms, ${cpuMs ?? '?'} ms of processor time`,
        );
      }
      life.child.kill('SIGTERM');
      await life.ended;
    }
  } finally {
    exchange.close();
    rmSync(directory, { recursive: true, force: true });
  }
  const medianMs = median(eachMs) ?? 0;
  const maxMs = Math.max(...eachMs);
  const medianCpuMs = median(eachCpuMs);
  tell(
    `median ${medianMs} ms (${medianCpuMs ?? '?'} ms of processor time), slowest ${maxMs} ms of ${starts} starts`,
  );
  return { pairs: PAIRS, starts, medianMs, maxMs, eachMs, medianCpuMs };
}

const median = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** User and system time in ticks of 10 ms; null where there is no /proc. */
function cpuMsOf(pid: number | undefined): number | null {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return null;
  const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
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
