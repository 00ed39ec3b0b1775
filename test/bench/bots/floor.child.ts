import { type EpochMs, systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { createGateVenue } from '@mtrade/venue';
import { hearBestPrices } from './best-prices.js';
import { ClientIds } from './client-ids.js';
import type { BotBoot } from './messages.js';
import { Rule } from './rule.js';

// The one-thread floor: the same client as the engine's, so ccxt signs and a pool of kept connections sends, but no
// threads, no guard, no books and no commit. Less than this nobody can spend who uses that client.

const LIFE_MS = 3_000;

async function run({ symbols, restUrl, wsUrl, apiKey, apiSecret }: BotBoot): Promise<void> {
  const venue = await createGateVenue(
    { restUrl, apiKey, apiSecret, symbols },
    { log: silentLogger, clock: systemClock },
  );
  await venue.measureClock();
  const rule = new Rule();
  const ids = new ClientIds();
  let intentId = 0;
  await hearBestPrices(wsUrl, symbols, (symbol, bid, ask) => {
    const order = rule.onBest(symbol, bid, ask);
    if (order === null) return;
    intentId += 1;
    void venue.place(
      {
        ...order,
        intentId,
        clientOrderId: ids.next(),
        type: 'limit',
        timeInForce: 'fok',
        deadlineMs: (Date.now() + LIFE_MS) as EpochMs,
      },
      { permission: { now: () => true, later: () => Promise.resolve(true) } },
    );
  });
  process.send?.('ready');
}

process.on('disconnect', () => process.exit());
process.once('message', (boot: BotBoot) => void run(boot));
