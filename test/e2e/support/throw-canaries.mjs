// Preloaded (`--import`) into an engine: errors that nobody expected, with secrets in their text, first in each worker
// of the first generation and then in the main thread.
import { readFileSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

const text = readFileSync(process.env.MTRADE_TEST_CANARIES, 'utf8');
const throwIn = (ms) =>
  setTimeout(() => {
    throw new TypeError(`nobody expected ${text}`, { cause: new Error(`because of ${text}`) });
  }, ms).unref();

if (isMainThread) throwIn(Number(process.env.MTRADE_TEST_THROW_MS));
else if (workerData?.generation === 1) throwIn(1_500);
