import { once } from 'node:events';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import type { Row, RowContext, RowResult } from '@mtrade/bench';

const WAKE = 'a thread that sleeps in Atomics.wait is woken';
const WRITE = 'five pages written into existing blocks of a file';
const SYNC = 'fsync of them';

const PAUSE_MS = 400;
/** The thread has most probably woken up and gone back to sleep by then. */
const WOKEN_MS = 5;
/** What the commit of an intent writes to the WAL: a head and a page each. */
const PAGES = 5;
const HEAD = Buffer.alloc(24, 1);
const PAGE = Buffer.alloc(4_096, 1);
const FILE_BYTES = 4_000_000;

/** The steps of an order that no program can leave out, one each time, so rarely that everything has gone cold. */
async function measureMachine({ quick, workDir }: RowContext): Promise<readonly RowResult[]> {
  const rounds = quick ? 8 : 60;
  const buffer = new SharedArrayBuffer(16);
  const sleeper = new Worker(new URL('./machine/sleeper.worker.js', import.meta.url), {
    workerData: { buffer },
  });
  await once(sleeper, 'message');
  mkdirSync(workDir, { recursive: true });
  const directory = mkdtempSync(join(workDir, 'machine-'));
  const file = openSync(join(directory, 'grown'), 'w');
  writeSync(file, Buffer.alloc(FILE_BYTES, 1));
  fsyncSync(file);
  const values = new Map<string, number[][]>([WAKE, WRITE, SYNC].map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds; round += 1) {
      await sleep(PAUSE_MS);
      values.get(WAKE)?.push([await wake(buffer)]);
      const [writeUs, syncUs] = writeAndSync(file, round * PAGES * (HEAD.length + PAGE.length));
      values.get(WRITE)?.push([writeUs]);
      values.get(SYNC)?.push([syncUs]);
    }
  } finally {
    await sleeper.terminate();
    closeSync(file);
    rmSync(directory, { recursive: true, force: true });
  }
  return [
    {
      id: 'machine',
      title: 'What the machine itself takes for the steps of an order, 2.5 times a second',
      unit: 'us',
      bases: [],
      variants: [...values].map(([name, all]) => ({ name, rounds: all })),
      notes: [
        'Nothing of mtrade: two threads and a file. Every order wakes two threads, and commits with one fsync.',
      ],
    },
  ];
}

async function wake(buffer: SharedArrayBuffer): Promise<number> {
  const word = new Int32Array(buffer, 0, 1);
  const woken = new Float64Array(buffer, 8, 1);
  const beganMono = systemClock.monoMs();
  Atomics.add(word, 0, 1);
  Atomics.notify(word, 0);
  for (;;) {
    await sleep(WOKEN_MS);
    const [wokenMono = 0] = woken;
    if (wokenMono > beganMono) return (wokenMono - beganMono) * 1_000;
  }
}

function writeAndSync(file: number, begin: number): [writeUs: number, syncUs: number] {
  const beganMs = performance.now();
  for (let page = 0; page < PAGES; page += 1) {
    const at = begin + page * (HEAD.length + PAGE.length);
    writeSync(file, HEAD, 0, HEAD.length, at);
    writeSync(file, PAGE, 0, PAGE.length, at + HEAD.length);
  }
  const writtenMs = performance.now();
  fsyncSync(file);
  return [(writtenMs - beganMs) * 1_000, (performance.now() - writtenMs) * 1_000];
}

export const machineRow: Row = { id: 'machine', run: measureMachine };
