import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Exchange, type ExchangeServer, pairSpec, startExchangeServer } from '@mtrade/market-sim';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mtrade, usePlace } from './cli-process.js';

const place = usePlace();
const MINUTE_MS = 60_000;
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

let server: ExchangeServer;
beforeAll(async () => {
  const exchange = new Exchange({ pairs: [pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2 })] });
  for (const ago of [5, 4, 2, 1])
    exchange.setQuote(
      'ETH/USDT',
      { kind: 'mid', mid: { mantissa: 2_000, decimals: 0 } },
      NOW_MS - ago * MINUTE_MS,
    );
  server = await startExchangeServer({ apiKeys: [] }, { exchange, clockMs: () => NOW_MS });
});
afterAll(() => server.close());

test('mtrade data fetch writes candles to a file named after the pair, reports gaps, and needs no books', async () => {
  const from = new Date(NOW_MS - 5 * MINUTE_MS).toISOString();

  const { code, stdout } = await mtrade(place, ['data', 'fetch', 'ETHUSDT', '--from', from], {
    MTRADE__EXCHANGE__REST_URL: server.restUrl,
  });

  expect(stdout).toMatch(/4 candles of 1m written\nthe exchange has no candle at 1 places/);
  expect(stdout).toContain('npm run replay -- ');
  expect(code).toBe(0);
  const text = readFileSync(join(place.directory, 'ETH-USDT_gate_1m.csv'), 'utf8');
  expect(text.split('\n')).toHaveLength(6);
  expect(text).toContain(`${NOW_MS - MINUTE_MS},2000.00,2000.00,2000.00,2000.00,0\n`);
  expect(existsSync(place.dataDir)).toBe(false);
});
