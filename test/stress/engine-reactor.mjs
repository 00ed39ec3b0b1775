// The real reactor on a thread of its own: turns the ticks that a test describes into shared memory, as fast as it can.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import { attachBoard } from '@mtrade/board';
import { Reactor } from '@mtrade/engine';

const board = attachBoard(workerData.handle);
const gates = new Int32Array(workerData.gate);
const reactor = new Reactor(
  { debounceMs: workerData.debounceMs, staleAfterMs: 5_000, maxJumpPct: 30 },
  { board, clock: systemClock },
);
const [HELD, END] = [1, 2];

const tick = (symbol, mantissa) =>
  reactor.onTick({
    symbol,
    bid: { mantissa, decimals: 2 },
    ask: { mantissa, decimals: 2 },
    last: null,
    asks: null,
    exchangeMs: systemClock.epochMs(),
    receivedMono: systemClock.monoMs(),
  });

const jobs = {
  /** `times` ticks per pair; `step` 0 repeats the same price. `gapUs` spreads them over time. */
  burst({ symbols, times, from = 10_000, step = 1, gapUs = 0 }) {
    for (let n = 0; n < times; n += 1) {
      for (const symbol of symbols) tick(symbol, from + n * step);
      const until = systemClock.monoMs() + gapUs / 1_000;
      while (systemClock.monoMs() < until);
    }
    return symbols.length * times;
  },

  /** Prices of these pairs jump up and down until the test ends it. */
  flood({ symbols }) {
    let ticks = 0;
    while (Atomics.load(gates, END) === 0) {
      for (const symbol of symbols) tick(symbol, 10_000 + (ticks % 7));
      ticks += symbols.length;
      Atomics.wait(gates, END, 0, 0.05);
    }
    return ticks;
  },

  /** Waits until the cycler is inside its commit, ticks, and lets it go on. */
  tickIntoCommit({ symbol, mantissa }) {
    while (Atomics.load(gates, HELD) === 0) Atomics.wait(gates, HELD, 0);
    tick(symbol, mantissa);
    const isClaimed = board.slots.isClaimed(board.indexOf(symbol));
    Atomics.store(gates, HELD, 2);
    Atomics.notify(gates, HELD);
    return isClaimed;
  },
};

parentPort.on('message', ({ job, options }) => {
  if (job === 'end') return parentPort.close();
  parentPort.postMessage({ type: 'done', result: jobs[job](options) });
});
