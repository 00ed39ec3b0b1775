import type { Board, PairSlots } from '@mtrade/board';
import type { Life } from './life.js';

/**
 * The board as one thread sees it. What the thread's code does while it is being torn down (`finally`) did not happen:
 * a thread that dies holding a pair leaves it held.
 */
export function boardOf(board: Board, life: Life, sweeps: boolean): Board {
  const { slots } = board;
  const own: Pick<PairSlots, keyof PairSlots> = {
    tryClaim: (...args) => slots.tryClaim(...args),
    release: (...args) => {
      if (life.alive) slots.release(...args);
    },
    isClaimed: (pair) => slots.isClaimed(pair),
    markDirty: (pair) => slots.markDirty(pair),
    takeDirty: (pair) => slots.takeDirty(pair),
    deferToHolder: (pair) => slots.deferToHolder(pair),
    stamp: (...args) => slots.stamp(...args),
    elapsedMs: (...args) => slots.elapsedMs(...args),
    sweep: (...args) => (sweeps ? slots.sweep(...args) : 0),
  };
  const { handle, symbols, prices, urgent, counters, triggers, clock, heartbeats, latencies, cyclerWake } =
    board;
  const view: Pick<Board, keyof Board> = {
    handle,
    symbols,
    prices,
    urgent,
    counters,
    triggers,
    clock,
    heartbeats,
    latencies,
    cyclerWake,
    slots: own as PairSlots,
    indexOf: (symbol) => board.indexOf(symbol),
  };
  return view as Board;
}
