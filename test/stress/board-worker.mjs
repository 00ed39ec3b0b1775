// One thread of the stress tests: attaches to the board, says so, waits for the common start, does its job, reports.
import { parentPort, workerData } from 'node:worker_threads';
import { attachBoard, emptyPriceCell } from '@mtrade/board';

const { handle, job, gate, options } = workerData;
const board = attachBoard(handle);

const jobs = {
  /** Counts `times` in every counter named. */
  count({ names, times }) {
    for (let done = 0; done < times; done += 1) for (const name of names) board.counters.increment(name);
    return times;
  },

  /** Writes cells in which every value follows from one number. */
  writePrices({ pair, times }) {
    const cell = emptyPriceCell();
    for (let n = 1; n <= times; n += 1) {
      cell.bidMantissa = n;
      cell.bidDecimals = n % 200;
      cell.askMantissa = n * 2 ** 20;
      cell.askDecimals = n % 100;
      cell.lastMantissa = -n;
      cell.levelAskMantissa = n * 3;
      cell.askLevel = n;
      cell.exchangeMs = n + 0.25;
      cell.receivedMono = n + 0.5;
      cell.levelExchangeMs = n + 0.75;
      cell.suspectSinceMono = -n;
      cell.isRest = n % 2 === 0;
      board.prices.write(pair, cell);
    }
    return times;
  },

  /** Reads until the last cell was seen; returns reads and how many of them did not hang together. */
  readPrices({ pair, times }) {
    const cell = emptyPriceCell();
    let reads = 0;
    let torn = 0;
    let backwards = 0;
    let previous = 0;
    while (previous < times) {
      if (!board.prices.read(pair, cell)) continue;
      const n = cell.bidMantissa;
      const isWhole =
        cell.version === n &&
        cell.bidDecimals === n % 200 &&
        cell.askMantissa === n * 2 ** 20 &&
        cell.askDecimals === n % 100 &&
        cell.lastMantissa === -n &&
        cell.levelAskMantissa === n * 3 &&
        cell.askLevel === n &&
        cell.exchangeMs === n + 0.25 &&
        cell.receivedMono === n + 0.5 &&
        cell.levelExchangeMs === n + 0.75 &&
        cell.suspectSinceMono === -n &&
        cell.isRest === (n % 2 === 0);
      reads += 1;
      if (!isWhole) torn += 1;
      if (n < previous) backwards += 1;
      previous = n;
    }
    return { reads, torn, backwards };
  },

  /** Claims the pair `times` times; inside, moves two plain words that only a holder may move. */
  claim({ pair, owner, generation, times, guarded }) {
    const words = new Int32Array(guarded);
    let broken = 0;
    for (let held = 0; held < times;) {
      if (!board.slots.tryClaim(pair, owner, generation)) continue;
      held += 1;
      if (words[0] !== words[1]) broken += 1;
      words[0] += 1;
      words[1] += 1;
      board.slots.release(pair, owner, generation);
    }
    return broken;
  },

  /** Pushes pairs over and over; returns what the answers were, per pair. */
  produce({ pairs, rounds, seed }) {
    const queued = pairs.map(() => 0);
    let full = 0;
    let state = seed;
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, pair] of pairs.entries()) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        const result = board.urgent.push(pair, state < 0);
        if (result === 'queued') queued[at] += 1;
        if (result === 'full') full += 1;
      }
      board.cyclerWake.notify();
    }
    return { queued, full };
  },

  /** Pops until told to end and the queue is empty; returns how often each pair came out, and the greatest depth. */
  consume({ pairs }) {
    const popped = Array.from({ length: pairs }, () => 0);
    let deepest = 0;
    for (;;) {
      const seen = board.cyclerWake.current();
      const isOver = Atomics.load(gate, 1) === 1;
      deepest = Math.max(deepest, board.urgent.depth());
      for (let pair = board.urgent.pop(); pair !== -1; pair = board.urgent.pop()) popped[pair] += 1;
      if (isOver) return { popped, deepest };
      board.cyclerWake.wait(seen, 10_000);
    }
  },

  /** Holds claims, or churns the queue and a price cell, until it is terminated. */
  holdForEver({ claims, owner, generation }) {
    for (const pair of claims) board.slots.tryClaim(pair, owner, generation);
    parentPort.postMessage({ holding: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  churnForEver({ pairs }) {
    const cell = emptyPriceCell();
    for (let n = 1; ; n += 1) {
      if (n === 1_000) parentPort.postMessage({ holding: true });
      board.urgent.push(n % pairs, n % 3 === 0);
      if (n % 2 === 0) board.urgent.pop();
      cell.bidMantissa = n;
      cell.askMantissa = n;
      board.prices.write(0, cell);
    }
  },
};

parentPort.postMessage({ ready: true });
Atomics.wait(gate, 0, 0);
parentPort.postMessage({ result: jobs[job](options) });
