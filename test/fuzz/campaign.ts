import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../simulation/random.js';
import { Broken, type Target } from './target.js';
import { TARGETS } from './targets/index.js';

export interface TargetResult {
  readonly target: string;
  readonly steps: number;
  readonly inputs: number;
  readonly seconds: number;
  readonly inputsPerSecond: number;
  /** Of the heap between the first and the last tenth, after collecting garbage. */
  readonly heapGrowthMb: number;
  /** What was broken, with the command that repeats it. */
  readonly violation: string | null;
}

export interface FuzzOptions {
  readonly target: string;
  readonly seed: number;
  readonly seconds?: number;
  readonly steps?: number;
  readonly fromStep?: number;
  /** Stands in for the target of that name. */
  readonly instead?: Target;
}

/** What a target may hold more at its end than when it was warm: it has seen the same inputs all the time. */
const MOST_GROWTH_MB = 48;
const WARM_SHARE = 0.1;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Steps of one target until the time is over or a promise was broken. Each step draws from the seed and its number alone. */
export async function fuzz({
  target,
  seed,
  seconds = Infinity,
  steps = Infinity,
  fromStep = 0,
  instead,
}: FuzzOptions): Promise<TargetResult> {
  const begunMs = performance.now();
  const fed = instead ?? TARGETS[target];
  if (!fed) throw new Error(`there is no target ${target}`);
  const session = await fed.open();
  const elapsedS = (): number => (performance.now() - begunMs) / 1_000;
  let crash: unknown = null;
  const note = (error: unknown): void => void (crash ??= error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  let inputs = 0;
  let step = fromStep;
  let warmMb: number | null = null;
  let violation: string | null = null;
  const tell = (error: unknown): string => {
    const what =
      error instanceof Broken
        ? error.message
        : `crash: ${error instanceof Error ? error.stack : String(error)}`;
    return `${what}\n  again: npm run fuzz -- --seed ${seed} --replay ${target}:${step}`;
  };
  try {
    for (; step < fromStep + steps && elapsedS() < seconds && violation === null; step += 1) {
      try {
        inputs += await session.step(new Random(seed, `${target} ${step}`));
        if (crash !== null) throw crash;
      } catch (error) {
        violation = tell(error);
        break;
      }
      if (warmMb === null && (elapsedS() > seconds * WARM_SHARE || step > steps * WARM_SHARE))
        warmMb = heapMb();
    }
    const heapGrowthMb = warmMb === null ? 0 : heapMb() - warmMb;
    if (heapGrowthMb > MOST_GROWTH_MB) violation ??= `the heap has grown by ${heapGrowthMb.toFixed(0)} MB`;
    const took = elapsedS();
    return {
      target,
      steps: step - fromStep,
      inputs,
      seconds: Number(took.toFixed(1)),
      inputsPerSecond: Math.round(inputs / took),
      heapGrowthMb: Number(heapGrowthMb.toFixed(1)),
      violation,
    };
  } finally {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
    await session.close();
  }
}

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_048_576;
}
