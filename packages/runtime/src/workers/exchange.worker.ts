import { workerData } from 'node:worker_threads';
import { errorText, systemClock } from '@mtrade/base';
import { configFromDocument } from '@mtrade/config';
import {
  DEFAULT_USER_ID,
  openPaperExchange,
  PAPER_RETENTION,
  PriceDriver,
  readSavedMarket,
  startExchangeServer,
} from '@mtrade/market-sim';
import { workerLogger } from '../logging.js';
import type { ExchangeBoot, WorkerControl } from '../messages.js';
import { openPriceSource } from '../paper/price-source.js';
import { report, wireOf } from './report.js';

// Entry file of the embedded exchange: the same server that tests use, with prices from `paper.feed`.

const boot = workerData as ExchangeBoot;
const { control, secrets } = boot;
const config = configFromDocument(boot.document);
const log = workerLogger('exchange', boot);
/** How often a waiting recording looks whether somebody has subscribed. */
const LISTENER_POLL_MS = 10;

async function run(): Promise<void> {
  const saved = readSavedMarket(boot.directory);
  const source = await openPriceSource(config, saved?.position, log);
  // The checker of a replay wants to see every order, so a recording's exchange keeps them all, line by line.
  const isRecording = source.kind === 'recording';
  const paper = openPaperExchange({
    dir: boot.directory,
    exchange: { pairs: source.pairs, ...(!isRecording && { retention: PAPER_RETENTION }) },
    balances: config.paper.balances,
    ...(saved !== null && { quotes: saved.quotes }),
    nowMs: systemClock.epochMs(),
    ...(isRecording && { compactAtBytes: Number.POSITIVE_INFINITY }),
    onProblem: (reason) => log.warn({ reason }, 'the journal of the paper exchange was not compacted'),
  });
  const server = await startExchangeServer(
    { apiKeys: [{ key: secrets.apiKey, secret: secrets.apiSecret, userId: DEFAULT_USER_ID }] },
    { exchange: paper.exchange, log },
  );
  const driver = new PriceDriver({
    source,
    exchange: paper.exchange,
    clock: systemClock,
    speed: source.kind === 'recording' ? config.paper.speed : 1,
    onCheckpoint: (at) => paper.saveMarket(at),
    onEnded: () =>
      log.info({ prices: driver.stats, sent: server.stats() }, 'the recording has ended; prices stand still'),
    onError: (reason) => log.error({ reason }, 'the price source failed; prices stand still'),
  });
  // A recording begins when somebody listens: at a thousand times real time a second of start-up is a quarter of an hour.
  const begin = (): void => {
    log.info({ feed: source.kind, startMs: source.startMs }, 'prices begin');
    driver.start();
  };
  let listening: NodeJS.Timeout | undefined;
  if (source.kind === 'recording') {
    listening = setInterval(() => {
      if (server.stats().subscriptions === 0) return;
      clearInterval(listening);
      begin();
    }, LISTENER_POLL_MS);
  } else begin();

  control.on('message', (message: WorkerControl) => {
    if (message.type !== 'stop') return;
    void (async () => {
      clearInterval(listening);
      await driver.stop();
      log.info({ prices: driver.stats, sent: server.stats() }, 'the embedded exchange closes');
      await server.close();
      paper.close();
      control.close();
    })().catch((error: unknown) =>
      log.error({ error: errorText(error) }, 'closing the embedded exchange failed'),
    );
  });
  report(control, { type: 'endpoints', endpoints: { restUrl: server.restUrl, wsUrl: server.wsUrl } });
}

try {
  await run();
} catch (error) {
  report(control, { type: 'failed', error: wireOf(error) });
  control.close();
}
