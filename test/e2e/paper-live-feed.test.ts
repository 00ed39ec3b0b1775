import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEFAULT_USER_ID,
  Exchange,
  type ExchangeServer,
  type Order,
  pairSpec,
  startExchangeServer,
} from '@mtrade/market-sim';
import type { StatusJson } from '@mtrade/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { environment, MTRADE, mtrade, usePlace } from './cli-process.js';

/**
 * `[paper] feed = "live"`: prices of a real exchange, fills on paper. The real one cannot be reached from a test, so a
 * second exchange on loopback plays it.
 */
const place = usePlace();
let real: Exchange;
let server: ExchangeServer;
let repeat: NodeJS.Timeout;
let best: readonly [bid: string, ask: string] | null = null;
let engine: ChildProcess | null = null;

const show = (): void => {
  if (best === null) return;
  const [bid, ask] = best;
  real.setQuote('ETH/USDT', { kind: 'book', bids: [[bid, '1000']], asks: [[ask, '1000']] }, Date.now());
};
const price = (bid: string, ask: string): void => {
  best = [bid, ask];
  show();
};

beforeEach(async () => {
  real = new Exchange({ pairs: [pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2 })] });
  server = await startExchangeServer(
    { apiKeys: [{ key: 'real', secret: 'real', userId: DEFAULT_USER_ID }] },
    { exchange: real },
  );
  repeat = setInterval(show, 300);
});
afterEach(async () => {
  engine?.kill('SIGKILL');
  engine = null;
  best = null;
  clearInterval(repeat);
  await server.close();
});

const settings = (): Record<string, string> => ({
  MTRADE__PAPER__FEED: 'live',
  MTRADE__EXCHANGE__REST_URL: server.restUrl,
  MTRADE__EXCHANGE__WS_URL: server.wsUrl,
  MTRADE__ENGINE__CYCLE_PAUSE_MS: '20',
});

function writeConfig(...pairs: readonly string[]): string {
  const path = join(place.directory, 'mtrade.toml');
  const sections = pairs.map((symbol) => `[[pairs]]\nsymbol = "${symbol}"\ntrade = true\n`);
  writeFileSync(path, `[ladder]\nbase_order = "10"\nsafety_orders = 3\n\n${sections.join('\n')}`);
  return path;
}

async function status(): Promise<StatusJson> {
  const { url } = JSON.parse(readFileSync(join(place.dataDir, 'control.json'), 'utf8')) as { url: string };
  const token = readFileSync(join(place.dataDir, 'control.token'), 'utf8').trim();
  const answer = await fetch(`${url}/api/autotrade/status`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await answer.json()) as StatusJson;
}

async function until(what: string, holds: (pair: StatusJson['pairs'][number]) => boolean): Promise<void> {
  let last: unknown;
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    const pair = (await status().catch(() => null))?.pairs[0];
    if (pair !== undefined && holds(pair)) return;
    last = pair;
  }
  throw new Error(`${what}: ${JSON.stringify(last)}`);
}

/** The paper account's orders, from the file that the embedded exchange keeps. */
function paperOrders(): readonly Order[] {
  const lines = readFileSync(join(place.dataDir, 'paper-exchange', 'exchange.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const orders = new Map<string, Order>();
  for (const line of lines.slice(1))
    for (const order of (JSON.parse(line) as { orders?: Order[] }).orders ?? []) orders.set(order.id, order);
  return [...orders.values()];
}

describe('paper trading on live prices', () => {
  test('buys and sells on paper at the prices of the real exchange, which never hears of an order', async () => {
    price('2000.00', '2000.50');
    const child = spawn(process.execPath, [MTRADE, 'start', '--config', writeConfig('ETH/USDT')], {
      cwd: place.directory,
      env: environment(place, settings()),
      stdio: 'ignore',
    });
    engine = child;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));

    await until('the start buy is filled', ({ state }) => state === 'active');
    expect(paperOrders()).toMatchObject([{ side: 'buy', avgDealPrice: '2000.5', feeCurrency: 'ETH' }]);

    price('2100.00', '2100.50');
    await until('the cycle is sold', ({ realized_profit }) => Number(realized_profit) > 0);
    expect(paperOrders()[1]).toMatchObject({ side: 'sell', avgDealPrice: '2100', status: 'closed' });

    // The real exchange falls silent: nobody here may make an old price look fresh.
    best = null;
    await until('the price grows old', ({ price_age_ms }) => (price_age_ms ?? 0) > 2_500);

    // Its connections break; the prices come again over new ones.
    server.dropSockets();
    await until('it buys again', ({ state }) => state === 'active');
    price('2200.00', '2200.50');
    await until('the next cycle is sold', ({ cycle }) => cycle >= 3);
    expect(paperOrders().filter(({ side }) => side === 'sell')).toMatchObject([
      { avgDealPrice: '2100' },
      { avgDealPrice: '2200' },
    ]);

    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(real.records().orders).toEqual([]);
    const asked = new Set(server.requests().map(({ method, path }) => `${method} ${path}`));
    expect([...asked]).toEqual(['GET /api/v4/spot/currency_pairs']);
  });

  test('a pair that the real exchange does not list ends the start with its name and exit 78', async () => {
    const config = writeConfig('ETH/USDT', 'PEPE/USDT');

    const { code, stderr } = await mtrade(place, ['start', '--config', config], settings());

    expect(code).toBe(78);
    expect(stderr).toContain('pairs[1].symbol: PEPE/USDT is not listed');
    expect(stderr).toContain(`the exchange at ${server.restUrl} has no such pair`);
    expect(existsSync(place.dataDir) ? readdirSync(place.dataDir) : []).toEqual([]);
  });

  test('a real exchange that cannot be reached ends the start with its address and exit 69', async () => {
    const config = writeConfig('ETH/USDT');
    const nobody = { ...settings(), MTRADE__EXCHANGE__REST_URL: 'http://127.0.0.1:9/api/v4' };

    const { code, stderr } = await mtrade(place, ['start', '--config', config], nobody);

    expect(code).toBe(69);
    expect(stderr).toContain('127.0.0.1:9');
    expect(existsSync(place.dataDir) ? readdirSync(place.dataDir) : []).toEqual([]);
  });
});
