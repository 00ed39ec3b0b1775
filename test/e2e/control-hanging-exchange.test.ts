import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from './support/engine.js';
import { useEngine } from './support/fixture.js';

const COINS = [
  'ADA',
  'ATOM',
  'AVAX',
  'BNB',
  'BTC',
  'DOGE',
  'DOT',
  'EOS',
  'ETH',
  'LINK',
  'LTC',
  'MATIC',
  'SOL',
  'TRX',
  'UNI',
  'XRP',
];
const symbols = COINS.map((coin) => `${coin}/USDT`);
const [waiting, active] = [symbols.slice(0, 6), symbols.slice(6)];

describe('an exchange that hangs for 15 s on every call', () => {
  const at = useEngine({ pairs: symbols });

  test('scenario 28: reset and resume of 16 pairs are answered at once, all with 200', async ({
    annotate,
  }) => {
    const { world, engine } = at;
    for (const symbol of active) world.price(symbol, '99.9', '100');
    await engine.until(
      'ten pairs are active',
      ({ pairs }) => pairs.filter(({ state }) => state === 'active').length === active.length,
    );
    const hang = world.harm('*', { kind: 'delay-before', ms: 15_000 });
    for (const symbol of waiting) world.price(symbol, '99.9', '100');
    await eventually('calls hang', () => hang.hits() >= waiting.length);

    const { url } = JSON.parse(readFileSync(join(engine.dataDir, 'control.json'), 'utf8')) as { url: string };
    const token = readFileSync(join(engine.dataDir, 'control.token'), 'utf8').trim();
    const call = async (command: string, symbol: string): Promise<{ status: number; ms: number }> => {
      const startedMs = performance.now();
      const response = await fetch(`${url}/api/autotrader/${command}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ symbol }),
      });
      await response.text();
      return { status: response.status, ms: performance.now() - startedMs };
    };
    const answers: { status: number; ms: number }[] = [];
    for (const command of ['reset_cycle', 'resume_cycle'])
      for (const symbol of symbols) answers.push(await call(command, symbol));

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
    const at50 = times[Math.floor(times.length / 2)] ?? 0;
    await annotate(
      `32 commands while every call hangs: p50 ${at50.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms`,
    );
    // An order of magnitude only: nothing waits for the exchange, which would take 15 s.
    expect(times.at(-1)).toBeLessThan(2_000);

    const { pairs } = await engine.status();
    expect(pairs.filter(({ paused }) => paused)).toEqual([]);
    const events = engine.books((books) => books.journal({ event: 'operator' }).map(({ event }) => event));
    expect(events.filter((event) => event === 'operator.reset')).toHaveLength(symbols.length);
    expect(events.filter((event) => event === 'operator.resumed')).toHaveLength(symbols.length);
    hang.end();
  });
});
