import { type MessagePort, workerData } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import { attachBoard, Owner } from '@mtrade/board';
import { configFromWire } from '@mtrade/config/wire';
import { evidenceToWire, Reactor, type LaneEvent, type Tick } from '@mtrade/engine';
import { createGateFeed, type GateFeed } from '@mtrade/feed';
import { everySeconds } from '../every-seconds.js';
import { workerLogger } from '../logging.js';
import type { Beginning, ReactorBoot, WorkerControl } from '../messages.js';
import { report, wireOf } from './report.js';
import { Watchdog } from './watchdog.js';

// Entry file of the reactor thread: read boot data, wait for the beginning, open the feed, say ready. No rule of
// trading lives here.

/** Whoever waits for a beat waits for seconds, and each one wakes the thread. */
const HEARTBEAT_EVERY_S = 1;

const boot = workerData as ReactorBoot;
const { control } = boot;
const config = configFromWire(boot.config);
const board = attachBoard(boot.board);
const log = workerLogger('reactor', boot);
const reactor = new Reactor(config.engine, { board, clock: systemClock });

let cycler: MessagePort | null = null;
const tellCycler = (event: LaneEvent): void => {
  cycler?.postMessage(event);
  board.cyclerWake.notify();
};

const deepSymbols = config.pairs
  .filter((pair) => !pair.ladder.bookLevelStep.eq('0'))
  .map((pair) => pair.symbol);
let feed: GateFeed | null = null;

control.on('message', (message: WorkerControl) => {
  switch (message.type) {
    case 'attach':
      cycler?.close();
      cycler = message.port;
      cycler.on('message', (tick: Tick) => reactor.onTick(tick));
      return;
    case 'begin':
      return begin(message);
    case 'clock-offset':
      return feed?.setClockOffset(message.offsetMs);
    case 'stop':
      feed?.close();
      endHeartbeat();
      cycler?.close();
      control.close();
  }
});

/** The feed counts from its own birth; the board counts over all lives of the thread. */
const counted = { reactor_malformed: 0, reactor_stale: 0 };
const count = (name: keyof typeof counted, total: number): void => {
  board.counters.increment(name, total - counted[name]);
  counted[name] = total;
};

/** What the private stream did not tell while it was away is looked up by the cycler. */
let wasConnected = false;

// Crash-only: the next start recovers from any point, an engine without its supervisor does not (P21).
const watchdog = new Watchdog(board.heartbeats, (ageMs) => {
  log.error({ ageMs }, 'the supervisor has stalled; the process is killed so that it can be started again');
  process.kill(process.pid, 'SIGKILL');
});
const endHeartbeat = everySeconds(HEARTBEAT_EVERY_S, () => {
  const now = systemClock.monoMs();
  board.heartbeats.beat('reactor', now);
  watchdog.look(now);
});

function begin({ endpoints }: Beginning): void {
  try {
    feed = createGateFeed(
      {
        wsUrl: endpoints.wsUrl,
        symbols: config.pairs.map((pair) => pair.symbol),
        depthSymbols: deepSymbols,
        ...boot.secrets,
      },
      { log, clock: systemClock, random: Math.random, everySecond: (work) => everySeconds(1, work) },
    );
    board.slots.sweep(Owner.reactor, boot.generation - 1);
    feed.start({
      onTick: (tick) => reactor.onTick(tick),
      onOrder: (evidence) => tellCycler({ type: 'evidence', evidence: evidenceToWire(evidence) }),
      onBalances: () => undefined,
      onState: (state) => {
        count('reactor_malformed', state.malformedFrames);
        count('reactor_stale', state.staleFrames ?? 0);
        if (state.connected && !wasConnected) tellCycler({ type: 'stream-opened' });
        wasConnected = state.connected;
        report(control, { type: 'feed', state });
      },
    });
    report(control, { type: 'ready' });
  } catch (error) {
    report(control, { type: 'failed', error: wireOf(error) });
  }
}
