// One of two threads that attempt the start buy of the same pair at the same instant, round after round.
import { parentPort, workerData } from 'node:worker_threads';
import { attachBoard, Owner } from '@mtrade/board';
import { decide } from '@mtrade/cycle';
import { marketRules } from '@mtrade/cycle/testing';
import { baseQty, price, quoteAmount } from '@mtrade/money';

const { handle, me, rounds, way, shared } = workerData;
const board = attachBoard(handle);
/** 0: threads that have come to the next gate, ever. 1 + me: the writer's answer to this thread. Then one flag per pair. */
const words = new Int32Array(shared);
const ANSWER = 1 + me;
const FLAGS = 3;
const pause = new Int32Array(new SharedArrayBuffer(4));

let gates = 0;
/** Both threads leave it together: the first spins for a while, so that on a quiet machine nanoseconds are between them. */
function gate() {
  gates += 2;
  Atomics.add(words, 0, 1);
  Atomics.notify(words, 0);
  for (let spins = 0; ; spins += 1) {
    const come = Atomics.load(words, 0);
    if (come >= gates) return;
    if (spins > 20_000) Atomics.wait(words, 0, come, 10);
  }
}

/** Asks the writer of the books and blocks for its answer, as the cycler blocks in its database. */
function ask(question, pair) {
  Atomics.store(words, ANSWER, 0);
  parentPort.postMessage({ me, question, pair });
  // A notify for the last answer may come late: only the word itself says that the answer is there.
  while (Atomics.load(words, ANSWER) === 0) Atomics.wait(words, ANSWER, 0);
  return Atomics.load(words, ANSWER);
}
const BUSY = 2;
const COMMITTED = 3;

const order = (pair) => parentPort.postMessage({ me, question: 'order', pair });

/** What the rules say about the pair as the books have it: idle, or with an order on its way. */
function wantsToBuy(symbol, isBusy) {
  const pair = {
    symbol,
    permitted: true,
    paused: false,
    attention: null,
    cycle: null,
    openIntents: isBusy ? [{ state: 'SUBMITTED' }] : [],
    cyclesStarted: 0,
    dust: { base: baseQty('0'), cost: quoteAmount('0') },
    realizedProfit: quoteAmount('0'),
    retryAtMs: 0,
    failures: 0,
    decisions: 0,
  };
  return (
    decide(pair, {
      nowMs: 1,
      trading: true,
      sellWhenForbidden: true,
      keyAccepted: true,
      staleAfterMs: 5_000,
      market: {
        bid: price('100'),
        ask: price('100'),
        levelAsk: null,
        askLevel: 1,
        last: null,
        ageMs: 1,
        levelAgeMs: 1,
        isBelieved: true,
      },
      account: {
        quoteAvailable: quoteAmount('1000'),
        baseAvailable: baseQty('0'),
        baseTotal: baseQty('0'),
        settled: true,
      },
      rules: marketRules(symbol, { minBase: baseQty('0') }),
      params: { baseOrder: quoteAmount('10'), reserve: quoteAmount('0') },
      clockCertain: true,
      reconciled: true,
      soleEngine: true,
      budget: { buy: true, sell: true },
    }).type === 'place'
  );
}

const ways = {
  /** The engine's way: claim, read the books, decide, commit, release; the order after the commit. */
  claim(pair) {
    if (!board.slots.tryClaim(pair, Owner.cycler, me + 1)) return 'skipped';
    try {
      if (!wantsToBuy(board.symbols[pair], ask('load', pair) === BUSY)) return 'skipped';
      if (ask('commit', pair) !== COMMITTED) return 'refused';
      order(pair);
      return 'ordered';
    } finally {
      board.slots.release(pair, Owner.cycler, me + 1);
    }
  },

  /** Without any claim both decide on the same idle pair: the schema of the books alone is left. */
  booksAlone(pair) {
    const wants = wantsToBuy(board.symbols[pair], ask('load', pair) === BUSY);
    gate();
    if (!wants) return 'skipped';
    if (ask('commit', pair) !== COMMITTED) return 'refused';
    order(pair);
    return 'ordered';
  },

  /** The flaw that this engine was built to end: look whether somebody is at it, then be at it. */
  checkThenAct(pair) {
    if (Atomics.load(words, FLAGS + pair) !== 0) return 'skipped';
    // What lies between the two takes as long as the quickest call of an exchange.
    Atomics.wait(pause, 0, 0, 2);
    Atomics.store(words, FLAGS + pair, 1);
    order(pair);
    return 'ordered';
  },
};

const results = { ordered: 0, skipped: 0, refused: 0 };
for (let round = 0; round < rounds; round += 1) {
  gate();
  results[ways[way](round)] += 1;
}
parentPort.postMessage({ me, question: 'done', results });
