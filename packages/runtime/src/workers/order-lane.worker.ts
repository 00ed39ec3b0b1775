import { setInterval, setTimeout as sleep } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { errorText, MtradeError, systemClock } from '@mtrade/base';
import { attachBoard } from '@mtrade/board';
import { configFromDocument } from '@mtrade/config';
import {
  DEFAULT_ORDER_DESK_OPTIONS,
  type LaneEvent,
  type LaneRequest,
  OrderDesk,
  rulesToWire,
  type Venue,
  type VenueNews,
} from '@mtrade/engine';
import { createGateVenue } from '@mtrade/venue';
import type { MarketRules } from '@mtrade/cycle';
import { workerLogger } from '../logging.js';
import type { LaneBoot, WorkerControl } from '../messages.js';
import { checkKey } from './check-key.js';
import { report, wireOf } from './report.js';

/** The exchange is asked this long for the pairs' rules before the start is given up. */
const START_TRIES = 6;
const START_RETRY_MS = 1_000;
const RULES_EVERY_MS = 3_600_000;
const HEARTBEAT_MS = 250;

/** The resident task of an order thread: it ends when the supervisor says stop. */
export async function run(boot: LaneBoot): Promise<void> {
  const { control } = boot;
  const config = configFromDocument(boot.document);
  const board = attachBoard(boot.board);
  const log = workerLogger('lane', boot);
  const symbols = config.pairs.map((pair) => pair.symbol);
  const stop = new AbortController();
  let cycler: MessagePort | null = null;

  try {
    let pause: VenueNews | null = null;
    const emit = (event: LaneEvent): void => {
      cycler?.postMessage(event);
      board.cyclerWake.notify();
      if (event.type === 'balances' || event.type === 'balances-failed')
        report(control, { type: 'account', isReadable: event.type === 'balances' });
      if (event.type === 'clock') {
        report(control, {
          type: 'clock-offset',
          offsetMs: event.exchangeMinusMono + event.measuredMono - systemClock.epochMs(),
        });
      }
    };
    const onNews = (news: VenueNews): void => {
      if (news.type === 'paused') pause = news;
      emit(news);
    };
    const venue = await createGateVenue(
      { ...boot.endpoints, ...boot.secrets, symbols, requestDeadlineMs: config.engine.requestDeadlineMs },
      { log, clock: systemClock, onNews },
    );
    const desk = new OrderDesk(DEFAULT_ORDER_DESK_OPTIONS, { venue, clock: systemClock, log, emit, sleep });
    control.on('message', (message: WorkerControl) => {
      if (message.type === 'stop') stop.abort();
      if (message.type !== 'attach') return;
      cycler?.close();
      cycler = message.port;
      // A cycler that was born a moment ago does not know that the exchange wants quiet.
      if (pause) emit(pause);
      cycler.on('message', (request: LaneRequest) => {
        desk
          .handle(request)
          .catch((error: unknown) =>
            log.error({ error: errorText(error), request: request.type }, 'a request of the cycler failed'),
          );
      });
    });

    report(control, { type: 'rules', rules: (await firstRules(venue, symbols, boot)).map(rulesToWire) });
    if (config.mode !== 'paper') await checkKey(config, { venue, log });
    report(control, { type: 'ready' });
    await Promise.all([
      every(HEARTBEAT_MS, stop.signal, () => board.heartbeats.beat('lane', systemClock.monoMs())),
      every(RULES_EVERY_MS, stop.signal, async () =>
        emit({ type: 'rules', rules: (await venue.loadRules(symbols)).map(rulesToWire) }),
      ),
    ]);
    await venue.close();
  } catch (error) {
    report(control, { type: 'failed', error: wireOf(error) });
  } finally {
    (cycler as MessagePort | null)?.close();
    control.close();
  }
}

async function firstRules(
  venue: Venue,
  symbols: readonly string[],
  boot: LaneBoot,
): Promise<readonly MarketRules[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await venue.loadRules(symbols);
    } catch (error) {
      if (attempt < START_TRIES) {
        await sleep(START_RETRY_MS);
        continue;
      }
      const url = boot.endpoints.restUrl;
      throw new MtradeError(
        'MTRADE_EXCHANGE_UNAVAILABLE',
        `exchange: ${url} does not answer (${errorText(error)}); check the network and exchange.rest_url`,
        { url },
        { cause: error },
      );
    }
  }
}

/** Runs `work` now and then; a failure is the work's own business and does not end the series. */
async function every(periodMs: number, signal: AbortSignal, work: () => unknown): Promise<void> {
  try {
    for await (const _ of setInterval(periodMs, undefined, { signal }))
      await Promise.resolve(work()).catch(() => undefined);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
