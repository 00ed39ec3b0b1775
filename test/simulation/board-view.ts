import type { Board, CommitGate, PairSlots, UrgentQueue } from '@mtrade/board';
import type { Debounce } from './debounce.js';
import type { Life } from './life.js';

export interface BoardViewOptions {
  /** False: what a dead thread had claimed stays claimed. */
  readonly sweeps: boolean;
  /** False: no pair was ever looked at a moment ago. */
  readonly debounces: boolean;
}

/**
 * The board as one thread sees it. What the thread's code does while it is being torn down (`finally`) did not happen:
 * a thread that dies holding a pair leaves it held. `debounce` hears of every pass and of what calls for one.
 */
export function boardOf(board: Board, life: Life, debounce: Debounce, options: BoardViewOptions): Board {
  const { sweeps, debounces } = options;
  const { slots } = board;
  const own: Pick<PairSlots, keyof PairSlots> = {
    tryClaim: (...args) => slots.tryClaim(...args),
    release: (...args) => {
      if (life.alive) slots.release(...args);
    },
    isClaimed: (pair) => slots.isClaimed(pair),
    markDirty: (pair) => slots.markDirty(pair),
    takeDirty: (pair) => {
      const wasDirty = slots.takeDirty(pair);
      if (wasDirty) debounce.calledFor(pair);
      return wasDirty;
    },
    deferToHolder: (pair) => slots.deferToHolder(pair),
    stamp: (pair, nowMs) => {
      debounce.passed(pair, nowMs);
      slots.stamp(pair, nowMs);
    },
    decided: (...args) => slots.decided(...args),
    decisionAgeMs: (...args) => slots.decisionAgeMs(...args),
    elapsedMs: (...args) => (debounces ? slots.elapsedMs(...args) : Number.POSITIVE_INFINITY),
    sweep: (...args) => (sweeps ? slots.sweep(...args) : 0),
  };
  const { urgent } = board;
  const ownQueue: Pick<UrgentQueue, keyof UrgentQueue> = {
    push: (pair, crossing) => {
      debounce.queued(pair, crossing);
      return urgent.push(pair, crossing);
    },
    pop: () => {
      const pair = urgent.pop();
      if (pair >= 0) debounce.calledFor(pair);
      return pair;
    },
    tryPush: (...args) => urgent.tryPush(...args),
    tryPop: () => urgent.tryPop(),
    depth: () => urgent.depth(),
    sweep: () => urgent.sweep(),
    get capacity() {
      return urgent.capacity;
    },
    get tookCrossing() {
      return urgent.tookCrossing;
    },
  };
  const { commitGate } = board;
  const ownGate: Pick<CommitGate, keyof CommitGate> = {
    open: () => commitGate.open(),
    commit: (ticket) => life.alive && commitGate.commit(ticket),
    withdraw: (ticket) => life.alive && commitGate.withdraw(ticket),
    withdrawAll: () => (sweeps ? commitGate.withdrawAll() : 0),
    verdict: (ticket) => commitGate.verdict(ticket),
    wait: (ticket) => commitGate.verdict(ticket),
  };
  const { handle, symbols, prices, counters, triggers, clock, heartbeats, latencies, gauges, cyclerWake } =
    board;
  const view: Pick<Board, keyof Board> = {
    handle,
    symbols,
    prices,
    urgent: ownQueue as UrgentQueue,
    commitGate: ownGate as CommitGate,
    counters,
    triggers,
    clock,
    heartbeats,
    latencies,
    gauges,
    cyclerWake,
    slots: own as PairSlots,
    indexOf: (symbol) => board.indexOf(symbol),
  };
  return view as Board;
}
