import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import {
  DEFAULT_SIMULATED_PAIRS,
  Exchange,
  type ExchangeServer,
  PriceDriver,
  type PriceSource,
  RecordingSource,
  SimulatedSource,
  startExchangeServer,
} from '@mtrade/market-sim';
import { silentLogger } from '@mtrade/log';
import { startRecorder } from '@mtrade/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { replay } from '../replay/replay.js';
import { environment, type Finished, MTRADE, usePlace } from './cli-process.js';
import { eventually } from './support/engine.js';

/** `mtrade record`: the built command against the exchange on loopback, and what a replay makes of its file. */
const place = usePlace();
const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];

interface Market {
  readonly server: ExchangeServer;
  /** Every change of a pair's best prices at the exchange, in order. */
  readonly told: readonly string[];
  readonly close: () => Promise<void>;
}
let open: Market[] = [];
afterEach(async () => {
  for (const market of open) await market.close();
  open = [];
});

/** An exchange that plays a source, from the moment somebody listens. */
async function play(source: PriceSource): Promise<Market> {
  const exchange = new Exchange({ pairs: source.pairs });
  const server = await startExchangeServer({ apiKeys: [] }, { exchange });
  const told: string[] = [];
  const last = new Map<string, string>();
  exchange.subscribe({
    onQuote: (symbol) => {
      const { bids, asks } = exchange.book(symbol, 1) ?? { bids: [], asks: [] };
      const price = `${symbol.replace('/', '_')} ${bids[0]?.[0]} ${asks[0]?.[0]}`;
      if (last.get(symbol) !== price) told.push(price);
      last.set(symbol, price);
    },
  });
  const driver = new PriceDriver({ source, exchange, clock: systemClock, speed: 1 });
  const listening = setInterval(() => {
    if (server.stats().subscriptions === 0) return;
    clearInterval(listening);
    driver.start();
  }, 5);
  const market = {
    server,
    told,
    close: async () => {
      clearInterval(listening);
      await driver.stop();
      await server.close();
    },
  };
  open.push(market);
  return market;
}

const simulated = (): SimulatedSource =>
  new SimulatedSource({
    seed: 7,
    pairs: DEFAULT_SIMULATED_PAIRS.filter(({ spec }) => SYMBOLS.includes(spec.symbol)),
  });

interface Recording {
  readonly path: string;
  readonly child: ReturnType<typeof spawn>;
  readonly ended: Promise<Finished>;
}

function record(
  { server }: Market,
  name: string,
  args: readonly string[] = [],
  limitBlocks?: number,
): Recording {
  const path = join(place.directory, name);
  const command = [MTRADE, 'record', '--pairs', SYMBOLS.join(','), '--out', path, ...args];
  const [file, argv] =
    limitBlocks === undefined
      ? [process.execPath, command]
      : ['sh', ['-c', `ulimit -f ${limitBlocks}; exec "$0" "$@"`, process.execPath, ...command]];
  const child = spawn(file, argv, {
    cwd: place.directory,
    env: environment(place, {
      MTRADE__EXCHANGE__REST_URL: server.restUrl,
      MTRADE__EXCHANGE__WS_URL: server.wsUrl,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Finished>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { path, child, ended };
}

const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'latin1').split('\n').filter(Boolean) : [];

interface Line {
  readonly ms: number;
  readonly frame?: string;
  readonly event?: string;
}
interface Frame {
  readonly channel: string;
  readonly event: string;
  readonly result: { readonly s: string; readonly b: string; readonly a: string };
}

/** Best prices in the order of their receipt; what only repeats its pair's last one left out. */
function prices(path: string): string[] {
  const last = new Map<string, string>();
  return linesOf(path).flatMap((text) => {
    const { frame } = JSON.parse(text) as Line;
    const { channel, event, result } = JSON.parse(frame ?? '{}') as Partial<Frame>;
    if (channel !== 'spot.book_ticker' || event !== 'update' || result === undefined) return [];
    const price = `${result.s} ${result.b} ${result.a}`;
    if (last.get(result.s) === price) return [];
    last.set(result.s, price);
    return [price];
  });
}

const priceFrames = (path: string): number =>
  linesOf(path).filter((line) => line.includes('spot.book_ticker') && line.includes('update')).length;

/** Records until enough prices are in the file, then ends it as Ctrl-C does. */
async function recordSome(market: Market, name: string, args: readonly string[] = []): Promise<string> {
  const { path, child, ended } = record(market, name, args);
  const before = priceFrames(path);
  await eventually('prices are recorded', () => priceFrames(path) > before + 25);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(stderr).toContain('connected');
  expect(code).toBe(0);
  return path;
}

describe('a recording of the public feed', () => {
  test('replays in paper mode with the same prices in the same order; recording takes no lock and no data directory', async () => {
    const exchange = await play(simulated());
    const first = await recordSome(exchange, 'first.jsonl');
    // Nothing left out, nothing turned around: what the exchange told, up to the end of the recording.
    expect(prices(first)).toEqual(exchange.told.slice(0, prices(first).length));
    expect(existsSync(place.dataDir)).toBe(false);
    const source = await RecordingSource.open({ path: first });
    expect(source.pairs.map(({ symbol, priceDecimals }) => `${symbol} ${priceDecimals}`)).toEqual([
      'BTC/USDT 1',
      'ETH/USDT 2',
      'SOL/USDT 2',
    ]);

    // The paper exchange is this source behind this server; a second recorder hears what an engine would.
    const { server } = await play(source);
    const again = join(place.directory, 'again.jsonl');
    const recorder = await startRecorder(
      {
        restUrl: server.restUrl,
        wsUrl: server.wsUrl,
        symbols: SYMBOLS,
        path: again,
        append: false,
        depth: false,
      },
      { log: silentLogger, clock: systemClock, random: Math.random },
    );
    const wanted = prices(first);
    await eventually('the replay is over', () => source.ended && prices(again).length >= wanted.length);
    recorder.stop();
    await recorder.ended;
    expect(wanted.length).toBeGreaterThan(20);
    expect(prices(again)).toEqual(wanted);

    // And through the whole engine: every recorded price arrives, every fill keeps the rules.
    const report = await replay(
      {
        path: first,
        pairs: null,
        speed: 1,
        lengthMs: null,
        untilMs: null,
        balance: '1000000',
        baseOrder: '10',
        json: true,
        keep: false,
      },
      () => undefined,
    );
    expect(report.violations).toEqual([]);
    expect(report.pairs.map(({ symbol }) => symbol)).toEqual(SYMBOLS);
    expect(report.frames.delivered).toBe(report.frames.recorded);
    expect(report.frames.recorded).toBeGreaterThan(25);
    expect(report.pairs.every(({ fills }) => fills > 0)).toBe(true);
  });

  test('survives kill -9 and a torn last line: --append goes on behind it, and only the torn line is lost', async () => {
    const market = await play(simulated());
    const killed = record(market, 'killed.jsonl');
    await eventually('prices are recorded', () => priceFrames(killed.path) > 20);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const before = prices(killed.path);
    appendFileSync(killed.path, '{"ms":1795280285749,"frame":"{\\"time\\":17952');

    const refused = await record(market, 'killed.jsonl').ended;
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--append');

    await recordSome(market, 'killed.jsonl', ['--append']);
    const source = await RecordingSource.open({ path: killed.path });
    while (!source.ended) {
      await source.prepare();
      source.next(Infinity, 1_000);
    }
    await source.close();
    expect(source.lines.malformed).toBe(1);
    expect(source.lines.prices).toBeGreaterThan(before.length + 15);
  });

  test('a full disk ends it with exit 74 and the name of the file; what is in it stays whole and readable', async () => {
    const full = record(await play(simulated()), 'full.jsonl', [], 30);

    const { code, stderr } = await full.ended;

    expect(stderr).toMatch(/full\.jsonl cannot be written/);
    expect(code).toBe(74);
    expect(statSync(full.path).size).toBeGreaterThan(8_000);
    for (const line of linesOf(full.path)) expect(() => JSON.parse(line) as unknown).not.toThrow();
    const source = await RecordingSource.open({ path: full.path });
    expect(source.pairs).toHaveLength(3);
    await source.close();
  });
});
