// The real cycler over real books on a thread of its own, with an order thread in miniature: every order fills at once
// at the given price. Its orders reach the test as messages.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import { attachBoard } from '@mtrade/board';
import { ladderParams, marketRules } from '@mtrade/cycle/testing';
import { Cycler } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { decimal, text } from '@mtrade/money';
import { openStore } from '@mtrade/store';

const { handle, path, gate, options } = workerData;
const { permitted = true, debounceMs = 100, generation = 1, fillAt = null, holdCommit = null } = options;
const board = attachBoard(handle);
/** 0: this thread waits here until the test opens it. 1: a held commit (1 inside, 2 go on). 2: the test wants an end. */
const gates = new Int32Array(gate);
const [START, HELD, END] = [0, 1, 2];

const params = ladderParams({
  baseOrder: '10',
  safetyOrders: 4,
  stepPct: '3',
  takeProfitPct: '1',
  takeProfitDecayPct: '0',
});

/** What the order thread would say next. */
const inbox = [];
let view = null;
const balances = {
  USDT: { available: '100000', locked: '0' },
  ...Object.fromEntries(board.symbols.map((s) => [s.split('/')[0], { available: '100000', locked: '0' }])),
};

/** Handed over before their commit: the gate's word is their right to be sent. */
const handedOver = [];

function request(message) {
  if (message.type === 'place') handedOver.push(message);
}

function sendCommitted() {
  for (const { order, ticket } of handedOver.splice(0))
    if (board.commitGate.verdict(ticket) === 'committed') send(order);
}

function send(order) {
  parentPort.postMessage({ type: 'order', symbol: order.symbol, side: order.side });
  if (fillAt === null) return;
  const at = decimal(order.price ?? fillAt);
  const base = order.type === 'market' ? decimal(order.amount).div(at) : decimal(order.amount);
  const fill = {
    tradeId: `t${order.intentId}`,
    symbol: order.symbol,
    side: order.side,
    baseAmount: text(base),
    price: text(at),
    fee: '0',
    feeCoin: 'USDT',
    role: 'taker',
    epochMs: systemClock.epochMs(),
  };
  const done = {
    intentId: order.intentId,
    exchangeOrderId: `x${order.intentId}`,
    finishAs: 'filled',
    filledBase: text(base),
    filledQuote: text(base.times(at)),
  };
  inbox.push({ ...done, type: 'settled', fills: [fill] });
}

function run() {
  const store = openStore(
    { path, mode: 'paper', exchange: 'gate', account: 'paper' },
    { clock: systemClock },
  );
  try {
    store.ensurePairs(board.symbols.map((symbol) => ({ symbol, permitted })));
    const held = {
      ...store,
      commit: (change) => {
        const isHeld =
          holdCommit !== null && change.newIntents?.some((intent) => intent.purpose === holdCommit);
        if (isHeld) {
          Atomics.store(gates, HELD, 1);
          Atomics.notify(gates, HELD);
          while (Atomics.load(gates, HELD) === 1) Atomics.wait(gates, HELD, 1);
        }
        store.commit(change);
      },
    };
    const cycler = new Cycler(
      {
        debounceMs,
        maxUrgentPerCycle: 5,
        staleAfterMs: 3_600_000,
        sellWhenForbidden: true,
        maxStopOuts: 3,
        orderExpiryMs: 3_000,
        requestDeadlineMs: 5_000,
        generation,
        pairs: board.symbols.map((symbol) => ({ symbol, params })),
        rules: board.symbols.map((symbol) => marketRules(symbol)),
      },
      {
        board,
        store: held,
        clock: systemClock,
        log: silentLogger,
        lane: { request, giveWay: () => undefined },
        restPrice: () => undefined,
        reply: (reply) => {
          if (reply.type === 'reply') view = reply.result;
        },
      },
    );
    const now = systemClock.monoMs();
    const exchangeMinusMono = systemClock.epochMs() - now;
    cycler.laneEvent({ type: 'clock', exchangeMinusMono, errorMs: 1, measuredMono: now });
    cycler.laneEvent({ type: 'balances', requestedMono: now, balances });
    // The account is compared before anything is bought: it shows nothing.
    cycler.laneEvent({
      type: 'surveyed',
      askedMs: systemClock.epochMs(),
      startedAtMs: systemClock.epochMs(),
      fromMs: 0,
      toMs: null,
      openOrders: { rows: [], missing: null },
      trades: { rows: [], missing: null },
      stops: { rows: [], missing: null },
    });
    parentPort.postMessage({ type: 'ready' });
    return loop(cycler);
  } finally {
    store.close();
  }
}

function turn(cycler) {
  for (const event of inbox.splice(0)) cycler.laneEvent(event);
  try {
    return cycler.doWork();
  } finally {
    sendCommitted();
  }
}

/** Free-running as in the engine, or a number of turns at a time when the test asks for them. */
function loop(cycler) {
  if (options.turns !== undefined) {
    for (let done = 0; done < options.turns; done += 1) turn(cycler);
    return cycler;
  }
  for (;;) {
    const seen = board.cyclerWake.current();
    for (let item = receiveMessageOnPort(parentPort); item; item = receiveMessageOnPort(parentPort)) {
      for (let left = item.message.turns; left > 0; left -= 1) turn(cycler);
      parentPort.postMessage({ type: 'turned', counters: board.counters.snapshot() });
    }
    const more = options.stepped ? false : turn(cycler);
    if (Atomics.load(gates, END) === 1 && (options.stepped || (!more && inbox.length === 0))) return cycler;
    if (!more) board.cyclerWake.wait(seen, options.stepped ? 5 : 50);
  }
}

try {
  parentPort.postMessage({ type: 'born' });
  while (Atomics.load(gates, START) === 0) Atomics.wait(gates, START, 0);
  run().request({ type: 'view', id: 1 });
  const decisions = board.latencies.snapshot('tick_to_decision').count;
  parentPort.postMessage({ type: 'ended', error: null, decisions, view });
} catch (error) {
  parentPort.postMessage({ type: 'ended', error: error.code ?? String(error) });
}
