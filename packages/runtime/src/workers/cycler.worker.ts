import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import { attachBoard } from '@mtrade/board';
import { configFromWire } from '@mtrade/config/wire';
import { Cycler, type CyclerReply, type CyclerRequest, type LaneEvent, rulesFromWire } from '@mtrade/engine';
import { workerLogger } from '../logging.js';
import type { Beginning, CyclerBoot, WorkerControl } from '../messages.js';
import { CyclerSleep } from './cycler-sleep.js';
import { guardedStore } from './guarded-store.js';
import { openBooks } from './open-books.js';
import { report, wireOf } from './report.js';
import { threadId } from './thread-id.js';

/**
 * Entry file of the cycler thread. Its loop never awaits: it drains its ports, works, and sleeps in `Atomics.wait` until
 * somebody bumps the wake word. Nothing can slip in between a decision and its commit.
 */

const boot = workerData as CyclerBoot;
const { control } = boot;
const config = configFromWire(boot.config);
const board = attachBoard(boot.board);
const log = workerLogger('cycler', boot);

/** An awake order thread needs about this long to write an order; Linux adds 0.05 ms to every sleep. */
const GIVE_WAY_MS = 0.15;
/** A word that nobody ever changes: to wait for it is to sleep. */
const NOBODY = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Should a wake-up get lost. */
const BEGIN_LOOK_MS = 1_000;

const sources: Partial<Record<'lane' | 'reactor', MessagePort>> = {};
let stopped = false;
let beginning: Beginning | null = null;

/** The thread loads while others still find out whether there will be a start; the books are opened after that. */
function awaitBeginning(): Beginning | null {
  for (;;) {
    const seen = board.cyclerWake.current();
    drainControl(null);
    if (stopped) return null;
    if (beginning !== null) return beginning;
    board.cyclerWake.wait(seen, BEGIN_LOOK_MS);
  }
}

function run({ rules }: Beginning): void {
  const store = openBooks(boot, config, log);
  try {
    const cycler = new Cycler(
      {
        ...config.engine,
        generation: boot.generation,
        pairs: config.pairs.map((pair) => ({ symbol: pair.symbol, params: pair.ladder })),
        rules: rules.map(rulesFromWire),
      },
      {
        board,
        store: guardedStore(store, boot.claim.witnesses),
        clock: systemClock,
        log,
        lane: {
          request: (request) => sources.lane?.postMessage(request),
          giveWay: () => void Atomics.wait(NOBODY, 0, 0, GIVE_WAY_MS),
        },
        restPrice: (tick) => sources.reactor?.postMessage(tick),
        reply: (reply: CyclerReply) => control.postMessage(reply),
      },
    );
    report(control, { type: 'ready', thread: threadId() });
    const sleep = new CyclerSleep({
      wake: board.cyclerWake,
      hasWork: () => board.urgent.depth() > 0,
      clock: systemClock,
      pauseMs: config.engine.cyclePauseMs,
      gatherMs: config.engine.debounceMs,
      // The other half of the queue is for what comes while it wakes up.
      mentions: Math.floor(config.engine.urgentQueueSize / 2),
    });
    for (;;) {
      // Read before anything is looked at: whatever arrives later has bumped it, and the wait returns at once.
      const seen = board.cyclerWake.current();
      // Whoever has said stop, or trading off, is obeyed before any price; the exchange's answers let a crossing go first.
      drainControl(cycler);
      if (stopped) break;
      const more = cycler.doWork(() => hear(cycler));
      board.heartbeats.beat('cycler', systemClock.monoMs());
      if (more) continue;
      store.rest();
      sleep.untilNext(seen);
    }
  } finally {
    store.close();
  }
}

function drainControl(cycler: Cycler | null): void {
  for (let item = receiveMessageOnPort(control); item; item = receiveMessageOnPort(control)) {
    const message = item.message as WorkerControl | CyclerRequest;
    if (message.type === 'attach') {
      if (message.role === 'cycler') continue;
      sources[message.role]?.close();
      sources[message.role] = message.port;
    } else if (message.type === 'stop') stopped = true;
    else if (message.type === 'begin') beginning = message;
    else if (message.type !== 'clock-offset') cycler?.request(message);
  }
}

function hear(cycler: Cycler): void {
  for (const port of Object.values(sources)) {
    for (let item = receiveMessageOnPort(port); item; item = receiveMessageOnPort(port))
      cycler.laneEvent(item.message as LaneEvent);
  }
}

try {
  const begun = awaitBeginning();
  if (begun !== null) run(begun);
} catch (error) {
  log.error({ error: wireOf(error) }, 'the cycler stopped');
  report(control, { type: 'failed', error: wireOf(error) });
} finally {
  for (const port of Object.values(sources)) port.close();
  control.close();
}
