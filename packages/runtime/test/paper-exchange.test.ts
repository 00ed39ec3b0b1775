import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeConfigFs, resolveConfig, type MtradeConfig } from '@mtrade/config';
import { createGateFeed, type GateFeed } from '@mtrade/feed';
import { systemClock } from '@mtrade/base';
import { type LogFields, type Logger, silentLogger } from '@mtrade/log';
import { DEFAULT_USER_ID, Exchange, pairSpec, startExchangeServer } from '@mtrade/market-sim';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedExchange, openEmbeddedExchange } from '../src/paper/embedded-exchange.js';

let directory = '';
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-embedded-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(directory, { recursive: true, force: true });
});

interface LogLine {
  readonly message: string;
  readonly fields: LogFields;
}

function notingLogger(lines: LogLine[]): Logger {
  const note = (fields: LogFields, message: string): void => void lines.push({ fields, message });
  return { debug: () => undefined, info: note, warn: note, error: note, child: () => notingLogger(lines) };
}

const configOf = (env: Readonly<Record<string, string>>, pairs: readonly string[]): MtradeConfig => {
  const path = join(directory, 'mtrade.toml');
  writeFileSync(path, pairs.map((symbol) => `[[pairs]]\nsymbol = "${symbol}"\ntrade = true\n`).join('\n'));
  const place = { argvPath: path, cwd: directory, home: directory };
  return resolveConfig({ ...place, env: { MTRADE__DATA_DIR: directory, ...env } }, { fs: nodeConfigFs })
    .config;
};

interface Opened {
  readonly exchange: EmbeddedExchange;
  readonly log: LogLine[];
  /** The line with this beginning, once it is there. */
  readonly said: (beginning: string) => Promise<LogFields>;
}

async function open(env: Readonly<Record<string, string>>, pairs = ['ETH/USDT']): Promise<Opened> {
  const log: LogLine[] = [];
  const config = configOf(env, pairs);
  const exchange = await openEmbeddedExchange(
    { config, secrets: { apiKey: 'key', apiSecret: 'secret' }, directory: join(directory, 'paper') },
    { log: notingLogger(log), onLost: () => undefined },
  );
  closing.push(exchange.close);
  const said = async (beginning: string): Promise<LogFields> => {
    for (;;) {
      const line = log.find(({ message }) => message.startsWith(beginning));
      if (line !== undefined) return line.fields;
      await sleep(5);
    }
  };
  return { exchange, log, said };
}

const ticker = async (exchange: EmbeddedExchange): Promise<{ highest_bid: string } | undefined> => {
  const answer = await fetch(`${exchange.endpoints.restUrl}/spot/tickers?currency_pair=ETH_USDT`);
  return ((await answer.json()) as { highest_bid: string }[])[0];
};

const T0 = 1_617_321_600_000;

/** Two candles, with one damaged line between them. */
function writeRecording(name: string): string {
  const folder = join(directory, name);
  mkdirSync(folder);
  const lines = ['open_time_ms,open,high,low,close,volume', `${T0},10,12,9,11,1`, 'damaged'];
  writeFileSync(join(folder, 'ETHUSDT.csv'), [...lines, `${T0 + 60_000},11,13,10,12,1`, ''].join('\n'));
  return folder;
}

/** Somebody who listens, without whom a recording does not begin. */
function listen(exchange: EmbeddedExchange): GateFeed {
  const feed = createGateFeed(
    { wsUrl: exchange.endpoints.wsUrl, symbols: ['ETH/USDT'] },
    { log: silentLogger, clock: systemClock, random: Math.random },
  );
  const nothing = (): void => undefined;
  feed.start({ onTick: nothing, onOrder: nothing, onBalances: nothing, onState: nothing });
  closing.push(async () => feed.close());
  return feed;
}

const replay = (folder: string): Record<string, string> => ({
  MTRADE__PAPER__FEED: `recording:${folder}`,
  MTRADE__PAPER__SPEED: '1000000',
});

describe('a pair without prices is refused, by its name and with what there is instead', () => {
  test('in the simulated market', async () => {
    await expect(open({}, ['ETH/USDT', 'PEPE/USDT'])).rejects.toMatchObject({
      code: 'MTRADE_CONFIG',
      facts: { key: 'pairs[1].symbol' },
      message: expect.stringMatching(
        /^pairs\[1\]\.symbol: PEPE\/USDT is not listed in paper mode; the simulated market has ADA\/USDT, .*XRP\/USDT$/,
      ) as string,
    });
  });

  test('in a recording', async () => {
    const folder = writeRecording('eth');

    await expect(open(replay(folder), ['PEPE/USDT', 'ETH/USDT'])).rejects.toMatchObject({
      code: 'MTRADE_CONFIG',
      facts: { key: 'pairs[0].symbol' },
      message: expect.stringContaining(`the recording ${folder} has ETH/USDT`) as string,
    });
  });

  test('on the real exchange', async () => {
    const real = await realExchange();

    await expect(open(real.env, ['PEPE/USDT'])).rejects.toMatchObject({
      code: 'MTRADE_CONFIG',
      message: expect.stringContaining(`the exchange at ${real.restUrl} has no such pair`) as string,
    });
  });
});

describe('a recording', () => {
  test('says at its end what became of every price and of every line', async () => {
    const { exchange, said } = await open(replay(writeRecording('one')));
    listen(exchange);

    const fields = await said('the recording has ended');

    expect(fields['prices']).toMatchObject({ delivered: 8, malformed: 1, skipped: 0, ended: true });
    expect(fields['prices']).toHaveProperty('late');
    expect(fields['prices']).toHaveProperty('maxLateMs');
    expect(fields['lines']).toMatchObject({ read: 4, prices: 2, empty: 1, malformed: 1 });
  });

  test('that has ended stays ended after a restart: prices stand where they stood', async () => {
    const folder = writeRecording('again');
    const first = await open(replay(folder));
    listen(first.exchange);
    await first.said('the recording has ended');
    await first.exchange.close();

    const second = await open(replay(folder));
    const before = await ticker(second.exchange);
    listen(second.exchange);
    const fields = await second.said('the recording has ended');

    expect(fields['prices']).toMatchObject({ delivered: 0, skipped: 8 });
    expect(before).toEqual(await ticker(second.exchange));
    expect(Number(before?.highest_bid)).toBeCloseTo(12, 0);
  });

  test('begins at its beginning when it is another one than last time', async () => {
    const first = await open(replay(writeRecording('first')));
    listen(first.exchange);
    await first.said('the recording has ended');
    await first.exchange.close();

    const second = await open(replay(writeRecording('second')));
    expect(await ticker(second.exchange)).toBeUndefined();
    listen(second.exchange);

    expect((await second.said('the recording has ended'))['prices']).toMatchObject({ delivered: 8 });
    expect(await second.said('the paper prices are others')).toMatchObject({
      feed: expect.stringContaining('second') as string,
      before: expect.stringContaining('first') as string,
    });
  });
});

describe('a restart', () => {
  test('with the same seed goes on, with another one begins a new market', async () => {
    const first = await open({});
    await sleep(300);
    await first.exchange.close();
    const saved = (): { position: { pairs: object } } =>
      JSON.parse(readFileSync(join(directory, 'paper', 'market.json'), 'utf8')) as {
        position: { pairs: object };
      };
    const stood = saved();

    const same = await open({});
    expect(await ticker(same.exchange)).toBeDefined();
    await same.exchange.close();
    const other = await open({ MTRADE__PAPER__SEED: '2' });

    expect(same.log.map(({ message }) => message)).not.toContain(
      'the paper prices are others than last time; they begin anew',
    );
    expect(await other.said('the paper prices are others')).toMatchObject({ feed: 'simulated, seed 2' });
    expect(Object.keys(stood.position.pairs)).toHaveLength(16);
  });

  test('with other balances keeps the account and says so', async () => {
    const first = await open({ MTRADE__PAPER__BALANCES: 'USDT=500' });
    await first.exchange.close();
    const same = await open({ MTRADE__PAPER__BALANCES: 'USDT=500.00' });
    await same.exchange.close();

    const { said } = await open({ MTRADE__PAPER__BALANCES: 'USDT=900,ETH=1' });

    expect(await said('paper.balances has changed')).toMatchObject({
      configured: { USDT: '900', ETH: '1' },
      first: { USDT: '500' },
    });
    expect(same.log.filter(({ message }) => message.startsWith('paper.balances'))).toEqual([]);
  });
});

/** A second exchange that plays the real one. */
async function realExchange(): Promise<{
  readonly exchange: Exchange;
  readonly restUrl: string;
  readonly env: Record<string, string>;
}> {
  const exchange = new Exchange({
    pairs: ['ETH/USDT', 'BTC/USDT'].map((symbol) =>
      pairSpec(symbol, { amountDecimals: 3, priceDecimals: 1 }),
    ),
  });
  const server = await startExchangeServer(
    { apiKeys: [{ key: 'real', secret: 'real', userId: DEFAULT_USER_ID }] },
    { exchange },
  );
  closing.push(server.close);
  return {
    exchange,
    restUrl: server.restUrl,
    env: {
      MTRADE__PAPER__FEED: 'live',
      MTRADE__EXCHANGE__REST_URL: server.restUrl,
      MTRADE__EXCHANGE__WS_URL: server.wsUrl,
    },
  };
}

describe('live prices', () => {
  const quote = (exchange: Exchange, bid: string, ask: string, symbol = 'ETH/USDT'): void =>
    exchange.setQuote(symbol, { kind: 'book', bids: [[bid, '5']], asks: [[ask, '5']] }, Date.now());

  test('are relayed with the rules of the real pair', async () => {
    const real = await realExchange();
    quote(real.exchange, '2000.0', '2000.5');
    const { exchange } = await open(real.env);

    while ((await ticker(exchange)) === undefined) await sleep(5);

    expect(await ticker(exchange)).toMatchObject({ highest_bid: '2000.0', lowest_ask: '2000.5' });
    const rules = await fetch(`${exchange.endpoints.restUrl}/spot/currency_pairs/ETH_USDT`);
    expect(await rules.json()).toMatchObject({ precision: 1, amount_precision: 3, fee: '0.2' });
  });

  test('of two pairs stay apart: each is traded at its own, whichever has spoken last', async () => {
    const real = await realExchange();
    const { exchange } = await open(real.env, ['ETH/USDT', 'BTC/USDT']);
    const best = async (id: string): Promise<readonly (string | undefined)[]> => {
      const answer = await fetch(`${exchange.endpoints.restUrl}/spot/order_book?currency_pair=${id}`);
      if (!answer.ok) return [];
      const { bids, asks } = (await answer.json()) as Record<'bids' | 'asks', [string, string][] | undefined>;
      return [bids?.[0]?.[0], asks?.[0]?.[0]];
    };

    // More than one round: the first prices of a connection come by another way than the later ones.
    for (let round = 0; round < 5; round += 1) {
      quote(real.exchange, `20${round}0.0`, `20${round}0.5`);
      quote(real.exchange, `600${round}0.0`, `600${round}0.5`, 'BTC/USDT');

      await expect
        .poll(() => Promise.all(['ETH_USDT', 'BTC_USDT'].map(best)), { timeout: 5_000, interval: 5 })
        .toEqual([
          [`20${round}0.0`, `20${round}0.5`],
          [`600${round}0.0`, `600${round}0.5`],
        ]);
    }
  });

  test('of an earlier run are never shown again: there is no price until the real exchange has spoken', async () => {
    const real = await realExchange();
    quote(real.exchange, '2000.0', '2000.5');
    const first = await open(real.env);
    while ((await ticker(first.exchange)) === undefined) await sleep(5);
    await first.exchange.close();

    const { exchange } = await open({ ...real.env, MTRADE__EXCHANGE__WS_URL: 'ws://127.0.0.1:9/' });

    expect(await ticker(exchange)).toBeUndefined();
  });
});
