import type { CallRecord } from './loom.js';

/** A thing that runs its calls one after the other. `apply` returns the result and the state after it. */
export interface SequentialModel<State> {
  readonly initial: State;
  readonly apply: (state: State, call: CallRecord) => readonly [result: unknown, next: State];
  /** Whether a state is what the run left behind. */
  readonly isEnd: (state: State) => boolean;
}

/**
 * Whether the calls, made by several threads at once, could have been made one after the other with the same results:
 * in some order in which a call that had ended before another began comes first. A call inside which its thread died
 * may have taken effect or not.
 */
export function isLinearizable<State>(calls: readonly CallRecord[], model: SequentialModel<State>): boolean {
  return place(calls, model.initial);

  function place(left: readonly CallRecord[], state: State): boolean {
    if (left.every((call) => !('result' in call)) && model.isEnd(state)) return true;
    return left.some((call) => {
      if (left.some((other) => mustPrecede(other, call))) return false;
      const [result, next] = model.apply(state, call);
      if ('result' in call && call.result !== result) return false;
      return place(
        left.filter((other) => other !== call),
        next,
      );
    });
  }
}

function mustPrecede(first: CallRecord, second: CallRecord): boolean {
  if (first === second) return false;
  if (first.thread === second.thread) return first.index < second.index;
  return first.index < (second.finishedBefore[first.thread] ?? 0);
}
