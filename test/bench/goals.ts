import { ENGINE_16, ENGINE_200, ENGINE_GOALS, type Goal } from '@mtrade/bench';
import { FLOOR, PLAIN } from './bots/bot-process.js';
import { ARMED } from './cycler-rows.js';
import { INTAKE_CPU, LAST_TENTH, LIVE_AFTER, LIVE_BEFORE, MIDDLE_TENTH } from './frames-rows.js';
import { ALONE, PYTHON } from './memory-rows.js';

const over = (what: string, row: string, variant: string, base: string, limit: number): Goal => ({
  what,
  row,
  variant,
  measure: 'median',
  over: base,
  limit,
  is: 'at most',
});
const atLeast = (what: string, row: string, variant: string, limit: number): Goal => ({
  what,
  row,
  variant,
  measure: 'median',
  limit,
  is: 'at least',
});

/** Why a goal is missed, by its words; shown with the verdict. */
const REASONS: Readonly<Record<string, string>> = {
  'one order per 2 s against the floor, which commits nothing':
    'what the floor does not do is to commit and to wake a thread: an fsync and two wake-ups take what `machine` says without any code of ours. The rest of `decision_to_commit` (`stages`) is what the cycler itself does from its waking to the fsync: the exact decision, the name of the order, the intent with the triggers that guard it, the journal line; none of it takes long when it is done often, and each of it some ten to a hundred microseconds here, because code and data have left the caches since the last order (`caches`). Building, signing and dispatching run beside it on another processor',
  'one order per 2 s against the plain design': 'the same',
  '20 orders/s among 2,000 frames/s against the floor': 'the same',
  'frame received until the decision':
    'to wake a sleeping thread takes longer than that by itself on this machine (`machine`), and only a thread that never sleeps would do without: a whole core. Before it lies `tick_to_queue`, after it a decision whose code and data have left the caches since the last one. To rehearse it does not help here: what a thread has read is gone within milliseconds, whether it sleeps or not (`caches`)',
  'one order per 2 s, the slowest hundredth':
    'a single commit: see `decision_to_commit`. The disk of this machine stands still now and then, whoever writes to it (the slowest values of `commits` and `machine`)',
  'cold start to ready':
    'all of it is CPU time of two cores (`ready-cpu`), most of it to load and run JavaScript in four threads at once (what V8 has compiled comes with the bundle); the slower the hour of the machine (see how long the floor takes for its first order), the longer',
  'CPU, 16 pairs at 16 frames/s':
    'half of it is what a thread takes that does nothing but read these frames (`idle-16`), a quarter the compiler of V8, which goes on for minutes at this rate; the rest are about nine other wake-ups a second in four threads (beats, looks at the lock, a pair in turn twice a second, a connection kept open)',
  'CPU, 16 pairs at 160 frames/s':
    'four fifths of it are what a thread takes that does nothing but read these frames (`idle-160`): waking up for one frame is 0.15-0.25 ms of CPU time on this machine, reading and judging it 2 us (`intake-time`)',
  'CPU, 200 pairs at 2,000 frames/s':
    'seven tenths of it are what a thread takes that does nothing but read these frames (`idle-2000`), a tenth is the cycler, which decides exactly on each pair about once a second while no price reaches its levels',
  'resident memory, 16 pairs':
    '50 MB are the program text and constants of Node.js and 4 MB other libraries; the heaps of the four threads hold 45 MB, 16 the first one, 12 the order thread with the class of the exchange, 8-10 each of the others, of which an empty thread is 5; V8 code is 4 MB; the allocator holds 19 MB, of which 10 are in use and 5 could be given back (`MALLOC_ARENA_MAX=1` in the environment does half of it, at the price of threads that wait for each other). The optimizing compiler takes 9 MB of all this with its text, its room and what it makes; without it an idle engine takes more CPU',
  'resident memory, 200 pairs':
    'the same, and in the cycler the tables of 200 ladders, seventeen rows of ten exact figures each; the rest is room that the heaps of the cycler and the first thread have taken while 200 start buys were made and give back slowly',
  'status while the exchange hangs':
    'the status is made anew for each question: the cycler wakes up and gives its view of all pairs; see what the way there and back takes alone',
  'reset while the exchange hangs':
    'two threads and a commit with fsync; see `commits` and what the way there and back takes alone',
  'frames taken in by a second of CPU time':
    'most of it is the feed that reads and checks a frame: see `intake-time`',
  'memory over the second five million frames':
    'V8 gives its heap more room under a flood; nothing is held: see `frames-live`',
  'shared memory against the older design: price':
    'one read brings nine prices and times of one moment, the older one two numbers',
  'shared memory against the older design: queue':
    'a pair is queued at most once, crossings first, and nothing is lost when a thread dies: two announced changes instead of a list',
};

const ALL: readonly Goal[] = [
  over('one order per 2 s against the floor, which commits nothing', 'reaction-slow', ENGINE_16, FLOOR, 1.4),
  over('one order per 2 s against the plain design', 'reaction-slow', ENGINE_16, PLAIN, 0.06),
  over('20 orders/s among 2,000 frames/s against the floor', 'reaction-20', ENGINE_200, FLOOR, 1.6),
  ...ENGINE_GOALS,
  atLeast('frames taken in by a second of CPU time', 'reactor', INTAKE_CPU, 300_000),
  over('memory over the second five million frames', 'frames-memory', LAST_TENTH, MIDDLE_TENTH, 1.05),
  over('memory held after ten million frames', 'frames-live', LIVE_AFTER, LIVE_BEFORE, 1.05),
  atLeast('evaluations of the cycler', 'cycler', ARMED, 5_000_000),
  ...['flag', 'counter', 'debounce', 'price', 'queue'].map((operation) =>
    over(`shared memory against the older design: ${operation}`, `memory-${operation}`, ALONE, PYTHON, 0.002),
  ),
];

/** What the engine is to reach, and where a row does not, why. */
export const GOALS: readonly Goal[] = ALL.map((goal) => {
  const reason = REASONS[goal.what];
  return reason === undefined ? goal : { ...goal, reason };
});
