import { configFromWire, configToWire } from '@mtrade/config/wire';
import { text } from '@mtrade/money';
import { expect, test } from 'vitest';
import { resolve } from './helpers.js';

const FULL = `
mode = "live"
[paper]
balances = { USDT = "12345.678900000000000001", BTC = "0.1" }
[ladder]
step_pct = "0.000000000000000001"
[[pairs]]
symbol = "ETH/USDT"
trade = true
`;

test('a thread that gets the configuration as plain data has the same, to the last digit', () => {
  for (const toml of [FULL, undefined]) {
    const { config } = resolve(toml === undefined ? {} : { toml });

    expect(configFromWire(structuredClone(configToWire(config)))).toEqual(config);
    expect(configFromWire(JSON.parse(JSON.stringify(configToWire(config))) as never)).toEqual(config);
  }
});

test('amounts come out as decimals that one can count with', () => {
  const { config } = resolve({ toml: FULL });
  const [pair] = configFromWire(structuredClone(configToWire(config))).pairs;

  expect(pair && text(pair.ladder.stepPct.plus(pair.ladder.stepPct))).toBe('0.000000000000000002');
});

test('numbers that all pairs have in common are kept once for all of them', () => {
  const symbols = ['ETH/USDT', 'BTC/USDT', 'SOL/USDT'];
  const { config } = resolve({ toml: symbols.map((symbol) => `[[pairs]]\nsymbol = "${symbol}"\n`).join('') });
  const { pairs } = configFromWire(structuredClone(configToWire(config)));

  expect(pairs.map(({ symbol }) => symbol)).toEqual(symbols);
  expect(new Set(pairs.map(({ ladder }) => ladder.stepPct)).size).toBe(1);
  expect(new Set(pairs.map(({ ladder }) => ladder.baseOrder)).size).toBe(1);
});
