import type { EngineProcess } from './engine-process.js';

interface Sum {
  readonly seconds: number;
  readonly count: number;
}

/** By stage: everything that the engine's histograms have counted since its start. */
export type StageSums = ReadonlyMap<string, Sum>;

const LINE = /^mtrade_latency_seconds_(sum|count)\{[^}]*stage="([a-z_]+)"[^}]*\} (\S+)$/gm;

/** Empty when the engine tells no sums. */
export async function readStageSums(engine: EngineProcess): Promise<StageSums> {
  const { body } = await engine.call('GET', '/metrics');
  const sums = new Map<string, Sum>();
  for (const [, kind, stage = '', value] of body.matchAll(LINE)) {
    const known = sums.get(stage) ?? { seconds: Number.NaN, count: Number.NaN };
    sums.set(
      stage,
      kind === 'sum' ? { ...known, seconds: Number(value) } : { ...known, count: Number(value) },
    );
  }
  return sums;
}

/** Mean of what came between two looks, us, by stage; exact where one order came. Stages without news are left out. */
export function meansBetween(before: StageSums, after: StageSums): ReadonlyMap<string, number> {
  const means = new Map<string, number>();
  for (const [stage, now] of after) {
    const then = before.get(stage);
    const count = now.count - (then?.count ?? 0);
    const mean = (now.seconds - (then?.seconds ?? 0)) / count;
    if (count > 0 && Number.isFinite(mean)) means.set(stage, mean * 1e6);
  }
  return means;
}
