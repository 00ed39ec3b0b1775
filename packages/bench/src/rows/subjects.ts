import type { ExchangeProcess } from '../exchange/exchange-process.js';
import { openScene } from '../scene.js';
import type { RowContext } from '../result.js';
import type { EngineProcess } from '../engine/engine-process.js';

/** Somebody who answers price frames with orders, and the exchange that watches the clock. */
export interface Subject {
  readonly name: string;
  readonly exchange: ExchangeProcess;
  /** Null for a baseline. */
  readonly engine: EngineProcess | null;
  /** Of the process that answers. */
  readonly pid: number;
  readonly close: () => Promise<void>;
}

export interface SubjectPlan {
  readonly name: string;
  /** Frames per second of all pairs together that run while it is measured; 0: only what keeps prices young. */
  readonly load: number;
  /** Starts it; prices have not begun. */
  readonly start: (context: RowContext) => Promise<Subject>;
}

/** So many of the pairs have start buys in a short run: each waits for the rate budget. */
const TRADED_WHEN_QUICK = 16;

export const ENGINE_16 = 'mtrade, 16 pairs';
export const ENGINE_200 = 'mtrade, 200 pairs, 2,000 frames/s';

const engineStart =
  (name: string, pairs: number): SubjectPlan['start'] =>
  async ({ commandLine, workDir, quick }) => {
    const traded = quick ? Math.min(pairs, TRADED_WHEN_QUICK) : pairs;
    const scene = await openScene({ commandLine, workDir, pairs, traded });
    return { name, pid: scene.engine.pid, ...scene };
  };

export const enginePlans: readonly SubjectPlan[] = [
  { name: ENGINE_16, load: 0, start: engineStart(ENGINE_16, 16) },
  { name: ENGINE_200, load: 2_000, start: engineStart(ENGINE_200, 200) },
];

/** Starts each subject once, when a row first wants it, and keeps it for the rows after. */
export class Subjects {
  readonly #context: RowContext;
  readonly #open = new Map<string, Promise<Subject>>();

  constructor(context: RowContext) {
    this.#context = context;
  }

  /** Ready, with prices running and every start buy done. */
  async get(plan: SubjectPlan): Promise<Subject> {
    const known = this.#open.get(plan.name);
    if (known !== undefined) return known;
    this.#context.progress(`starting ${plan.name}`);
    const opening = plan.start(this.#context).then(async (subject) => {
      await subject.exchange.open();
      return subject;
    });
    this.#open.set(plan.name, opening);
    return opening;
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (subject) => (await subject).close()));
  }
}
