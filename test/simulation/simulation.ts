import { ablationOf, type Ablation } from './ablations.js';
import type { Fault, FaultKind } from './fault.js';
import { planFaults } from './fault-plan.js';
import { checkClosing, checkEnd, checkProcess, checkTrading } from './health.js';
import { Random } from './random.js';
import { drawScenario } from './scenario.js';
import { type Stats, type Violation, World } from './world.js';

export interface RunOptions {
  readonly seed: number;
  /** Simulated time with faults; ten quiet minutes come after it. */
  readonly hours: number;
  readonly pairs: number;
  /** Instead of the faults that the seed draws. */
  readonly faults?: readonly Fault[] | undefined;
  readonly ablation?: string | undefined;
  /** Checks that are not reported; those of the ablation come on top. */
  readonly muted?: readonly string[] | undefined;
  readonly tell?: ((line: string) => void) | undefined;
}

export interface RunResult {
  readonly seed: number;
  readonly hash: string;
  readonly violation: Violation | null;
  readonly faults: readonly Fault[];
  readonly stats: Stats;
  readonly injected: ReadonlyMap<FaultKind, number>;
  /** Simulated time until the end or the violation. */
  readonly simulatedMs: number;
}

const HOUR_MS = 3_600_000;
const QUIET_MS = 600_000;
const LOOK_EVERY_MS = 60_000;
const TIDY_UP_MS = 30_000;
const LAST_ORDERS_MS = 120_000;

/** Everything that a run of this seed does to the engine. */
export function faultsOf({ seed, hours, faults, ablation }: RunOptions): readonly Fault[] {
  if (faults) return faults;
  const { extra, keepsEvery = 1 }: Partial<Ablation> = ablation === undefined ? {} : ablationOf(ablation);
  const planned = planFaults(seed, hours * HOUR_MS).filter((_, index) => index % keepsEvery === 0);
  return extra ? [...planned, ...extraFaults(seed, hours, extra)].sort((a, b) => a.atMs - b.atMs) : planned;
}

function extraFaults(
  seed: number,
  hours: number,
  { kind, perHour }: NonNullable<Ablation['extra']>,
): Fault[] {
  const random = new Random(seed, 'extra');
  return Array.from({ length: Math.ceil(perHour * hours) }, () => ({
    kind,
    atMs: Math.floor(random.between(0.1, 1) * hours * HOUR_MS),
    value: Math.floor(random.between(60_000, 1_200_000)),
  }));
}

/**
 * One run: the real engine over a virtual clock, with everything that the faults do to it. The same options give the
 * same run to the last bit.
 */
export async function simulate(options: RunOptions): Promise<RunResult> {
  const { seed, hours, pairs, ablation } = options;
  const faults = faultsOf(options);
  const world = new World({
    seed,
    scenario: drawScenario(seed, pairs),
    tell: options.tell,
    ablations: new Set(ablation === undefined ? [] : [ablation]),
    muted: new Set([
      ...(options.muted ?? []),
      ...(ablation === undefined ? [] : (ablationOf(ablation).muted ?? [])),
    ]),
    keepsBackups: faults.some(({ kind }) => kind === 'restore'),
  });
  const healMs = hours * HOUR_MS;
  for (const fault of faults) if (fault.atMs < healMs) world.at(fault.atMs, null, () => world.inject(fault));
  lookEvery(world, healMs);
  world.at(0, null, () => world.startProcess());
  world.at(healMs, null, () => world.heal());
  world.at(healMs + TIDY_UP_MS, null, () => world.tidyUp());
  world.at(healMs + QUIET_MS - LAST_ORDERS_MS - 1_000, null, () => world.current?.view());
  world.at(healMs + QUIET_MS - LAST_ORDERS_MS, null, () => {
    checkTrading(world);
    world.stopTrading();
  });
  await runUntil(world, healMs + QUIET_MS);
  if (world.violation === null) checkEnd(world);
  return {
    seed,
    hash: world.trace.hash,
    violation: world.violation,
    faults,
    stats: world.stats,
    injected: world.armed.injected,
    simulatedMs: world.time.nowMs,
  };
}

function lookEvery(world: World, healMs: number): void {
  world.at(world.time.nowMs + LOOK_EVERY_MS, null, () => {
    if (world.current) checkProcess(world, world.current);
    if (world.time.nowMs > healMs) checkClosing(world, healMs);
    lookEvery(world, healMs);
  });
}

async function runUntil(world: World, endMs: number): Promise<void> {
  const { heap, time, trace, stats } = world;
  while (heap.peekMs() <= endMs && world.violation === null) {
    const event = heap.pop();
    if (!event) return;
    const { life, run } = event;
    if (life !== null) {
      if (!life.alive) continue;
      const frozenUntilMs = life.frozenUntilMs;
      if (frozenUntilMs > event.atMs) {
        heap.push(frozenUntilMs, life, run);
        continue;
      }
    }
    time.nowMs = event.atMs;
    stats.events += 1;
    trace.number(event.atMs);
    run();
    // Followers of kept promises run before anything else happens: in one order, that of their keeping.
    if (!world.hasMovedPromises) continue;
    world.hasMovedPromises = false;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
