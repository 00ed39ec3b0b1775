import { Prng } from '@mtrade/market-sim';
import { CRASH_POINTS, type CrashPoint } from './points.js';

/** How one engine is to die. */
export type Death =
  | { readonly kind: 'point'; readonly point: CrashPoint; readonly nth: number }
  /** At any moment: `share` of one and a half times what a life lasts here until its point is passed. */
  | { readonly kind: 'random'; readonly share: number }
  /** Frozen at a point by SIGSTOP, woken up later, killed later still. */
  | { readonly kind: 'stop'; readonly point: CrashPoint; readonly nth: number; readonly forMs: number }
  /** One thread dies at a point; the engine has to go on without it until it is killed. */
  | { readonly kind: 'thread'; readonly point: CrashPoint; readonly nth: number }
  /** Two starts at once; the one that won is killed. */
  | { readonly kind: 'two-starts' };

export interface PlanOptions {
  readonly seed: number;
  readonly randomPct: number;
  /** Names; null: all. */
  readonly points: readonly string[] | null;
  /** Whether points of protective stops are passed at all. */
  readonly stops: boolean;
}

const STOP_PCT = 4;
const THREAD_PCT = 6;
const TWO_STARTS_PCT = 3;
/** One freeze in twenty lasts longer than everything in the engine that waits. */
const LONG_FREEZE = 0.05;

/** Where a frozen engine could send late, book late or lose its lock. */
const FREEZE = /^(intent|hand-over|order|fill|settled|scan|outcome|closing)\./;
/** Points that a worker passes while it trades. */
const IN_WORKER = /^(intent|hand-over|order|fill|settled|outcome|evidence|trades)\./;

/** The deaths of a campaign, drawn from a seed: every point in turn. */
export class Plan {
  readonly #options: PlanOptions;
  readonly #random: Prng;
  readonly #turns: Record<'first' | 'later', { readonly points: readonly CrashPoint[]; next: number }>;

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#random = Prng.seeded(options.seed, 'deaths');
    // Points that were asked for come in the order in which they were.
    const wanted =
      options.points === null
        ? this.#shuffled(CRASH_POINTS.filter(({ ofStops = false }) => options.stops || !ofStops))
        : options.points.flatMap((wish) => CRASH_POINTS.filter(({ name }) => name === wish));
    const turn = (isFirst: boolean) => ({
      points: wanted.filter(({ onlyFirst = false }) => onlyFirst === isFirst),
      next: 0,
    });
    this.#turns = { first: turn(true), later: turn(false) };
  }

  /** `isFirst`: the data directory is empty. */
  next(isFirst: boolean): Death {
    if (isFirst) return this.#point('first') ?? this.#point('later') ?? this.#anyMoment();
    // Asked for by name, points get all deaths that are not to be random.
    const others = this.#options.points === null ? STOP_PCT + THREAD_PCT + TWO_STARTS_PCT : 0;
    const draw = this.#random.between(0, 100);
    const { randomPct } = this.#options;
    if (draw < randomPct) return this.#anyMoment();
    if (draw < randomPct + (others === 0 ? 0 : STOP_PCT)) return this.#freeze();
    if (draw < randomPct + (others === 0 ? 0 : STOP_PCT + THREAD_PCT))
      return { ...this.#among(IN_WORKER), kind: 'thread' };
    if (draw < randomPct + others) return { kind: 'two-starts' };
    return this.#point('later') ?? this.#anyMoment();
  }

  #point(which: 'first' | 'later'): Death | null {
    const turn = this.#turns[which];
    const point = turn.points[turn.next % turn.points.length];
    if (point === undefined) return null;
    turn.next += 1;
    return { kind: 'point', point, nth: this.#nth(point) };
  }

  #anyMoment(): Death {
    return { kind: 'random', share: this.#random.unit() };
  }

  #freeze(): Death {
    const isLong = this.#random.unit() < LONG_FREEZE;
    const forMs = Math.round(
      isLong ? this.#random.between(20_000, 70_000) : this.#random.between(1_000, 5_000),
    );
    return { ...this.#among(FREEZE), kind: 'stop', forMs };
  }

  #among(pattern: RegExp): { readonly point: CrashPoint; readonly nth: number } {
    const points = CRASH_POINTS.filter(
      ({ name, limitMs, ofStops = false }) =>
        pattern.test(name) && limitMs === undefined && (this.#options.stops || !ofStops),
    );
    const point = points[Math.floor(this.#random.between(0, points.length))];
    if (point === undefined) throw new Error(`no point matches ${pattern}`);
    return { point, nth: this.#nth(point) };
  }

  #nth({ most = 5 }: CrashPoint): number {
    return 1 + Math.floor(this.#random.between(0, most));
  }

  #shuffled<T>(list: readonly T[]): readonly T[] {
    return list
      .map((value) => ({ value, key: this.#random.unit() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }
}

export function describeDeath(death: Death): string {
  switch (death.kind) {
    case 'point':
      return `${death.point.name} (passing ${death.nth})`;
    case 'random':
      return `at a random moment (${death.share.toFixed(3)})`;
    case 'stop':
      return `frozen for ${death.forMs} ms at ${death.point.name} (passing ${death.nth})`;
    case 'thread':
      return `thread dead at ${death.point.name} (passing ${death.nth})`;
    case 'two-starts':
      return 'two starts at once';
  }
}
