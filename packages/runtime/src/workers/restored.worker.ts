import { workerData } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import { configFromWire } from '@mtrade/config/wire';
import { createGateAccountReader } from '@mtrade/venue';
import { compareRestored } from '../backups/compare-restored.js';
import { workerLogger } from '../logging.js';
import type { RestoredBoot } from '../messages.js';
import { openBooks } from './open-books.js';
import { report, wireOf } from './report.js';

// Entry file of the comparison of restored books: it lives before the cycler does, and never beside it.

const boot = workerData as RestoredBoot;
const { control } = boot;
const config = configFromWire(boot.config);
const log = workerLogger('restored', boot);

async function compare(): Promise<void> {
  const store = openBooks(boot, config, log);
  try {
    const account = await createGateAccountReader(
      {
        restUrl: boot.endpoints.restUrl,
        ...boot.secrets,
        requestDeadlineMs: config.engine.requestDeadlineMs,
      },
      systemClock,
    );
    try {
      await compareRestored(
        config.pairs.map((pair) => pair.symbol),
        { store, account, log, nowMs: systemClock.epochMs },
      );
    } finally {
      await account.close();
    }
  } finally {
    store.close();
  }
}

void compare()
  .then(
    () => report(control, { type: 'ready' }),
    (error: unknown) => report(control, { type: 'failed', error: wireOf(error) }),
  )
  .finally(() => control.close());
