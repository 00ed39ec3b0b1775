import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type RunOptions, type RunResult, simulate } from './simulation.js';

export interface PlayOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Processes that play them; 1 plays them in this one. */
  readonly workers: number;
  readonly run: Omit<RunOptions, 'seed'>;
  readonly onResult: (result: RunResult) => void;
}

export interface Played {
  /** The lowest seed known to have broken a promise; those after it may not have been played. */
  readonly broken: RunResult | null;
  readonly cpuSeconds: number;
}

const cpuUsage = process.cpuUsage.bind(process);
const cpuSeconds = (): number => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
};

/** Seeds in a row until one breaks a promise. A seed's run is the same in whichever process it is played. */
export function playSeeds(options: PlayOptions): Promise<Played> {
  return options.workers === 1 ? playHere(options) : playInWorkers(options);
}

async function playHere({ firstSeed, seeds, run, onResult }: PlayOptions): Promise<Played> {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const result = await simulate({ ...run, seed });
    onResult(result);
    if (result.violation) return { broken: result, cpuSeconds: cpuSeconds() };
  }
  return { broken: null, cpuSeconds: cpuSeconds() };
}

interface Answer {
  readonly result: RunResult;
  /** Of the worker since its birth. */
  readonly cpuSeconds: number;
}

async function playInWorkers({ firstSeed, seeds, workers, run, onResult }: PlayOptions): Promise<Played> {
  const { tell: _, ...wire } = run;
  let nextSeed = firstSeed;
  const found: RunResult[] = [];
  const work = async (): Promise<number> => {
    const child = fork(fileURLToPath(new URL('worker.js', import.meta.url)), { serialization: 'advanced' });
    let used = 0;
    try {
      while (found.length === 0 && nextSeed < firstSeed + seeds) {
        const seed = nextSeed;
        nextSeed += 1;
        const answer = await ask(child, { ...wire, seed });
        used = answer.cpuSeconds;
        onResult(answer.result);
        if (answer.result.violation) found.push(answer.result);
      }
    } finally {
      child.disconnect();
    }
    return used;
  };
  const used = await Promise.all(Array.from({ length: Math.min(workers, seeds) }, work));
  const [broken = null] = found.sort((a, b) => a.seed - b.seed);
  return { broken, cpuSeconds: used.reduce((sum, one) => sum + one, 0) };
}

const ask = (child: ChildProcess, run: RunOptions): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`the worker of seed ${run.seed} ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer: Answer) => {
      child.off('exit', onExit);
      resolve(answer);
    });
    child.send(run);
  });
