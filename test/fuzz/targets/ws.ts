import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@mtrade/base';
import { createBoard, emptyPriceCell } from '@mtrade/board';
import { type FeedState, Reactor, type ScaledPrice, type Tick } from '@mtrade/engine';
import { createGateFeed, parseFrame } from '@mtrade/feed';
import { silentLogger } from '@mtrade/log';
import type { Random } from '../../simulation/random.js';
import { mutateBytes, mutateJson } from '../mutate.js';
import { requireCleanPrototype, requireEvidence } from '../promises.js';
import { frameOf, openRawSocketServer } from '../raw-socket-server.js';
import { drawFrame, FED_SYMBOLS as SYMBOLS, ORDER, SAMPLE_MS } from '../samples.js';
import { Broken, type Target } from '../target.js';

/** Frames of one step; their sum is checked at its end. */
const BATCH = 128;
const HOUSEKEEPING_MS = 20;
/** One step in so many checks the counters, which are told now and then only. */
const CHECK_EVERY = 64;
/** One step in so many breaks the framing itself, on a connection of its own. */
const DIRTY_EVERY = 24;
const LIMIT_MS = 20_000;

/** The real feed on a real socket, and the reactor over a real board behind it (W11, W13, X30). */
export const ws: Target = {
  open: async () => {
    let clean = await openFeed();
    const dirty = await openFeed();
    let steps = 0;
    return {
      step: async (random) => {
        steps += 1;
        if (random.below(DIRTY_EVERY) === 0) return dirty.breakFraming(random);
        const count = await clean.feedFrames(random);
        if (steps % CHECK_EVERY === 0) {
          await clean.checkCounters();
          // Frames from the future silence their streams for a while: a new feed hears again.
          await clean.close();
          clean = await openFeed();
        }
        return count;
      },
      close: async () => {
        await clean.close();
        await dirty.close();
      },
    };
  },
};

async function openFeed() {
  const server = await openRawSocketServer();
  const board = createBoard({ symbols: SYMBOLS, urgentCapacity: 100 });
  const reactor = new Reactor(
    { debounceMs: 1, staleAfterMs: 5_000, maxJumpPct: 20 },
    { board, clock: systemClock },
  );
  const expected = { ticks: 0, malformed: 0 };
  let input = '';
  let ticks = 0;
  let broken: Broken | null = null;
  let state: FeedState = { connected: false, reconnects: 0, malformedFrames: 0, refused: {}, reason: null };
  let awaited = '';
  let arrived: () => void = () => undefined;
  let sentinels = 0;

  const hold = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      broken ??= error;
    }
  };
  const feed = createGateFeed(
    {
      wsUrl: server.url,
      symbols: SYMBOLS,
      depthSymbols: SYMBOLS,
      retryRefusedMs: HOUSEKEEPING_MS,
      backoff: { firstMs: 1, baseMs: 1, maxMs: 2 },
    },
    { log: silentLogger, clock: systemClock, random: Math.random },
  );
  feed.start({
    onTick: (tick) => {
      ticks += 1;
      hold(() => requirePrices(tick, input));
      reactor.onTick(tick);
    },
    onOrder: (evidence) => {
      if (evidence.clientOrderId === awaited) return arrived();
      hold(() => requireEvidence(evidence, input));
    },
    onBalances: () => undefined,
    onState: (now) => (state = now),
  });

  /** Resolves when everything before it has been read, or (`orClosed`) the connection has ended. */
  const sendAndWait = async (bytes: readonly Buffer[], orClosed: boolean): Promise<void> => {
    const socket = await server.client();
    awaited = `t-sentinel-${(sentinels += 1)}`;
    const sentinel = JSON.stringify({
      time: 1,
      channel: 'spot.orders',
      event: 'update',
      result: [{ ...ORDER, text: awaited, event: 'put' }],
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Broken('the feed neither reads on nor reconnects', Buffer.concat(bytes))),
        LIMIT_MS,
      );
      const done = (): void => {
        clearTimeout(timer);
        socket.off('close', closed);
        resolve();
      };
      const closed = (): void => {
        if (orClosed) return done();
        clearTimeout(timer);
        reject(
          new Broken(
            'the feed has closed a connection that brought well-formed frames',
            Buffer.concat(bytes),
          ),
        );
      };
      arrived = done;
      socket.once('close', closed);
      socket.write(Buffer.concat([...bytes, frameOf(Buffer.from(sentinel))]));
      // A length that was made up swallows the sentinel: then the exchange hangs up.
      if (orClosed) setTimeout(() => socket.end(), 30);
    });
  };
  const settle = (): void => {
    const cell = emptyPriceCell();
    while (board.urgent.pop() >= 0);
    for (const pair of SYMBOLS.keys()) {
      if (!board.prices.read(pair, cell)) continue;
      for (const [name, mantissa, decimals] of [
        ['bid', cell.bidMantissa, cell.bidDecimals],
        ['ask', cell.askMantissa, cell.askDecimals],
        ['last', cell.lastMantissa, cell.lastDecimals],
      ] as const)
        if (mantissa !== -1 && !isPrice({ mantissa, decimals }))
          throw new Broken(`the board holds a ${name} of ${mantissa}e-${decimals}`, input);
    }
    requireCleanPrototype(input);
    if (broken) throw broken;
  };

  return {
    feedFrames: async (random: Random): Promise<number> => {
      // The samples are of this very moment.
      const measuredMono = systemClock.monoMs();
      const exchangeMinusMono = SAMPLE_MS - measuredMono;
      board.clock.write({ exchangeMinusMono, errorMs: 1, measuredMono });
      const texts = Array.from({ length: BATCH }, () =>
        mutateJson(drawFrame(random), random).toString('utf8'),
      );
      for (const text of texts) {
        const frame = parseFrame(text);
        if (frame.type === 'orders') for (const order of frame.orders) requireEvidence(order, text);
        if ('symbol' in frame && SYMBOLS.includes(frame.symbol)) expected.ticks += 1;
        if (frame.type === 'malformed' || (frame.type === 'orders' && frame.malformed > 0))
          expected.malformed += 1;
      }
      input = texts.join('\n');
      await sendAndWait(
        texts.map((text) => frameOf(Buffer.from(text))),
        false,
      );
      settle();
      return BATCH;
    },

    breakFraming: async (random: Random): Promise<number> => {
      const frames = Array.from({ length: 4 }, () => {
        const payload = mutateJson(drawFrame(random), random);
        if (random.chance(0.02)) return frameOf(Buffer.alloc(1_100_000, 0x20));
        return frameOf(payload, random.pick([0, 1, 1, 1, 2, 8, 9, 10, 3, 15]));
      });
      const bytes = random.chance(0.7) ? mutateBytes(Buffer.concat(frames), random) : Buffer.concat(frames);
      input = bytes.toString('latin1');
      await sendAndWait([bytes], true);
      settle();
      return frames.length;
    },

    /** Every frame is counted once: as a tick, as stale, as malformed, or it was of no interest. */
    checkCounters: async (): Promise<void> => {
      await sleep(4 * HOUSEKEEPING_MS);
      const { malformedFrames, staleFrames = 0 } = state;
      if (malformedFrames !== expected.malformed)
        throw new Broken(
          `${expected.malformed} frames are malformed, ${malformedFrames} were counted`,
          input,
        );
      if (ticks + staleFrames !== expected.ticks)
        throw new Broken(
          `${expected.ticks} prices came, ${ticks} were passed on, ${staleFrames} were stale`,
          input,
        );
      const count = (name: Parameters<typeof board.counters.read>[0]): number => board.counters.read(name);
      const dropped = count('reactor_late') + count('reactor_stale');
      const after =
        count('reactor_unchanged') +
        count('reactor_debounced') +
        count('reactor_queued') +
        count('urgent_full');
      if (count('reactor_updates') + dropped !== ticks || after !== count('reactor_updates'))
        throw new Broken(
          `${ticks} ticks, ${dropped} dropped, ${count('reactor_updates')} updates, ${after} outcomes`,
          input,
        );
    },

    close: async (): Promise<void> => {
      feed.close();
      await server.close();
    },
  };
}

const isPrice = ({ mantissa, decimals }: ScaledPrice): boolean =>
  Number.isSafeInteger(mantissa) && mantissa > 0 && decimals >= 0 && mantissa / 10 ** decimals > 0;

function requirePrices(tick: Tick, input: string): void {
  const prices = [tick.bid, tick.ask, tick.last, ...(tick.asks ?? [])].filter((price) => price !== null);
  if (!prices.every(isPrice)) throw new Broken(`a price of ${JSON.stringify(prices)}`, input);
  if (!(tick.exchangeMs > 0 && tick.exchangeMs <= Number.MAX_SAFE_INTEGER))
    throw new Broken(`an exchange time of ${tick.exchangeMs}`, input);
}
