import { assert } from '@mtrade/base';
import type { PairSpec } from '../core/types.js';
import { DEFAULT_SIMULATED_PAIRS, type SimulatedPair } from './default-pairs.js';
import { Prng, type PrngState } from './prng.js';
import type { PriceSource, PriceStep } from './source.js';

/**
 * The price process. Each pair moves in steps of 250 ms, by itself and only from the seed:
 *
 * - **noise**: every step a nearly normal return of 0.05 % times the pair's volatility (about 0.8 % a minute);
 * - **mean reversion**: every step the price comes back by 0.2 % of its distance from the anchor (half-way in 90 s), and
 *   the anchor itself wanders a little, so the price never runs away for good;
 * - **spells** of 10-60 s, drawn one after the other: half of them calm trading, a fifth quiet (a tenth of the noise),
 *   the rest dips and recoveries. A dip aims 4-20 % below the anchor, a recovery 1-4 % above it; during these the price is
 *   pulled towards the aim instead of the anchor (half-way in about 7 s);
 * - **jumps**: once in 500 steps the price moves by 0.5-2.5 % at once, up or down.
 *
 * With a ladder of 3.65 % steps and a profit of 0.6 %, start buys come at once, sales within a minute, and every pair
 * visits several averaging depths within some minutes. Only + - x / and comparisons: bit-equal everywhere.
 */
const STEP_MS = 250;
const NOISE = 0.0005;
const REVERSION = 0.002;
const PULL = 0.025;
const ANCHOR_NOISE = 0.0001;
const JUMP_CHANCE = 0.002;
const UNCHANGED_CHANCE = 0.2;
/** A price that did not change is repeated after this many steps, as a real feed repeats its tickers. */
const REPEAT_STEPS = 4;
/** After a suspension the process goes on where it was instead of catching up in one burst. */
const MAX_CATCH_UP_MS = 5_000;

type Spell = 'calm' | 'quiet' | 'aimed';

interface PairState {
  /** Price and anchor in price steps, with fractions. */
  price: number;
  anchor: number;
  spell: Spell;
  aim: number;
  spellStepsLeft: number;
  silentSteps: number;
  lastTicks: number;
  prng: PrngState;
}

/** Plain JSON: where each pair's process stands. */
export interface SimulatedPosition {
  readonly kind: 'simulated';
  readonly pairs: Readonly<Record<string, PairState>>;
}

export interface SimulatedOptions {
  readonly seed: number;
  readonly pairs?: readonly SimulatedPair[];
  /** Goes on from here; pairs that are not in it start afresh. A position that is not one is ignored. */
  readonly position?: unknown;
}

class PairProcess {
  readonly #pair: SimulatedPair;
  readonly #state: PairState;
  readonly #prng: Prng;

  constructor(pair: SimulatedPair, seed: number, saved: PairState | undefined) {
    this.#pair = pair;
    this.#prng = saved === undefined ? Prng.seeded(seed, pair.spec.symbol) : new Prng(saved.prng);
    this.#state = saved === undefined ? firstState(pair, this.#prng) : { ...saved };
  }

  get symbol(): string {
    return this.#pair.spec.symbol;
  }

  get position(): PairState {
    return { ...this.#state, prng: this.#prng.state };
  }

  /** One step of the process; null when there is nothing to tell. */
  step(atMs: number): PriceStep | null {
    const state = this.#state;
    if (state.spellStepsLeft === 0) this.#nextSpell();
    state.spellStepsLeft -= 1;
    this.#movePrice();
    const ticks = Math.max(2, Math.round(state.price));
    const stays = ticks === state.lastTicks || this.#prng.unit() < UNCHANGED_CHANCE;
    state.silentSteps += 1;
    if (stays && state.silentSteps < REPEAT_STEPS) return null;
    state.silentSteps = 0;
    state.lastTicks = ticks;
    const mid = { mantissa: ticks, decimals: this.#pair.spec.priceDecimals };
    return { atMs, symbol: this.symbol, quote: { kind: 'mid', mid } };
  }

  #movePrice(): void {
    const state = this.#state;
    const { volatility, startTicks } = this.#pair;
    const noise = NOISE * volatility * (state.spell === 'quiet' ? 0.1 : 1);
    const [goal, pull] =
      state.spell === 'aimed' ? [state.anchor * state.aim, PULL] : [state.anchor, REVERSION];
    state.price += state.price * noise * this.#prng.normal() + (goal - state.price) * pull;
    state.anchor += state.anchor * ANCHOR_NOISE * this.#prng.normal() + (startTicks - state.anchor) * 0.0002;
    if (this.#prng.unit() < JUMP_CHANCE) {
      const size = this.#prng.between(0.005, 0.025);
      state.price *= this.#prng.unit() < 0.5 ? 1 - size : 1 + size;
    }
    // Far from any real run; keeps the process positive whatever the parameters are.
    state.price = Math.min(Math.max(state.price, startTicks * 0.3), startTicks * 3);
  }

  #nextSpell(): void {
    const state = this.#state;
    const draw = this.#prng.unit();
    state.spellStepsLeft = Math.floor(this.#prng.between(40, 240));
    state.spell = draw < 0.5 ? 'calm' : draw < 0.7 ? 'quiet' : 'aimed';
    if (state.spell !== 'aimed') return;
    // Two dips of three are shallow: one or two rows of the default ladder; the others go down up to five.
    const isDip = this.#prng.unit() < 0.65;
    const isDeep = this.#prng.unit() < 0.33;
    const [low, high] = isDip ? (isDeep ? [0.8, 0.9] : [0.9, 0.96]) : [1.01, 1.04];
    state.aim = this.#prng.between(low, high);
  }
}

function firstState(pair: SimulatedPair, prng: Prng): PairState {
  return {
    price: pair.startTicks,
    anchor: pair.startTicks,
    spell: 'calm',
    aim: 1,
    // The first spell is short and different for each pair, so that something happens soon and not everywhere at once.
    spellStepsLeft: Math.floor(prng.between(20, 120)),
    silentSteps: REPEAT_STEPS,
    lastTicks: 0,
    prng: prng.state,
  };
}

export class SimulatedSource implements PriceSource {
  readonly kind = 'simulated';
  readonly pairs: readonly PairSpec[];
  readonly startMs = 0;
  readonly ended = false;
  readonly needsPrepare = false;
  readonly losses = { malformed: 0, skipped: 0 };
  readonly #processes: readonly PairProcess[];
  /** One slot per pair and step; slot n is due at `n x STEP_MS / pairs`, so that pairs do not move in lockstep. */
  #nextSlot = 0;
  #skippedMs = 0;

  constructor({ seed, pairs = DEFAULT_SIMULATED_PAIRS, position }: SimulatedOptions) {
    assert(pairs.length > 0, 'a simulated market needs at least one pair');
    const saved = isPosition(position) ? position.pairs : {};
    this.pairs = pairs.map((pair) => pair.spec);
    this.#processes = pairs.map((pair) => new PairProcess(pair, seed, saved[pair.spec.symbol]));
  }

  next(toMs: number, limit: number): readonly PriceStep[] {
    const behindMs = toMs - this.#dueMs;
    if (behindMs > MAX_CATCH_UP_MS) this.#skippedMs += behindMs - MAX_CATCH_UP_MS;
    const steps: PriceStep[] = [];
    while (this.#dueMs <= toMs && steps.length < limit) {
      const process = this.#processes[this.#nextSlot % this.#processes.length];
      const step = process?.step(this.#dueMs);
      this.#nextSlot += 1;
      if (step !== null && step !== undefined) steps.push(step);
    }
    return steps;
  }

  async prepare(): Promise<void> {
    // Everything is computed when asked for.
  }

  position(): SimulatedPosition {
    const pairs = this.#processes.map((process) => [process.symbol, process.position] as const);
    return { kind: 'simulated', pairs: Object.fromEntries(pairs) };
  }

  async close(): Promise<void> {
    // Holds nothing.
  }

  get #dueMs(): number {
    return this.#skippedMs + (this.#nextSlot * STEP_MS) / this.#processes.length;
  }
}

const isPosition = (value: unknown): value is SimulatedPosition =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'simulated';
