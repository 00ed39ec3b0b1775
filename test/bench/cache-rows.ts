import { interleave, type Row, type RowContext, type RowResult } from '@mtrade/bench';

/** Fits the second-level cache of a core, and is far more than its first. */
const BYTES = 256 * 1_024;
const LINE_BYTES = 64;
/** No multiple of a line, so that the next address is nobody's guess. */
const STRIDE_BYTES = 37 * LINE_BYTES;
/** Until then the loop is being compiled. */
const WARM_UP = 300;
const PAUSES_MS = [1, 3, 10, 100] as const;

const read = (bytes: Uint8Array): number => {
  let sum = 0;
  for (let at = 0; at < BYTES * 37; at += STRIDE_BYTES) sum += bytes[at % BYTES] as number;
  return sum;
};

/** The thread does nothing that needs memory, and does not sleep. */
function keepBusy(ms: number): void {
  const endMono = performance.now() + ms;
  while (performance.now() < endMono);
}

/**
 * How long a processor keeps at hand what a thread has just read. It tells what rehearsing an order is worth: with
 * caches of its own a core keeps it for as long as nobody else runs there, with a neighbour behind the same caches (two
 * threads of one core, given to two virtual machines) for a millisecond or two, whatever the thread does meanwhile.
 */
async function measureCaches({ quick }: RowContext): Promise<readonly RowResult[]> {
  const bytes = new Uint8Array(BYTES).fill(1);
  const word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const sleep = (ms: number): void => void Atomics.wait(word, 0, 0, ms);
  let sum = 0;
  for (let time = 0; time < WARM_UP; time += 1) sum += read(bytes);
  const after = (pause: () => void) => (): number[] => {
    sum += read(bytes) + read(bytes);
    pause();
    const beganMs = performance.now();
    sum += read(bytes);
    return [(performance.now() - beganMs) * 1_000];
  };
  const values = await interleave(
    [
      { name: 'read once more at once', round: after(() => undefined) },
      ...PAUSES_MS.flatMap((ms) => [
        { name: `${ms} ms later, the thread busy`, round: after(() => keepBusy(ms)) },
        { name: `${ms} ms later, the thread asleep`, round: after(() => sleep(ms)) },
      ]),
    ],
    quick ? 20 : 60,
  );
  if (sum === 0) throw new Error('nothing was read');
  return [
    {
      id: 'caches',
      title: 'How long the processor keeps 256 KB at hand that a thread has read',
      unit: 'us',
      bases: [],
      variants: [...values].map(([name, rounds]) => ({ name, rounds })),
      notes: [
        'Nothing of mtrade. Code and data of an order are many times as much. As long as the last lines are no slower than the first, an order that is rehearsed now and then finds them at hand; once a line is, no rehearsal longer ago than that helps, and the engine does without.',
      ],
    },
  ];
}

export const cacheRow: Row = { id: 'caches', run: measureCaches };
