import { type Clock, assert } from '@mtrade/base';
import type { FeedHandlers, PriceFeed, ScaledPrice } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import { type BackoffOptions, DEFAULT_BACKOFF, createBackoff } from './backoff.js';
import { type Connection, openConnection } from './connection.js';
import type { FrameOrder } from './frame-order.js';
import { PairStream } from './pair-stream.js';
import { type ParsedFrame, parseFrame } from './parse-frame.js';
import { createSubscriber } from './subscriber.js';

export interface GateFeedOptions {
  /** `wss://api.gateio.ws/ws/v4/`. */
  readonly wsUrl: string;
  readonly symbols: readonly string[];
  /** Pairs whose ladder looks deeper than the best ask: their 20 best levels come along. */
  readonly depthSymbols?: readonly string[];
  /** Both or none: without them only public channels are heard. */
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** Silence after which we ask, and again after which we reconnect. */
  readonly silenceMs?: number;
  readonly maxFrameBytes?: number;
  readonly answerTimeoutMs?: number;
  readonly retryRefusedMs?: number;
  /** A pair that brings nothing for so long on a living connection is subscribed again. */
  readonly silentPairMs?: number;
  readonly backoff?: Partial<BackoffOptions>;
}

export interface GateFeedDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Hears every frame as it came, before anybody reads it. */
  readonly tap?: (data: Buffer, isBinary: boolean) => void;
  /** Calls `work` about once a second until the returned function is called; by default with a timer of its own. */
  readonly everySecond?: (work: () => void) => () => void;
}

export interface GateFeed extends PriceFeed {
  /** exchange clock - our wall clock, in ms: private subscriptions are signed with the exchange's time. */
  readonly setClockOffset: (offsetMs: number) => void;
}

const SECOND_MS = 1_000;
/** After this silence of a pair's book channel its ticker's best prices count. */
const BOOK_QUIET_MS = 2_000;

const ownTimer =
  (everyMs: number): NonNullable<GateFeedDeps['everySecond']> =>
  (work) => {
    const timer = setInterval(work, everyMs);
    return () => clearInterval(timer);
  };

/**
 * Gate.io's spot WebSocket as the engine's `PriceFeed`: one socket for all pairs and, with keys, for the account's own
 * orders. What it reports of orders is a hint to look, never the truth about them.
 *
 * `book_ticker` gives bid and ask, `tickers` the last price, `order_book` the deeper asks; each tick carries only what
 * its frame said. Crossed prices are passed on: refusing them is the rules' business.
 */
export function createGateFeed(
  options: GateFeedOptions,
  { log, clock, random, tap, everySecond }: GateFeedDeps,
): GateFeed {
  const {
    apiKey = '',
    apiSecret = '',
    silenceMs = 5_000,
    answerTimeoutMs = 10_000,
    retryRefusedMs = 30_000,
    silentPairMs = 15_000,
  } = options;
  const streams = new Map(options.symbols.map((symbol) => [symbol, new PairStream()]));
  const everyNowAndThen =
    everySecond ?? ownTimer(Math.min(SECOND_MS, answerTimeoutMs, retryRefusedMs, silentPairMs));
  const backoff = createBackoff({ ...DEFAULT_BACKOFF, ...options.backoff }, random);
  let offsetMs = 0;
  const exchangeNowS = (): number => Math.floor((clock.epochMs() + offsetMs) / 1_000);
  const subscriber = createSubscriber(
    {
      symbols: options.symbols,
      depthSymbols: options.depthSymbols ?? [],
      apiKey,
      apiSecret,
      answerTimeoutMs,
      retryRefusedMs,
    },
    exchangeNowS,
  );

  // Nine of ten frames are of the book: they are handed on in one and the same object.
  const bookTick = {
    symbol: '',
    bid: null as ScaledPrice | null,
    ask: null as ScaledPrice | null,
    last: null,
    asks: null,
    exchangeMs: 0.5,
    receivedMono: 0.5,
  };
  let handlers: FeedHandlers | null = null;
  let connection: Connection | null = null;
  let reconnectTimer: NodeJS.Timeout | null = null;
  let endHousekeeping: (() => void) | null = null;
  let openedMono: number | null = null;
  let opened = 0;
  let malformedFrames = 0;
  let staleFrames = 0;
  let unpublished = false;
  let closedReason: string | null = null;

  const publish = (): void => {
    unpublished = false;
    handlers?.onState({
      connected: openedMono !== null,
      reconnects: Math.max(0, opened - 1),
      malformedFrames,
      staleFrames,
      refused: subscriber.refused(),
      reason: closedReason,
    });
  };
  const refusalsChanged = (changed: boolean): void => {
    if (!changed) return;
    log.warn({ refused: subscriber.refused() }, 'subscriptions refused by the exchange changed');
    publish();
  };
  /** Told once per silence; whether the market only sleeps, the engine finds out over REST. */
  const resubscribeSilent = (nowMono: number): void => {
    for (const [symbol, stream] of streams) {
      if (nowMono - stream.heardMono < silentPairMs) continue;
      stream.heardMono = nowMono;
      log.warn({ symbol, silentPairMs }, 'a pair sends nothing; it is subscribed again');
      subscriber.again(symbol, nowMono);
    }
  };
  const dropFrame = (reason: string): void => {
    malformedFrames += 1;
    unpublished = true;
    log.debug({ reason }, 'malformed frame dropped');
  };

  const connect = (): void => {
    reconnectTimer = null;
    connection = openConnection(
      { url: options.wsUrl, silenceMs, maxFrameBytes: options.maxFrameBytes ?? 1024 * 1024 },
      {
        onOpen,
        onClosed,
        onText: (data) => {
          tap?.(data, false);
          onFrame(parseFrame(data), clock.monoMs());
        },
        onBinary: (data) => {
          tap?.(data, true);
          dropFrame('binary frame');
        },
        pingText: () => JSON.stringify({ time: exchangeNowS(), channel: 'spot.ping' }),
      },
      clock,
    );
  };

  function onOpen(): void {
    openedMono = clock.monoMs();
    opened += 1;
    closedReason = null;
    log.info({ reconnects: opened - 1, symbols: options.symbols.length }, 'price feed connected');
    for (const stream of streams.values()) stream.heardMono = openedMono;
    subscriber.begin((text) => connection?.send(text), openedMono);
    endHousekeeping = everyNowAndThen(keepHouse);
    publish();
  }

  function keepHouse(): void {
    refusalsChanged(subscriber.tick(clock.monoMs()));
    resubscribeSilent(clock.monoMs());
    // Frames may go wrong a thousand times a second; their count is told once.
    if (unpublished) publish();
  }

  function onClosed(reason: string): void {
    const livedMs = openedMono === null ? 0 : clock.monoMs() - openedMono;
    forgetConnection();
    closedReason = reason;
    const delayMs = backoff.nextDelayMs(livedMs);
    log.warn({ reason, delayMs, livedMs: Math.round(livedMs) }, 'price feed disconnected');
    reconnectTimer = setTimeout(connect, delayMs);
    publish();
  }

  function forgetConnection(): void {
    endHousekeeping?.();
    endHousekeeping = null;
    openedMono = null;
    connection = null;
    subscriber.end();
  }

  function onFrame(frame: ParsedFrame, receivedMono: number): void {
    switch (frame.type) {
      case 'book-ticker': {
        const stream = streams.get(frame.symbol);
        if (stream === undefined) return;
        stream.bookMono = receivedMono;
        stream.heardMono = receivedMono;
        if (!isNew(stream.book, frame.exchangeMs, frame.sequence, receivedMono)) return;
        bookTick.symbol = frame.symbol;
        bookTick.bid = frame.bid;
        bookTick.ask = frame.ask;
        bookTick.exchangeMs = frame.exchangeMs;
        bookTick.receivedMono = receivedMono;
        return handlers?.onTick(bookTick);
      }
      case 'ticker': {
        const { symbol, last, exchangeMs } = frame;
        const stream = streams.get(symbol);
        if (stream === undefined) return;
        // A quiet book sends nothing for minutes; then the ticker's own best prices say that it still stands.
        const isQuiet = receivedMono - stream.bookMono > BOOK_QUIET_MS;
        const hasBest = isQuiet && frame.bid !== null && frame.ask !== null;
        const [bid, ask] = hasBest ? [frame.bid, frame.ask] : [null, null];
        stream.heardMono = receivedMono;
        if (!isNew(stream.last, exchangeMs, 0, receivedMono)) return;
        return handlers?.onTick({ symbol, bid, ask, last, asks: null, exchangeMs, receivedMono });
      }
      case 'order-book': {
        const { symbol, asks, sentMs } = frame;
        const stream = streams.get(symbol);
        if (stream === undefined || !isNew(stream.depth, frame.exchangeMs, frame.sequence, receivedMono))
          return;
        const tick = { symbol, bid: null, ask: null, last: null, asks, exchangeMs: sentMs, receivedMono };
        return handlers?.onTick(tick);
      }
      case 'orders':
        if (frame.malformed > 0) dropFrame(`${frame.malformed} order rows`);
        for (const order of frame.orders) handlers?.onOrder(order);
        return;
      case 'balances':
        return handlers?.onBalances();
      case 'subscribed':
        return refusalsChanged(subscriber.onAnswer(frame, receivedMono));
      case 'malformed':
        return dropFrame(frame.reason);
      case 'pong':
      case 'other':
        return;
    }
  }

  function isNew(order: FrameOrder, exchangeMs: number, sequence: number, receivedMono: number): boolean {
    if (order.take(exchangeMs, sequence, receivedMono)) return true;
    staleFrames += 1;
    unpublished = true;
    return false;
  }

  return {
    start: (given) => {
      assert(handlers === null, 'a feed is started once');
      handlers = given;
      connect();
    },
    close: () => {
      handlers = null;
      if (reconnectTimer !== null) clearTimeout(reconnectTimer);
      reconnectTimer = null;
      connection?.drop();
      forgetConnection();
    },
    setClockOffset: (ms) => {
      offsetMs = ms;
      subscriber.retryPrivate();
    },
  };
}
