import { type Clock, MtradeError } from '@mtrade/base';
import type { MarketRules } from '@mtrade/cycle';
import type { FeedState } from '@mtrade/engine';
import { createGateFeed } from '@mtrade/feed';
import type { Logger } from '@mtrade/log';
import { text } from '@mtrade/money';
import { createGateVenue } from '@mtrade/venue';
import { continueLinesFile, createLinesFile, type LinesFile } from './lines-file.js';

export interface RecordOptions {
  readonly restUrl: string;
  readonly wsUrl: string;
  /** `BASE/QUOTE`. */
  readonly symbols: readonly string[];
  /** A new file; with a name that ends in `.gz` it is compressed. */
  readonly path: string;
  /** Goes on with a recording that is there. */
  readonly append: boolean;
  /** The 20 best levels of every pair as well. */
  readonly depth: boolean;
}

export interface RecordDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface RecordProgress {
  readonly frames: number;
  readonly bytes: number;
  readonly connected: boolean;
  readonly reconnects: number;
  /** By pair, in the exchange's words. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface Recorder {
  readonly progress: () => RecordProgress;
  /** Rejects with MTRADE_DISK when the file cannot take more; fulfilled by `stop`. */
  readonly ended: Promise<void>;
  readonly stop: () => void;
}

/** What is not on the disk yet when the process is killed. Compressed batches are larger, or there is little to gain. */
const FLUSH_MS = 250;
const FLUSH_COMPRESSED_MS = 2_000;

const NON_ASCII = /[\u0080-\uffff]/g;

/** One entry as a line of plain ASCII: no reader has to think of characters that are cut in two. */
const lineOf = (entry: object): string =>
  JSON.stringify(entry).replace(
    NON_ASCII,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const isRecording = (line: string): boolean =>
  line.startsWith('{"ms":') && line.includes('"event":"recording"');

/**
 * Writes every frame of the exchange's public socket to a file, with the moment of its receipt and what happened to the
 * connection. It has no key, takes no lock and asks the exchange only for the rules of the pairs. Rejects with
 * MTRADE_EXCHANGE_UNAVAILABLE, MTRADE_USAGE (a pair that is not listed, a file that is there) or MTRADE_DISK.
 */
export async function startRecorder(options: RecordOptions, deps: RecordDeps): Promise<Recorder> {
  const rules = await rulesOf(options, deps);
  const { path } = options;
  const file = options.append ? continueLinesFile(path, isRecording) : createLinesFile(path);
  return record(options, deps, rules, file);
}

async function rulesOf(
  { restUrl, symbols }: RecordOptions,
  { log, clock }: RecordDeps,
): Promise<readonly MarketRules[]> {
  const venue = await createGateVenue({ restUrl, apiKey: '', apiSecret: '', symbols }, { log, clock });
  try {
    const rules = await venue.loadRules(symbols);
    const listed = new Set(rules.map(({ symbol }) => symbol));
    const missing = symbols.filter((symbol) => !listed.has(symbol));
    if (missing.length === 0) return rules;
    throw new MtradeError('MTRADE_USAGE', `${restUrl} does not list ${missing.join(', ')}: leave it out`, {});
  } finally {
    await venue.close();
  }
}

const decimalsOf = (step: string): number => step.split('.')[1]?.length ?? 0;

/** What a replay needs to know of a pair. */
const pairEntry = (rules: MarketRules) => ({
  symbol: rules.symbol,
  price_decimals: decimalsOf(text(rules.priceStep)),
  amount_decimals: decimalsOf(text(rules.amountStep)),
  min_base: text(rules.minBase),
  min_quote: text(rules.minQuote),
  fee_pct: text(rules.feeRate.times('100')),
});

function record(
  { wsUrl, symbols, path, depth }: RecordOptions,
  { log, clock, random }: RecordDeps,
  rules: readonly MarketRules[],
  file: LinesFile,
): Recorder {
  let frames = 0;
  let state: FeedState | null = null;
  let finish: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });

  const add = (entry: object): void => file.add(lineOf({ ms: clock.epochMs(), ...entry }));
  const feed = createGateFeed(
    { wsUrl, symbols, depthSymbols: depth ? symbols : [] },
    {
      log,
      clock,
      random,
      tap: (data, isBinary) => {
        frames += 1;
        add(isBinary ? { binary: data.toString('base64') } : { frame: data.toString('utf8') });
      },
    },
  );
  add({ event: 'recording', schema: 1, exchange: 'gate', url: wsUrl, pairs: rules.map(pairEntry) });
  file.flush();
  const onState = (now: FeedState): void => {
    if (now.connected !== (state?.connected ?? false))
      add(now.connected ? { event: 'connected' } : { event: 'disconnected', reason: now.reason });
    if (JSON.stringify(now.refused) !== JSON.stringify(state?.refused ?? {}))
      add({ event: 'refused', refused: now.refused });
    state = now;
  };
  const end = (close: () => void): void => {
    clearInterval(timer);
    feed.close();
    try {
      close();
      finish();
    } catch (error) {
      fail(error);
    }
  };
  const timer = setInterval(
    () => {
      try {
        file.flush();
      } catch (error) {
        end(() => {
          file.discard();
          throw error;
        });
      }
    },
    path.endsWith('.gz') ? FLUSH_COMPRESSED_MS : FLUSH_MS,
  );

  feed.start({ onTick: () => undefined, onOrder: () => undefined, onBalances: () => undefined, onState });
  return {
    progress: () => ({
      frames,
      bytes: file.bytes(),
      connected: state?.connected ?? false,
      reconnects: state?.reconnects ?? 0,
      refused: state?.refused ?? {},
    }),
    ended,
    stop: () => {
      add({ event: 'ended', frames });
      end(file.close);
    },
  };
}
