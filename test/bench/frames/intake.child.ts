import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '@mtrade/base';
import { createBoard } from '@mtrade/board';
import { Reactor } from '@mtrade/engine';
import { createGateFeed } from '@mtrade/feed';
import { silentLogger } from '@mtrade/log';
import type { IntakeBoot, IntakeCounts, IntakeQuestion } from './messages.js';
import { type Profile, profileAllocations, profileTime } from './profiles.js';

// Entry file of a process that is nothing but the reactor: the engine's feed, its reactor, shared memory.

/** Twice, because what the first one only finalizes is freed by the second. */
function liveBytes(): number {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function run({ symbols, wsUrl }: IntakeBoot): void {
  const board = createBoard({ symbols, urgentCapacity: 100 });
  const reactor = new Reactor(
    { debounceMs: 100, staleAfterMs: 5_000, maxJumpPct: 30 },
    { board, clock: systemClock },
  );
  const feed = createGateFeed(
    { wsUrl, symbols },
    { log: silentLogger, clock: systemClock, random: Math.random },
  );
  let ticks = 0;
  let lost = { stale: 0, malformed: 0 };
  feed.start({
    onTick: (tick) => {
      ticks += 1;
      reactor.onTick(tick);
    },
    onOrder: () => undefined,
    onBalances: () => undefined,
    onState: ({ connected, malformedFrames, staleFrames = 0 }) => {
      lost = { stale: staleFrames, malformed: malformedFrames };
      if (connected) process.send?.('connected');
    },
  });
  // The cycler's part: somebody takes what is urgent, else the queue is full after a hundred pairs.
  setInterval(() => {
    while (board.urgent.pop() >= 0);
  }, 20);
  const counts = (): IntakeCounts => {
    const { user, system } = process.cpuUsage();
    return {
      ticks,
      updates: board.counters.snapshot().reactor_updates,
      ...lost,
      residentBytes: process.memoryUsage.rss(),
      cpuUs: user + system,
      atMs: performance.now(),
    };
  };
  let profile: Profile | null = null;
  const answer = async (question: IntakeQuestion): Promise<unknown> => {
    if (question === 'counts') return counts();
    if (question === 'live') return liveBytes();
    if (question === 'stop') return profile?.stop();
    profile = await (question === 'time' ? profileTime() : profileAllocations());
    return 'started';
  };
  process.on('message', (question: IntakeQuestion) => {
    void answer(question).then((told) => process.send?.(told));
  });
}

process.on('disconnect', () => process.exit());
process.once('message', (boot: IntakeBoot) => run(boot));
