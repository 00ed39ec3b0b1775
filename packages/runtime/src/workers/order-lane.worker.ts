import { setInterval, setTimeout as sleep } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { errorText, MtradeError, systemClock } from '@mtrade/base';
import { attachBoard } from '@mtrade/board';
import { configFromWire } from '@mtrade/config/wire';
import {
  type CommitWord,
  DEFAULT_ORDER_DESK_OPTIONS,
  type LaneEvent,
  type LaneRequest,
  OrderDesk,
  rulesToWire,
  type Venue,
  type VenueNews,
} from '@mtrade/engine';
import { createGateVenue, type GateVenue, loadGateClass } from '@mtrade/venue';
import type { MarketRules } from '@mtrade/cycle';
import { workerLogger } from '../logging.js';
import type { Beginning, Endpoints, LaneBoot, WorkerControl } from '../messages.js';
import { checkKey } from './check-key.js';
import { createCommitWord } from './commit-word.js';
import { heldWord } from './held-word.js';
import { createOrderRehearsal } from './order-rehearsal.js';
import { report, wireOf } from './report.js';
import { threadId } from './thread-id.js';

/** The exchange is asked this long for the pairs' rules before the start is given up. */
const START_TRIES = 6;
const START_RETRY_MS = 1_000;
const RULES_EVERY_MS = 3_600_000;
const HEARTBEAT_MS = 1_000;
/** 400 orders: then the compiler has done with them. */
const WARM_UP_ROUNDS = 80;
const WARM_UP_SLICE = 5;
/**
 * Often enough that what was compiled stays so. More often brings nothing: where others use the same processor, an order
 * finds its caches cold a few milliseconds after the last one (`npm run bench -- caches`).
 */
const REHEARSE_EVERY_MS = 30_000;
/** Less than the 4 s after which an unused connection is closed: an order would have to open one. */
const PING_EVERY_MS = 3_000;

/** The resident task of an order thread: it ends when the supervisor says stop. */
export async function run(boot: LaneBoot): Promise<void> {
  const { control } = boot;
  const config = configFromWire(boot.config);
  const board = attachBoard(boot.board);
  const log = workerLogger('lane', boot);
  const symbols = config.pairs.map((pair) => pair.symbol);
  const stop = new AbortController();
  let cycler: MessagePort | null = null;
  let desk: OrderDesk | null = null;

  const listen = (port: MessagePort, to: OrderDesk): void => {
    port.on('message', (request: LaneRequest) => {
      to.handle(request).catch((error: unknown) =>
        log.error({ error: errorText(error), request: request.type }, 'a request of the cycler failed'),
      );
    });
  };
  // Null when the thread is told to stop before there is anything to do.
  const begun = new Promise<Beginning | null>((resolve) => {
    control.on('message', (message: WorkerControl) => {
      if (message.type === 'begin') resolve(message);
      if (message.type === 'stop') {
        stop.abort();
        resolve(null);
      }
      if (message.type !== 'attach') return;
      cycler?.close();
      cycler = message.port;
      // A cycler that was born a moment ago does not know that the exchange wants quiet.
      if (pause) emit(pause);
      if (desk) listen(cycler, desk);
    });
  });
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

  try {
    // The largest part of a lane's birth; meanwhile others find out where the exchange is.
    await loadGateClass();
    const beginning = await begun;
    if (beginning === null) return;
    const { endpoints } = beginning;
    const onNews = (news: VenueNews): void => {
      if (news.type === 'paused') pause = news;
      emit(news);
    };
    const venue = await createGateVenue(
      { ...endpoints, ...boot.secrets, symbols, requestDeadlineMs: config.engine.requestDeadlineMs },
      { log, clock: systemClock, onNews },
    );
    const held = (word: CommitWord): CommitWord =>
      heldWord(word, boot.witnesses, (loss) => report(control, { type: 'failed', error: wireOf(loss) }));
    desk = new OrderDesk(DEFAULT_ORDER_DESK_OPTIONS, {
      venue,
      clock: systemClock,
      log,
      emit,
      sleep,
      commits: held(createCommitWord(board.commitGate, { clock: systemClock, sleep })),
    });
    if (cycler) listen(cycler, desk);

    report(control, { type: 'rules', rules: (await firstRules(venue, symbols, endpoints)).map(rulesToWire) });
    if (config.mode !== 'paper') await checkKey(config, { venue, log });
    report(control, { type: 'ready', thread: threadId() });
    await Promise.all([
      keepWarm(
        venue,
        createOrderRehearsal(
          venue,
          systemClock,
          held({ now: () => true, later: () => Promise.resolve(true) }),
        ),
        stop.signal,
      ),
      every(HEARTBEAT_MS, stop.signal, () => board.heartbeats.beat('lane', systemClock.monoMs())),
      every(RULES_EVERY_MS, stop.signal, async () => {
        const rules = (await venue.loadRules(symbols)).map(rulesToWire);
        emit({ type: 'rules', rules });
        report(control, { type: 'rules', rules });
      }),
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
  { restUrl: url }: Endpoints,
): Promise<readonly MarketRules[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await venue.loadRules(symbols);
    } catch (error) {
      if (attempt < START_TRIES) {
        await sleep(START_RETRY_MS);
        continue;
      }
      throw new MtradeError(
        'MTRADE_EXCHANGE_UNAVAILABLE',
        `exchange: ${url} does not answer (${errorText(error)}); check the network and exchange.rest_url`,
        { url },
        { cause: error },
      );
    }
  }
}

/** The first order after a start, and one after an hour of quiet, go out as fast as the hundredth in a row. */
async function keepWarm(venue: GateVenue, rehearse: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS && !signal.aborted; round += 1) {
    for (let time = 0; time < WARM_UP_SLICE; time += 1) await rehearse();
    // The lane answers others in between: the first orders may come while this still runs.
    await sleep(1);
  }
  await Promise.all([
    every(REHEARSE_EVERY_MS, signal, rehearse),
    every(PING_EVERY_MS, signal, () => venue.ping()),
  ]);
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
