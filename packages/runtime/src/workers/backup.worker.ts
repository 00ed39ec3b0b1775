import { parentPort, workerData } from 'node:worker_threads';
import { backupDatabase } from '@mtrade/store';
import { wireOf } from './report.js';

// Entry file of one automatic backup: copying yields, but reading the copy back does not, and no other thread may stand.

const { source, target } = workerData as { readonly source: string; readonly target: string };

backupDatabase(source, target).then(
  ({ pages }) => parentPort?.postMessage({ pages }),
  (error: unknown) => parentPort?.postMessage({ error: wireOf(error) }),
);
