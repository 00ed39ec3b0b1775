import { errorText, type MtradeError, systemClock } from '@mtrade/base';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import {
  DEFAULT_USER_ID,
  type ExchangeServer,
  openPaperExchange,
  PAPER_RETENTION,
  type PaperExchange,
  PriceDriver,
  type PriceSource,
  readSavedMarket,
  RecordingSource,
  type SavedMarket,
  startExchangeServer,
} from '@mtrade/market-sim';
import { text } from '@mtrade/money';
import type { Endpoints } from '../messages.js';
import { warnOfOtherBalances } from './first-balances.js';
import { feedName, openPriceSource } from './price-source.js';

export interface EmbeddedExchangeOptions {
  readonly config: MtradeConfig;
  /** The only key that the exchange knows. */
  readonly secrets: Secrets;
  /** Where accounts and prices are kept. */
  readonly directory: string;
}

export interface EmbeddedExchangeDeps {
  readonly log: Logger;
  /** The account cannot be written any more; nothing is answered from then on. */
  readonly onLost: (error: MtradeError) => void;
}

export interface EmbeddedExchange {
  readonly endpoints: Endpoints;
  readonly close: () => Promise<void>;
}

/** How often a waiting recording looks whether somebody has subscribed. */
const LISTENER_POLL_MS = 10;

/**
 * The exchange of paper mode: accounts from disk, prices from `paper.feed`, the loopback server in front.
 *
 * Prices of a restart: simulated ones go on where they stood. A recording goes on behind the last moment that was saved
 * (about one second of real time may come twice after a kill); one that has ended stays ended, and prices stand still.
 * With another feed, seed or path than last time, prices begin anew. Live ones always do.
 */
export async function openEmbeddedExchange(
  options: EmbeddedExchangeOptions,
  deps: EmbeddedExchangeDeps,
): Promise<EmbeddedExchange> {
  const { config, secrets, directory } = options;
  const { log } = deps;
  const saved = savedMarketOf(config, directory, log);
  const source = await openPriceSource(config, saved?.position, log);
  let paper: PaperExchange | undefined;
  try {
    paper = openAccounts(options, deps, source, saved);
    // Nobody can ask for the log of requests here, so it need not be long.
    const apiKeys = [{ key: secrets.apiKey, secret: secrets.apiSecret, userId: DEFAULT_USER_ID }];
    const server = await startExchangeServer(
      { apiKeys, requestLogSize: 100 },
      { exchange: paper.exchange, log },
    );
    return run(config, log, source, paper, server);
  } catch (error) {
    await source.close();
    paper?.close();
    throw error;
  }
}

/** Null when the saved prices are not the ones that are wanted now. */
function savedMarketOf(config: MtradeConfig, directory: string, log: Logger): SavedMarket | null {
  const saved = readSavedMarket(directory);
  const feed = feedName(config);
  if (saved === null || saved.feed === feed) return saved;
  log.warn({ feed, before: saved.feed }, 'the paper prices are others than last time; they begin anew');
  return null;
}

function openAccounts(
  { config, directory }: EmbeddedExchangeOptions,
  { log, onLost }: EmbeddedExchangeDeps,
  source: PriceSource,
  saved: SavedMarket | null,
): PaperExchange {
  // The checker of a replay wants to see every order, so a recording's exchange keeps them all, line by line.
  const isRecording = source.kind === 'recording';
  const balances = Object.fromEntries(
    Object.entries(config.paper.balances).map(([coin, amount]) => [coin, text(amount)]),
  );
  const paper = openPaperExchange({
    dir: directory,
    exchange: { pairs: source.pairs, ...(!isRecording && { retention: PAPER_RETENTION }) },
    balances,
    // A price of the real market from before the stop is no price: nobody may trade on it.
    ...(saved !== null && source.kind !== 'live' && { quotes: saved.quotes }),
    nowMs: systemClock.epochMs(),
    ...(isRecording && { compactAtBytes: Number.POSITIVE_INFINITY }),
    onLost,
    onProblem: (reason) => log.warn({ reason }, 'the journal of the paper exchange was not compacted'),
  });
  if (paper.restored) warnOfOtherBalances(paper.firstBalances, balances, directory, log);
  return paper;
}

function run(
  config: MtradeConfig,
  log: Logger,
  source: PriceSource,
  paper: PaperExchange,
  server: ExchangeServer,
): EmbeddedExchange {
  const facts = () => ({
    prices: driver.stats,
    ...(source instanceof RecordingSource && { lines: source.lines }),
    sent: server.stats(),
  });
  const driver = new PriceDriver({
    source,
    exchange: paper.exchange,
    clock: systemClock,
    speed: source.kind === 'recording' ? config.paper.speed : 1,
    onCheckpoint: checkpoint(config, log, paper),
    onEnded: () => log.info(facts(), 'the recording has ended; prices stand still'),
    onError: (reason) => log.error({ reason, ...facts() }, 'the price source failed; prices stand still'),
  });
  const begin = (): void => {
    log.info({ feed: source.kind, startMs: source.startMs }, 'prices begin');
    driver.start();
  };
  // A recording begins when somebody listens: at a thousand times real time a second of start-up is a quarter of an hour.
  let listening: NodeJS.Timeout | undefined;
  if (source.kind === 'recording') {
    listening = setInterval(() => {
      if (server.stats().subscriptions === 0) return;
      clearInterval(listening);
      begin();
    }, LISTENER_POLL_MS);
  } else begin();

  return {
    endpoints: { restUrl: server.restUrl, wsUrl: server.wsUrl },
    close: async () => {
      clearInterval(listening);
      await driver.stop();
      log.info(facts(), 'the embedded exchange closes');
      await server.close();
      paper.close();
    },
  };
}

/** Saved prices are a comfort for the next start; a disk that refuses them must not stop the market. */
function checkpoint(config: MtradeConfig, log: Logger, paper: PaperExchange): (position: unknown) => void {
  const feed = feedName(config);
  let isFailing = false;
  return (position) => {
    try {
      paper.saveMarket(feed, position);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ reason: errorText(error) }, 'the paper prices cannot be saved');
      isFailing = true;
    }
  };
}
