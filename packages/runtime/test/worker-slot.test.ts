import { Worker } from 'node:worker_threads';
import { type MtradeError, systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { afterEach, describe, expect, test } from 'vitest';
import { WorkerSlot, type WorkerLife } from '../src/supervisor/worker-slot.js';

const slots: WorkerSlot[] = [];
afterEach(async () => {
  await Promise.all(slots.splice(0).map((slot) => slot.stop(100)));
});

/** A slot whose lives are real threads that run `code` with `control` in hand. */
function startSlot(code: string, restarts: Partial<{ maxRestarts: number; windowMs: number }> = {}) {
  const fatal: MtradeError[] = [];
  const births: number[] = [];
  const slot = new WorkerSlot(
    {
      name: 'test',
      restartDelayMs: 1,
      restartDelayLimitMs: 5,
      maxRestarts: 5,
      windowMs: 60_000,
      ...restarts,
    },
    {
      spawn: (generation, control): WorkerLife => {
        births.push(generation);
        const worker = new Worker(`const { control } = require('node:worker_threads').workerData; ${code}`, {
          eval: true,
          workerData: { control, generation },
          transferList: [control],
        });
        worker.on('error', () => undefined);
        return {
          ended: new Promise((resolve) => {
            worker.on('exit', (exitCode) => resolve(exitCode === 0 ? null : new Error(`code ${exitCode}`)));
          }),
          kill: () => void worker.terminate(),
        };
      },
      onBorn: () => undefined,
      onReport: () => undefined,
      onDied: () => undefined,
      onFatal: (error) => fatal.push(error),
      clock: systemClock,
      log: silentLogger,
    },
  );
  slots.push(slot);
  slot.start();
  return { slot, fatal, births };
}

const failed = (code: string): string =>
  `control.postMessage({ type: 'failed', error: { code: '${code}', message: 'the reason', facts: {} } });`;

describe('worker slot', () => {
  test('the reason of a failed start is heard, even when the thread ends at once (20 threads)', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { fatal, births } = startSlot(`${failed('MTRADE_EXCHANGE_UNAVAILABLE')} process.exit(0);`);

      await expect.poll(() => fatal.length, { timeout: 10_000 }).toBe(1);

      expect(fatal[0]).toMatchObject({ code: 'MTRADE_EXCHANGE_UNAVAILABLE', message: 'the reason' });
      expect(births).toEqual([1]);
    }
  });

  test('a contradiction that a running thread reports ends the engine: it is not started again', async () => {
    const { fatal, births } = startSlot(
      `control.postMessage({ type: 'ready' }); ${failed('MTRADE_CONTRADICTION')} process.exit(1);`,
    );

    await expect.poll(() => fatal.length, { timeout: 10_000 }).toBe(1);

    expect(fatal[0]).toMatchObject({ code: 'MTRADE_CONTRADICTION' });
    expect(births).toEqual([1]);
  });

  test('a thread that dies without a word is started again, until it has died too often (P18)', async () => {
    const { fatal, births } = startSlot(`control.postMessage({ type: 'ready' }); process.exit(1);`, {
      maxRestarts: 3,
    });

    await expect.poll(() => fatal.length, { timeout: 10_000 }).toBe(1);

    expect(births).toEqual([1, 2, 3, 4]);
    expect(fatal[0]?.message).toMatch(/test died 4 times/);
  });
});
