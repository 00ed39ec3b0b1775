import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** Best prices with sizes, as the text that an exchange sends. */
export interface BestTick {
  readonly bid: string;
  readonly bidSize: string;
  readonly ask: string;
  readonly askSize: string;
}

/** The same walk of prices on every machine: a linear congruential generator moves the bid by a few ticks. */
export function generatedTicks(count: number): BestTick[] {
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  let cents = 6_168_599;
  return Array.from({ length: count }, () => {
    cents = Math.max(100_000, cents + next(401) - 200);
    return {
      bid: (cents / 100).toFixed(2),
      bidSize: (next(500_000) / 100_000).toFixed(5),
      ask: ((cents + 1 + next(3)) / 100).toFixed(2),
      askSize: (next(500_000) / 100_000).toFixed(5),
    };
  });
}

interface BinanceFrame {
  readonly data?: { readonly b?: unknown; readonly B?: unknown; readonly a?: unknown; readonly A?: unknown };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Best prices out of recorded Binance frames: text lines, each with one JSON object, plain or gzipped. */
export async function recordedTicks(path: string, limit: number): Promise<BestTick[]> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
    : [path];
  const ticks: BestTick[] = [];
  for (const file of files.filter((one) => statSync(one).isFile()).toSorted()) {
    const bytes = createReadStream(file);
    const lines = createInterface({ input: file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes });
    for await (const line of lines) {
      const tick = readTick(line);
      if (tick !== null) ticks.push(tick);
      if (ticks.length === limit) break;
    }
    bytes.destroy();
    if (ticks.length === limit) break;
  }
  return ticks;
}

/** Null for a line that carries no best prices. What stands before the first brace (a time, a source) is passed over. */
function readTick(line: string): BestTick | null {
  if (!line.includes('@bookTicker')) return null;
  const { data } = JSON.parse(line.slice(line.indexOf('{'))) as BinanceFrame;
  if (data === undefined) return null;
  const { b, B, a, A } = data;
  return isText(b) && isText(B) && isText(a) && isText(A) ? { bid: b, bidSize: B, ask: a, askSize: A } : null;
}
