import { parseFrame } from '@mtrade/feed';
import { interleave, pairNames, type Row, type RowContext, type RowResult } from '@mtrade/bench';
import { Flood } from './frames/flood.js';
import { framesOf } from './frames/gate-frame.js';
import { type BestTick, generatedTicks, recordedTicks } from './frames/ticks.js';

const PAIRS = 200;
const TICKS = 20_000;
const PARSE = 'JSON.parse and Number';
const INTAKE = 'feed and reactor';
export const INTAKE_CPU = `${INTAKE}, a second of its CPU time`;
export const MIDDLE_TENTH = 'the tenth in the middle';
export const LAST_TENTH = 'the last tenth';
export const LIVE_BEFORE = 'before them';
export const LIVE_AFTER = 'after them';
const FIRST_TENTH = 'the first tenth';
const MB = 1_000_000;
const PROFILE_ROUNDS = 4;

interface Result {
  readonly result: { readonly b: string; readonly a: string };
}

/** How many frames one thread takes in. `recording`: a path of recorded Binance frames; null: generated prices. */
export function framesRows(recording: string | null): readonly Row[] {
  const ticks = async (): Promise<readonly BestTick[]> => {
    if (recording === null) return generatedTicks(TICKS);
    const found = await recordedTicks(recording, TICKS);
    if (found.length === 0) throw new Error(`no best prices of Binance in ${recording}`);
    return found;
  };
  const source = recording === null ? 'Generated prices' : 'Prices recorded at Binance';
  const note = `${source}, rendered as Gate frames of \`spot.book_ticker\`, ${PAIRS} pairs in turn.`;
  return [
    { id: 'scanner', run: async (context) => [await scanner(context, await ticks(), note)] },
    { id: 'reactor', run: async (context) => reactor(context, await ticks(), note) },
  ];
}

async function scanner({ quick }: RowContext, ticks: readonly BestTick[], note: string): Promise<RowResult> {
  const frames = framesOf(pairNames(PAIRS), ticks).map(({ bytes }) => bytes);
  let sink = 0;
  const perSecond = (read: (frame: Buffer) => number) => () => {
    const began = process.cpuUsage();
    for (const frame of frames) sink += read(frame);
    const { user, system } = process.cpuUsage(began);
    return [(frames.length / (user + system)) * 1_000_000];
  };
  const variants = await interleave(
    [
      {
        name: PARSE,
        round: perSecond((frame) => {
          const { result } = JSON.parse(frame.toString('utf8')) as Result;
          return Number(result.b) + Number(result.a);
        }),
      },
      { name: "the feed's parseFrame", round: perSecond((frame) => parseFrame(frame).type.length) },
    ],
    quick ? 10 : 60,
  );
  if (!Number.isFinite(sink)) throw new Error('a frame could not be read');
  return {
    id: 'scanner',
    title: 'Frames read per second of CPU time',
    unit: '1/s',
    bases: [PARSE],
    variants: [...variants].map(([name, rounds]) => ({ name, rounds })),
    notes: [
      note,
      'The first line makes two doubles and checks nothing; the feed makes exact prices and checks all fields.',
    ],
  };
}

async function reactor(context: RowContext, ticks: readonly BestTick[], note: string): Promise<RowResult[]> {
  const flood = await Flood.start({ symbols: pairNames(PAIRS), ticks });
  const framesPerRound = 100_000;
  const rounds = context.quick ? 8 : 100;
  const [rate, busy, memory]: [number[][], number[][], number[][]] = [[], [], []];
  const live: number[][] = [];
  const profiles = { allocations: new Map<string, number[][]>(), time: new Map<string, number[][]>() };
  let lost = 0;
  try {
    // Compiled first: the memory is compared with that of a process at work.
    await flood.send(framesPerRound * 2);
    live.push([(await flood.live()) / MB]);
    for (let round = 0; round < rounds; round += 1) {
      const [before, after] = await flood.send(framesPerRound);
      const taken = after.updates - before.updates;
      lost += framesPerRound - taken;
      rate.push([(taken / (after.atMs - before.atMs)) * 1_000]);
      busy.push([(taken / (after.cpuUs - before.cpuUs)) * 1_000_000]);
      memory.push([after.residentBytes / MB]);
      if ((round + 1) % 20 === 0) context.progress(`reactor: ${(round + 1) / 10} million frames`);
    }
    live.push([(await flood.live()) / MB]);
    for (let round = 0; round < PROFILE_ROUNDS; round += 1)
      for (const what of ['allocations', 'time'] as const)
        for (const [owner, sum] of Object.entries(await flood.profile(what, framesPerRound)))
          profiles[what].set(owner, [...(profiles[what].get(owner) ?? []), [sum / framesPerRound]]);
  } finally {
    flood.close();
  }
  const tenth = Math.max(1, Math.floor(rounds / 10));
  const middle = Math.floor(rounds / 2);
  return [
    {
      id: 'reactor',
      title: 'Frames through socket, feed, reactor and shared memory',
      unit: '1/s',
      bases: [],
      variants: [
        { name: `${INTAKE}, wall time`, rounds: rate },
        { name: INTAKE_CPU, rounds: busy },
      ],
      notes: [
        note,
        `Over a loopback WebSocket, sender in another process. Of ${rounds * framesPerRound} frames ${lost} were lost.`,
        'By wall time the sender and whatever else runs on the machine take part; the second line divides by the CPU time of the receiving process alone, kernel included.',
      ],
    },
    {
      id: 'allocation',
      title: 'Bytes allocated for each frame, by the owner of the code',
      unit: 'bytes',
      bases: [],
      variants: [...profiles.allocations].map(([owner, values]) => ({ name: owner, rounds: values })),
      notes: [
        'The sampling heap profiler of V8 in the receiving process, objects that were collected again included.',
      ],
    },
    {
      id: 'intake-time',
      title: 'Where the time of a frame goes, by the owner of the code',
      unit: 'us',
      bases: [],
      variants: [...profiles.time].map(([owner, values]) => ({ name: owner, rounds: values })),
      notes: [
        'The sampling profiler of V8 in the same process, by wall time. JSON.parse counts for the feed, reading from the socket for Node.js.',
      ],
    },
    {
      id: 'frames-memory',
      title: `Resident memory of the reactor over ${(rounds * framesPerRound) / 1e6} million frames`,
      unit: 'MB',
      bases: [MIDDLE_TENTH],
      variants: [
        { name: FIRST_TENTH, rounds: memory.slice(0, tenth) },
        { name: MIDDLE_TENTH, rounds: memory.slice(middle, middle + tenth) },
        { name: LAST_TENTH, rounds: memory.slice(-tenth) },
      ],
      notes: [
        'A process with the feed and the reactor alone. V8 gives its heap more room under a flood, in steps; what is really held is the next table.',
      ],
    },
    {
      id: 'frames-live',
      title: 'Memory that a full collection leaves in the same process',
      unit: 'MB',
      bases: [LIVE_BEFORE],
      variants: [
        { name: LIVE_BEFORE, rounds: live.slice(0, 1) },
        { name: LIVE_AFTER, rounds: live.slice(1) },
      ],
      notes: ['Heap and buffers.'],
    },
  ];
}
