import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';

/** A thread that sleeps as the cycler does and notes when it has woken up. */
const { buffer } = workerData as { buffer: SharedArrayBuffer };
const word = new Int32Array(buffer, 0, 1);
const wokenMono = new Float64Array(buffer, 8, 1);

parentPort?.postMessage('ready');
for (;;) {
  const seen = Atomics.load(word, 0);
  Atomics.wait(word, 0, seen);
  wokenMono[0] = systemClock.monoMs();
}
