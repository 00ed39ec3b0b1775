import { type ChildProcess, spawn } from 'node:child_process';
import { type ExchangeRecords, signRequest } from '@mtrade/market-sim';
import { afterEach, expect, test } from 'vitest';
import { MTRADE, environment, usePlace } from './cli-process.js';

const HOUR_MS = 3_600_000;
/** More than the 5,000 that are kept and the 256 that are forgotten at once. */
const BATCHES = 530;

interface Access {
  readonly rest_url: string;
  readonly api_key: string;
  readonly api_secret: string;
  readonly admin_token: string;
}

const place = usePlace();
let child: ChildProcess | null = null;
afterEach(() => child?.kill('SIGKILL'));

async function startExchange(): Promise<Access> {
  const started = spawn(process.execPath, [MTRADE, 'exchange', '--json'], {
    cwd: place.directory,
    env: environment(place),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const line = await new Promise<string>((resolve) =>
    started.stdout.once('data', (text: Buffer) => resolve(text.toString())),
  );
  return JSON.parse(line) as Access;
}

test('mtrade exchange has a price for every pair before it tells its address', async () => {
  const { rest_url } = await startExchange();

  const answer = await fetch(`${rest_url}/spot/tickers`);
  const pairs = await fetch(`${rest_url}/spot/currency_pairs`);

  const priced = ((await answer.json()) as { currency_pair: string }[]).map((row) => row.currency_pair);
  expect(priced).toEqual(((await pairs.json()) as { id: string }[]).map((row) => row.id));
});

test('mtrade exchange stays small: it keeps the last 5,000 finished orders and what ended within the hour', async () => {
  const access = await startExchange();
  const { host, origin, pathname } = new URL(access.rest_url);
  let nowMs = Date.now();
  const placeTen = async (): Promise<void> => {
    // Far below the market: each ends at once and moves no coin.
    const order = {
      currency_pair: 'BTC_USDT',
      side: 'buy',
      type: 'limit',
      amount: '1',
      price: '100',
      time_in_force: 'ioc',
    };
    const body = JSON.stringify(Array.from({ length: 10 }, () => order));
    const path = `${pathname}/spot/batch_orders`;
    const timestamp = String(Math.floor(nowMs / 1_000));
    const sign = signRequest(access.api_secret, { method: 'POST', path, query: '', body, timestamp });
    const answer = await fetch(`http://${host}${path}`, {
      method: 'POST',
      headers: { KEY: access.api_key, SIGN: sign, Timestamp: timestamp, 'Content-Type': 'application/json' },
      body,
    });
    const rows = (await answer.json()) as { readonly finish_as?: string }[];
    expect(rows.map((row) => row.finish_as)).toEqual(Array.from({ length: 10 }, () => 'ioc'));
  };
  const admin = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { 'x-sim-token': access.admin_token, 'Content-Type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(`${origin}/sim/${path}`, { method, headers, ...sent })).json();
  };
  const kept = async (): Promise<number[]> => {
    const { forgotten, orders } = (await admin('GET', 'records')) as ExchangeRecords;
    return [orders.length, forgotten?.orders ?? 0];
  };

  for (let batch = 0; batch < BATCHES; batch += 1) await placeTen();
  const within = await kept();
  await admin('POST', 'clock', { offsetMs: 2 * HOUR_MS });
  nowMs = Date.now() + 2 * HOUR_MS;
  await placeTen();

  expect(within).toEqual([BATCHES * 10, 0]);
  expect(await kept()).toEqual([BATCHES * 10 + 10 - 256, 256]);
});
