import { MessageChannel } from 'node:worker_threads';
import { MtradeError } from '@mtrade/base';
import { openReader } from '@mtrade/store';
import type { RestoredBoot, WorkerReport } from '../messages.js';
import { startRestored } from '../supervisor/workers.js';

/** True while the books came out of a backup and have not been compared with the exchange. */
export function isRestored(databasePath: string): boolean {
  let reader: ReturnType<typeof openReader>;
  try {
    reader = openReader({ path: databasePath });
  } catch {
    // What is wrong with the books is said by the one who opens them for trading.
    return false;
  }
  if (reader === null) return false;
  try {
    return reader.restored() !== null;
  } finally {
    reader.close();
  }
}

/** Compares restored books on a thread of their own, which is gone when this resolves. Rejects with the thread's error. */
export async function compareRestoredBooks(boot: Omit<RestoredBoot, 'control'>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  let failure: MtradeError | null = null;
  port1.on('message', (message: WorkerReport) => {
    if (message.type === 'failed') failure = MtradeError.fromWire(message.error);
  });
  const error = await startRestored({ ...boot, control: port2 }).ended;
  port1.close();
  if (failure ?? error) throw failure ?? error;
}
