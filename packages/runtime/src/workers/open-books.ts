import { systemClock } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import { openStore, type Store } from '@mtrade/store';
import type { LockClaim } from '../messages.js';

interface BooksBoot {
  readonly databasePath: string;
  readonly account: string;
  readonly claim: LockClaim;
}

/** Opens the books for the one thread that writes them, with a row for every configured pair. */
export function openBooks(
  { databasePath, account, claim }: BooksBoot,
  config: MtradeConfig,
  log: Logger,
): Store {
  const store = openStore(
    {
      path: databasePath,
      mode: config.mode,
      exchange: config.exchange.id,
      account,
      process: claim.process,
      growWal: true,
    },
    { clock: systemClock, log },
  );
  try {
    const added = store.ensurePairs(
      config.pairs.map((pair) => ({ symbol: pair.symbol, permitted: pair.trade })),
    );
    if (added.length > 0) log.info({ added }, 'new pairs');
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}
