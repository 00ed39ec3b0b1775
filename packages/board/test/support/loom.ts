import type { Words } from '../../src/words.js';

/**
 * A small loom: runs protocol code of several threads through every interleaving of its steps on shared words.
 *
 * Production code is synchronous and cannot be paused, so it is re-run: a thread's next step is found by running its
 * code from the start with the recorded results of its earlier steps, doing one step for real, and stopping it at the
 * next. Two schedules that lead to the same memory, the same results and the same steps inside the present calls have
 * the same future, so each such state is visited once and the number of schedules that it stands for is counted.
 * A state that leads back to itself would be a livelock, and fails.
 */

/** One call of the protocol; what it returns (or throws) is its result. It is made again as long as that is `RETRY`. */
export type Call = () => unknown;

/** Returned by an attempt that leaves nothing behind in its thread: the next one starts afresh. */
export const RETRY = Symbol('another attempt');

/**
 * Makes a thread's own objects over the words and lists the calls it makes, in order. A call may depend on nothing but
 * the words: only the call that a thread is inside of is re-run.
 */
export type LoomThread = (words: Words) => readonly Call[];

export interface CallRecord {
  readonly thread: number;
  readonly index: number;
  /** Absent when the thread died inside. */
  readonly result?: unknown;
  /** How many calls each thread had finished when this one began. */
  readonly finishedBefore: readonly number[];
}

export interface Outcome {
  readonly memory: Int32Array;
  readonly calls: readonly CallRecord[];
  readonly deaths: number;
}

export interface LoomOptions {
  readonly sizeWords: number;
  readonly threads: readonly LoomThread[];
  /** Prepares the memory before the threads start. */
  readonly setUp?: (words: Words) => void;
  /** Threads that may also be terminated before any of their steps. */
  readonly mortal?: readonly number[];
  /** Throws when a complete run is not as it should be. */
  readonly check: (outcome: Outcome) => void;
}

export interface LoomReport {
  readonly interleavings: bigint;
  readonly states: number;
}

interface ThreadState {
  /** Results of the steps made inside the present call. */
  readonly steps: readonly number[];
  readonly calls: readonly CallRecord[];
  /** Whether its last step changed the memory. Only then does it matter to the others if the thread dies here. */
  readonly hasJustWritten: boolean;
  readonly status: 'running' | 'finished' | 'dead';
}

/** A protocol that spins for ever ends here instead of hanging the test. */
const MAX_STEPS = 400;
/** A question that is too large is refused instead of answered tomorrow. */
const MAX_STATES = 400_000;

/** Stands for a state whose futures are being visited. */
const OPEN = -1n;

const STOP = Symbol('stopped before the next step');

/** The words of one re-run: answers from the record, then one real step, then stops. */
class ReplayedWords implements Words {
  steps: number[];
  #cursor = 0;
  isLiveStepLeft = true;
  readonly #memory: Int32Array;

  constructor(recorded: readonly number[], memory: Int32Array) {
    this.steps = [...recorded];
    this.#memory = memory;
  }

  load(index: number): number {
    return this.#step(() => this.#at(index));
  }

  plainLoad(index: number): number {
    return this.load(index);
  }

  store(index: number, value: number): void {
    this.#step(() => this.#put(index, value));
  }

  plainStore(index: number, value: number): void {
    this.store(index, value);
  }

  /** Two steps, as nobody promises more of a plain access to 64 bits. */
  plainLoadDouble(index: number): number {
    return doubleOf(this.load(index), this.load(index + 1));
  }

  plainStoreDouble(index: number, value: number): void {
    const [first, second] = wordsOf(value);
    this.store(index, first);
    this.store(index + 1, second);
  }

  compareExchange(index: number, expected: number, replacement: number): number {
    return this.#step(() => {
      const before = this.#at(index);
      if (before === (expected | 0)) this.#put(index, replacement);
      return before;
    });
  }

  add(index: number, value: number): number {
    return this.#step(() => {
      const before = this.#at(index);
      this.#put(index, before + value);
      return before;
    });
  }

  /** The attempt is over; what it has read matters no longer. */
  forget(): void {
    this.steps = [];
    this.#cursor = 0;
  }

  #at(index: number): number {
    return existing(this.#memory[index]);
  }

  #put(index: number, value: number): number {
    this.#at(index);
    this.#memory[index] = value;
    return 0;
  }

  #step(act: () => number): number {
    const recorded = this.steps[this.#cursor];
    if (recorded !== undefined) {
      this.#cursor += 1;
      return recorded;
    }
    if (!this.isLiveStepLeft) throw STOP;
    this.isLiveStepLeft = false;
    const result = act();
    this.steps.push(result);
    this.#cursor += 1;
    return result;
  }
}

function advance(
  thread: LoomThread,
  id: number,
  states: readonly ThreadState[],
  memory: Int32Array,
): ThreadState {
  const state = existing(states[id]);
  if (state.steps.length > MAX_STEPS) throw new Error(`thread ${id} does not come to an end`);
  const words = new ReplayedWords(state.steps, memory);
  const list = thread(words);
  const before = memory.slice();
  const calls = state.calls.filter((call) => 'result' in call);
  let begun: CallRecord | undefined = state.calls[calls.length];
  let isInside = false;
  try {
    for (const call of list.slice(calls.length)) {
      isInside = begun !== undefined || words.isLiveStepLeft;
      // A call begins with its first step: the latest moment, which leaves the fewest excuses for its result.
      begun ??= { thread: id, index: calls.length, finishedBefore: states.map(countFinished) };
      let result: unknown = RETRY;
      while (result === RETRY) {
        result = resultOf(call);
        words.forget();
      }
      calls.push({ ...begun, result });
      begun = undefined;
    }
    return { steps: [], calls, status: 'finished', hasJustWritten: false };
  } catch (reason) {
    if (reason !== STOP) throw reason;
    const hasJustWritten = memory.some((word, index) => word !== before[index]);
    return {
      steps: words.steps,
      calls: isInside && begun ? [...calls, begun] : calls,
      status: 'running',
      hasJustWritten,
    };
  }
}

function resultOf(call: Call): unknown {
  try {
    return call();
  } catch (error) {
    if (error === STOP) throw error;
    return error instanceof Error ? `threw: ${error.message}` : error;
  }
}

const countFinished = (state: ThreadState): number => state.calls.filter((call) => 'result' in call).length;

export function explore(options: LoomOptions): LoomReport {
  const { threads, mortal = [], check } = options;
  const seen = new Map<string, bigint>();
  const schedule: string[] = [];

  const start = new Int32Array(options.sizeWords);
  options.setUp?.(wordsOver(start));
  const interleavings = visit(
    start,
    threads.map(() => ({ steps: [], calls: [], hasJustWritten: false, status: 'running' })),
  );
  return { interleavings, states: seen.size };

  function visit(memory: Int32Array, states: readonly ThreadState[]): bigint {
    const key = keyOf(memory, states);
    const known = seen.get(key);
    if (known === OPEN) throw new Error(`the threads go round in circles: ${schedule.join(' ')}`);
    if (known !== undefined) return known;
    seen.set(key, OPEN);
    let paths = 0n;
    for (const [id, state] of states.entries()) {
      if (state.status !== 'running') continue;
      const nextMemory = memory.slice();
      const next = advance(existing(threads[id]), id, states, nextMemory);
      schedule.push(String(id));
      paths += visit(nextMemory, states.with(id, next));
      schedule.pop();
      if (!mortal.includes(id) || !(state.hasJustWritten || state.calls.length === 0)) continue;
      schedule.push(`${id} dies`);
      paths += visit(memory, states.with(id, { ...state, status: 'dead' }));
      schedule.pop();
    }
    if (states.every(({ status }) => status !== 'running')) {
      paths = 1n;
      checkEnd(memory, states);
    }
    seen.set(key, paths);
    if (seen.size > MAX_STATES) throw new Error(`more than ${MAX_STATES} states: ask a smaller question`);
    return paths;
  }

  function checkEnd(memory: Int32Array, states: readonly ThreadState[]): void {
    const deaths = states.filter(({ status }) => status === 'dead').length;
    try {
      check({ memory: memory.slice(), calls: states.flatMap(({ calls }) => calls), deaths });
    } catch (cause) {
      throw new Error(`fails when the threads step in this order: ${schedule.join(' ')}`, { cause });
    }
  }
}

function keyOf(memory: Int32Array, states: readonly ThreadState[]): string {
  const parts = states.map(({ steps, calls, status }) => {
    const results = calls.map(
      ({ result, finishedBefore }) => `${String(result)}@${finishedBefore.join('.')}`,
    );
    return `${status} ${steps.join(',')} ${results.join('/')}`;
  });
  return `${memory.join(',')}|${parts.join('|')}`;
}

/** A double as the two words in which it lies. */
export const doubleOf = (first: number, second: number): number =>
  existing(new Float64Array(Int32Array.of(first, second).buffer)[0]);

export function wordsOf(value: number): readonly [number, number] {
  const words = new Int32Array(Float64Array.of(value).buffer);
  return [existing(words[0]), existing(words[1])];
}

/** What is not there was asked for by mistake: a word beyond the memory, a thread beyond the list. */
export function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('out of range');
  return value;
}

/** The same words without any stops, for setting up and for looking at an end state. */
export function wordsOver(memory: Int32Array): Words {
  const load = (index: number): number => existing(memory[index]);
  const store = (index: number, value: number): void => {
    memory[index] = value;
  };
  return {
    load,
    store,
    plainLoad: load,
    plainStore: store,
    plainLoadDouble: (index) => doubleOf(load(index), load(index + 1)),
    plainStoreDouble: (index, value) => wordsOf(value).forEach((word, at) => store(index + at, word)),
    compareExchange: (index, expected, replacement) => {
      const before = load(index);
      if (before === (expected | 0)) store(index, replacement);
      return before;
    },
    add: (index, value) => {
      const before = load(index);
      store(index, before + value);
      return before;
    },
  };
}
