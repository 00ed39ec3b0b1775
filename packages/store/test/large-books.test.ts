import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { newPath, open, Trader, withSql } from './books.js';
import { multiply } from './large-books.js';

const TIMES = 20_000;
/** Less than a quarter of what the rows would take if they were kept. */
const HEAP_MB = 14;

/** Everything is read in a thread that dies when it keeps what it reads. */
const readIn = (path: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('fixtures/read-all.mjs', import.meta.url), {
      workerData: { path },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 8 },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

test('an export and the profit of large books take no more memory than those of small ones', async () => {
  const path = newPath();
  const store = open(path);
  const trader = new Trader(store);
  trader.startCycle();
  trader.sell('0.9979');
  store.close();
  withSql(path, (db) => multiply(db, TIMES));

  expect(await readIn(path)).toEqual({ trades: 2 * (TIMES + 1), cycles: TIMES + 1 });
}, 120_000);
