import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Board, createBoard, Owner } from '@mtrade/board';
import { pairNames, type Row, type RowContext, type RowResult } from '@mtrade/bench';
import { measure } from 'mitata';
import { OPERATION_TITLES, type OperationName, operations } from './memory/operations.js';
import { PythonManager } from './memory/python.js';

const PAIRS = 16;
export const ALONE = 'shared memory';
const CONTENDED = 'shared memory, another thread at the same';
export const PYTHON = 'Python, multiprocessing.Manager';
const HAND_OVER = 'Python, multiprocessing.Queue';

const NAMES = Object.keys(OPERATION_TITLES) as OperationName[];

/** ns of one call, by mitata: batches, so that the clock's own cost does not count. */
async function nanoseconds(operation: () => unknown, cpuMs: number): Promise<number> {
  const { p50 } = await measure(operation, { min_cpu_time: cpuMs * 1e6, gc: false, inner_gc: false });
  return p50;
}

async function contended(board: Board, name: OperationName, work: () => Promise<number>): Promise<number> {
  const rival = new Worker(new URL('./memory/rival.worker.js', import.meta.url), {
    workerData: { handle: board.handle, name },
  });
  try {
    await once(rival, 'message');
    return await work();
  } finally {
    await rival.terminate();
  }
}

type Values = Map<string, number[][]>;

const note = (values: Values, name: string, value: number): void => {
  values.set(name, [...(values.get(name) ?? []), [value]]);
};

async function measureMemory({ quick, progress }: RowContext): Promise<readonly RowResult[]> {
  const board = createBoard({ symbols: pairNames(PAIRS), urgentCapacity: PAIRS });
  const ours = operations(board, Owner.cycler);
  const python = await PythonManager.start();
  if (python === null) progress('no python3: the older structures are not measured');
  const measured = new Map(NAMES.map((name): [OperationName, Values] => [name, new Map()]));
  const rounds = quick ? 4 : 12;
  const cpuMs = quick ? 5 : 20;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const older = await python?.round();
      for (const name of NAMES) {
        const values = measured.get(name) as Values;
        note(values, ALONE, await nanoseconds(ours[name], cpuMs));
        const both = await contended(board, name, () => nanoseconds(ours[name], cpuMs));
        note(values, CONTENDED, both);
        if (older?.[name] !== undefined) note(values, PYTHON, older[name]);
        if (name === 'queue' && older?.['hand-over'] !== undefined)
          note(values, HAND_OVER, older['hand-over']);
      }
    }
  } finally {
    await python?.close();
  }
  return NAMES.map((name) => ({
    id: `memory-${name}`,
    title: `Shared memory: ${OPERATION_TITLES[name]}`,
    unit: 'ns',
    bases: [PYTHON],
    variants: [...(measured.get(name) as Values)].map(([variant, values]) => ({
      name: variant,
      rounds: values,
      isUnsteady: variant === CONTENDED,
      isReference: variant === HAND_OVER,
    })),
    notes: [],
  }));
}

export const memoryRows: readonly Row[] = [{ id: 'memory', run: measureMemory }];
